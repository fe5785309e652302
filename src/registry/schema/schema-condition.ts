import { isJsonObject, type JsonValue } from "../../shared/json.ts";

const patterns = new Map<string, RegExp>();

/** Whether the `if` of one of our schemas holds: as much of JSON Schema as stands in them. */
export function holds(condition: JsonValue | undefined, value: JsonValue | undefined): boolean {
  if (typeof condition === "boolean") return condition;
  if (!isJsonObject(condition)) return true;
  return Object.entries(condition).every(([keyword, wanted]) => {
    const check = keywords[keyword];
    return check === undefined || check(wanted, value);
  });
}

type Check = (wanted: JsonValue, value: JsonValue | undefined) => boolean;

const keywords: Readonly<Record<string, Check>> = {
  type: (wanted, value) => wanted === typeOf(value),
  const: (wanted, value) => wanted === value,
  enum: (wanted, value) => Array.isArray(wanted) && value !== undefined && wanted.includes(value),
  pattern: (wanted, value) =>
    typeof wanted !== "string" || typeof value !== "string" || patternOf(wanted).test(value),
  required: (wanted, value) =>
    !Array.isArray(wanted) ||
    !isJsonObject(value) ||
    wanted.every((key) => typeof key === "string" && Object.hasOwn(value, key)),
  properties: (wanted, value) =>
    !isJsonObject(wanted) ||
    !isJsonObject(value) ||
    Object.entries(wanted).every(
      ([key, inner]) => !Object.hasOwn(value, key) || holds(inner, value[key]),
    ),
  minProperties: (wanted, value) =>
    !isJsonObject(value) || Object.keys(value).length >= Number(wanted),
  anyOf: (wanted, value) => !Array.isArray(wanted) || wanted.some((branch) => holds(branch, value)),
  not: (wanted, value) => !holds(wanted, value),
};

function typeOf(value: JsonValue | undefined): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function patternOf(source: string): RegExp {
  const known = patterns.get(source);
  if (known !== undefined) return known;
  const pattern = new RegExp(source, "u");
  patterns.set(source, pattern);
  return pattern;
}
