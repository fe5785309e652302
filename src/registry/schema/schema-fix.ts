import type { ErrorObject } from "ajv/dist/2020.js";

import type { Fix } from "../../domain/finding.ts";
import { isJsonObject, type JsonValue } from "../../shared/json.ts";
import type { ParsedYaml } from "../yaml/parse-yaml.ts";
import { parsePointer } from "../yaml/pointer.ts";

/**
 * What certainly corrects an error: quotes around what was to be text, the right case of a word, a
 * plain true or false. `types` are those that are allowed at the place.
 */
export function fixOf(
  error: ErrorObject,
  types: readonly string[],
  parsed: ParsedYaml,
): Fix | undefined {
  const pointer = pointerOf(error.instancePath, parsed.value ?? null);
  const value = wantedValue(error, types, parsed.places.sourceOf(pointer));
  return value === undefined ? undefined : { type: "set", pointer, value };
}

function wantedValue(
  error: ErrorObject,
  types: readonly string[],
  source: string | undefined,
): JsonValue | undefined {
  const data: unknown = error.data;
  if (error.keyword === "enum") return wordInCase(error.schema, data);
  if (types.includes("boolean") && typeof data === "string") return booleanWords.get(data);
  const isText = types.length > 0 && types.every((type) => type === "string" || type === "null");
  const isPlain = ["number", "boolean", "symbol"].includes(typeof data);
  return isText && isPlain && source !== undefined && fits(error.parentSchema, source)
    ? source
    : undefined;
}

const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ...["yes", "on"].flatMap(spellings).map((word) => [word, true] as const),
  ...["no", "off"].flatMap(spellings).map((word) => [word, false] as const),
]);

function spellings(word: string): readonly string[] {
  return [word, `${word.charAt(0).toUpperCase()}${word.slice(1)}`, word.toUpperCase()];
}

/** The one allowed word that is the same but for its case. */
function wordInCase(allowed: unknown, data: unknown): string | undefined {
  if (typeof data !== "string" || !Array.isArray(allowed)) return undefined;
  const same = allowed.filter(
    (word): word is string => typeof word === "string" && word.toLowerCase() === data.toLowerCase(),
  );
  return same.length === 1 ? same[0] : undefined;
}

/** Whether the text would be right: quotes alone do not make a name of a number. */
function fits(schema: unknown, text: string): boolean {
  const pattern = isJsonObject(schema) ? schema["pattern"] : undefined;
  return typeof pattern !== "string" || new RegExp(pattern, "u").test(text);
}

/** With numbers where the way goes through a list. */
function pointerOf(instancePath: string, root: JsonValue): readonly (string | number)[] {
  let value: JsonValue | undefined = root;
  return parsePointer(instancePath).map((segment) => {
    const inList = Array.isArray(value);
    const step = inList ? Number(segment) : segment;
    if (Array.isArray(value)) value = value[Number(segment)];
    else value = isJsonObject(value) ? value[segment] : undefined;
    return step;
  });
}
