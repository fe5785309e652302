import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";

/** The texts of a list; what is no text was reported by the schema check. */
export function strings(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value)
    ? value.filter((item): item is string => typeof item === "string")
    : [];
}

export function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The objects of a list; what is no object was reported by the schema check. */
export function objects(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** The members of an object that are objects themselves. */
export function members(value: JsonValue | undefined): readonly (readonly [string, JsonObject])[] {
  return Object.entries(isJsonObject(value) ? value : {}).flatMap(([name, member]) =>
    isJsonObject(member) ? [[name, member] as const] : [],
  );
}
