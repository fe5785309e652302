import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { editYaml } from "./edit-yaml.ts";
import { tooManyAcceptances } from "./errors.ts";
import { checkSchema } from "./schema/check-schema.ts";
import { yamlLimits } from "./yaml/limits.ts";
import { parseYaml } from "./yaml/parse-yaml.ts";

export interface CountedFindings {
  readonly rule: string;
  readonly path: string;
  readonly count: number;
}

/**
 * The text of registry.yaml with these findings accepted. An entry that speaks of the same rule
 * and file is brought up to date; everything else stays as it is written. Throws
 * `ACCEPTANCES_TOO_MANY` when the file could not be read any more.
 */
export function acceptInSettings(
  bytes: Uint8Array,
  findings: readonly CountedFindings[],
  { until, reason }: { readonly until: string; readonly reason: string },
): Uint8Array {
  const value = parseYaml(bytes).value;
  const known = isJsonObject(value) ? value["accept"] : undefined;
  const entries: JsonValue[] = Array.isArray(known) ? [...known] : [];
  const indexes = new Map(
    entries.flatMap((entry, index) =>
      isJsonObject(entry) && entry["paths"] === undefined ? [[keyOf(entry), index] as const] : [],
    ),
  );
  for (const { rule, path, count } of findings) {
    const entry = { rule, path, count, reason, until };
    const index = indexes.get(keyOf(entry));
    if (index === undefined) entries.push(entry);
    else entries[index] = entry;
  }
  if (entries.length * keysOfEntry > yamlLimits.keys) throw tooManyAcceptances(findings.length);
  const text = editYaml(new TextDecoder().decode(bytes), [{ pointer: ["accept"], value: entries }]);
  const edited = new TextEncoder().encode(text);
  const parsed = parseYaml(edited);
  if (parsed.value === undefined || checkSchema("registry", parsed).some(isError)) {
    throw tooManyAcceptances(findings.length);
  }
  return edited;
}

const keysOfEntry = 5;

/** Whether registry.yaml can name a path: what it cannot name stays a finding. */
export function isNameable(path: string): boolean {
  return namedPath.test(path);
}

const namedPath = /^[^\\\p{Cc}\p{Cs}]{1,1024}$/u;

function keyOf({ rule, path }: JsonObject): string {
  return JSON.stringify([rule ?? "", path ?? ""]);
}

function isError({ severity }: { readonly severity: string }): boolean {
  return severity === "error";
}
