import type { JsonObject, JsonValue } from "../shared/json.ts";

/** An input or output that a dotted name means. */
export interface Declared {
  readonly name: string;
  readonly value: JsonValue;
  /** What follows the name: `path` of `inputs.trips.path`. */
  readonly rest: readonly string[];
}

/** Names have few parts; a text of a thousand dots is not looked up a thousand times. */
const maxParts = 20;

/** Names may have dots: `group.x` is declared by `group` or `group.x`, and `group` by `group.x`. */
export function findDeclared(
  declarations: JsonObject | undefined,
  name: string,
): Declared | undefined {
  if (declarations === undefined) return undefined;
  const parts = name.split(".", maxParts);
  for (let length = parts.length; length > 0; length -= 1) {
    const candidate = parts.slice(0, length).join(".");
    const value = Object.hasOwn(declarations, candidate) ? declarations[candidate] : undefined;
    if (value !== undefined) return { name: candidate, value, rest: parts.slice(length) };
  }
  return groupsOf(declarations).has(name) ? { name, value: {}, rest: [] } : undefined;
}

const groups = new WeakMap<JsonObject, ReadonlySet<string>>();

function groupsOf(declarations: JsonObject): ReadonlySet<string> {
  const known = groups.get(declarations);
  if (known !== undefined) return known;
  const found = new Set<string>();
  for (const key of Object.keys(declarations)) {
    const parts = key.split(".", maxParts);
    for (let length = 1; length < parts.length; length += 1) {
      found.add(parts.slice(0, length).join("."));
    }
  }
  groups.set(declarations, found);
  return found;
}
