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

/** The value at a pointer, if everything on the way is there. */
export function valueAt(
  value: JsonValue,
  pointer: readonly (string | number)[],
): JsonValue | undefined {
  let found: JsonValue | undefined = value;
  for (const key of pointer) {
    if (Array.isArray(found) && typeof key === "number") found = found[key];
    else if (isJsonObject(found) && Object.hasOwn(found, key)) found = found[key];
    else return undefined;
  }
  return found;
}
