import type { Problem } from "../problem.ts";
import type { ParsedYaml } from "../yaml/parse-yaml.ts";
import { parsePointer } from "../yaml/pointer.ts";
import { readLikePython } from "../yaml/scalar.ts";
import type { SchemaName } from "./schemas.ts";

/**
 * Unquoted keys that PyYAML reads as something else than a text (`2024`, `yes`) where Azure ML's
 * client takes texts alone.
 */
export function keysThatAreNoText(name: SchemaName, { places }: ParsedYaml): readonly Problem[] {
  return places.oddKeys.flatMap((pointer) => {
    const path = parsePointer(pointer);
    const key = path.at(-1) ?? "";
    const seen = readLikePython(key);
    if (seen.type === "string" || seen.type === "null" || !mustBeText(name, path)) return [];
    const meaning = seen.type === "boolean" ? seen.text : `a ${seen.type}`;
    const message = `Azure ML's client reads the key ${key} as ${meaning} and refuses it: put it in quotes.`;
    return [{ rule: "schema", severity: "error", message, ...places.ofKey(path) } as const];
  });
}

/** Mappings whose keys are a team's own. */
const named: ReadonlySet<string> = new Set(
  "tags properties inputs outputs jobs services conf search_space".split(" "),
);

/** Those of endpoints and deployments; their tags and properties may have any keys. */
const namedInServices: ReadonlySet<string> = new Set(
  "traffic mirror_traffic collections".split(" "),
);

const services: ReadonlySet<SchemaName> = new Set<SchemaName>([
  "endpoint",
  "batch-endpoint",
  "deployment",
  "batch-deployment",
]);

/** Below these the client takes all that YAML has. */
const free: ReadonlySet<string> = new Set(
  "environment_variables conda_file flavors system_metadata".split(" "),
);

function mustBeText(name: SchemaName, path: readonly string[]): boolean {
  const parent = path.at(-2) ?? "";
  if (name === "model" || path.some((segment) => free.has(segment))) return false;
  if (!services.has(name)) return named.has(parent) && !isOfService(path);
  return namedInServices.has(parent) || (parent === "tags" && path.at(-3) === "environment");
}

/** `services.<name>.properties.<key>` */
function isOfService(path: readonly string[]): boolean {
  return path.at(-2) === "properties" && path.at(-4) === "services";
}
