import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import type { PointerPath } from "./yaml/pointer.ts";

export interface Replacement {
  readonly pointer: PointerPath;
  readonly value: JsonValue;
}

/** What is to be put at a place, or below it. */
interface Change {
  readonly below: Map<string, Change>;
  value: JsonValue | undefined;
}

/**
 * A copy with other values at some places; of two for one place the later counts. One walk, however
 * many they are; what no pointer leads through is shared. A pointer to a member that is not there
 * adds it if the object around it is there.
 */
export function replaceValues(value: JsonObject, replacements: readonly Replacement[]): JsonObject {
  const root = toChange();
  for (const { pointer, value: next } of replacements) {
    let at = root;
    for (const key of pointer) {
      const known = at.below.get(String(key)) ?? toChange();
      at.below.set(String(key), known);
      at = known;
    }
    at.value = next;
  }
  return changeObject(value, root);
}

function toChange(): Change {
  return { below: new Map(), value: undefined };
}

function changed(value: JsonValue, change: Change | undefined): JsonValue {
  if (change === undefined) return value;
  if (change.value !== undefined) return change.value;
  if (Array.isArray(value)) {
    return value.map((item: JsonValue, index) => changed(item, change.below.get(String(index))));
  }
  return isJsonObject(value) ? changeObject(value, change) : value;
}

function changeObject(value: JsonObject, { below }: Change): JsonObject {
  const members = Object.entries(value).map(
    ([key, member]) => [key, changed(member, below.get(key))] as const,
  );
  const added = [...below].flatMap(([key, change]) =>
    change.value === undefined || Object.hasOwn(value, key) ? [] : [[key, change.value] as const],
  );
  return Object.fromEntries([...members, ...added]);
}
