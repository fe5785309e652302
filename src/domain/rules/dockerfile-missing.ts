import { isJsonObject } from "../../shared/json.ts";
import { dockerfileName, writtenEnvironments } from "../environments.ts";
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
      const field = [...pointer, "build", "path"].join("\n");
      const context = localPaths.find((path) => path.pointer.join("\n") === field);
      // What is not there at all has its finding.
      if (name === undefined || context === undefined || context.files.length === 0) continue;
      if (context.files.some(({ relativePath }) => relativePath === name)) continue;
      const where = context.text.slice(0, 200);
      yield {
        message: `"${where}" has no file ${name.slice(0, 200)}: add it, or name another one in dockerfile_path.`,
        at: document.placeOf([...pointer, "build", "dockerfile_path"]),
      };
    }
  },
};
