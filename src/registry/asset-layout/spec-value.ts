import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import { renderTemplates, type TemplateData } from "./templates.ts";

export interface SpecParts {
  readonly value: JsonObject;
  readonly data: TemplateData;
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly specPath: string;
  /** The folder of the build context, if the image is built. */
  readonly context: string | undefined;
}

/** The spec as Azure ML gets to see it, with the name and version that asset.yaml decides. */
export function renderSpec({
  value,
  data,
  name,
  version,
  specPath,
  context,
}: SpecParts): JsonObject {
  const { name: _name, version: _version, ...rest } = asObject(renderTemplates(value, data));
  const build = rest["build"];
  return {
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    ...rest,
    ...(isJsonObject(build) && context !== undefined
      ? { build: withContext(build, asObject(value["build"] ?? {}), relativeTo(specPath, context)) }
      : {}),
  };
}

/** A build context in the release repository is the folder here that it is made from. */
function withContext(build: JsonObject, raw: JsonObject, context: string): JsonObject {
  const path = raw["path"];
  const isContext =
    typeof path === "string" &&
    /\{\{\s*(?:asset\.repo\.build_context|image\.context)\.path\s*\}\}/.test(path);
  return isContext ? { ...build, path: context } : build;
}

function relativeTo(specPath: string, target: string): string {
  const from = specPath.split("/").slice(0, -1);
  const to = target === "" ? [] : target.split("/");
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared += 1;
  const up = from.slice(shared).map(() => "..");
  const path = [...up, ...to.slice(shared)].join("/");
  return path === "" ? "." : path;
}

function asObject(value: JsonValue): JsonObject {
  return isJsonObject(value) ? value : {};
}
