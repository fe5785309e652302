import { isJsonObject } from "../../shared/json.ts";
import { dockerfileName, writtenEnvironments } from "../environments.ts";
import type { LocalPath } from "../registry.ts";
import type { Rule } from "./rule.ts";

export const dockerfileMissing: Rule = {
  id: "dockerfile-missing",
  severity: "error",
  states: "The folder that an environment is built from has the Dockerfile that it names.",

  *check({ registry }) {
    for (const { document, pointer, value, localPaths } of writtenEnvironments(registry)) {
      const { build, image } = value;
      // With an image beside it, the schema has its say.
      if (image !== undefined) continue;
      const name = isJsonObject(build) ? dockerfileName(build) : undefined;
      if (name === undefined) continue;
      const context = pathsByField(localPaths).get(fieldOf([...pointer, "build", "path"]));
      // What is not there at all has its finding.
      if (context === undefined || context.files.length === 0) continue;
      if (context.files.some(({ relativePath }) => relativePath === name)) continue;
      const where = context.text.slice(0, 200);
      yield {
        message: `"${where}" has no file ${name.slice(0, 200)}: add it, or name another one in dockerfile_path.`,
        at: document.placeOf([...pointer, "build", "dockerfile_path"]),
      };
    }
  },
};

const indexes = new WeakMap<readonly LocalPath[], ReadonlyMap<string, LocalPath>>();

/** A pipeline may write out an environment in each of thousands of steps. */
function pathsByField(localPaths: readonly LocalPath[]): ReadonlyMap<string, LocalPath> {
  const known = indexes.get(localPaths);
  if (known !== undefined) return known;
  const index = new Map(localPaths.map((path) => [fieldOf(path.pointer), path]));
  indexes.set(localPaths, index);
  return index;
}

function fieldOf(pointer: readonly (string | number)[]): string {
  return JSON.stringify(pointer);
}
