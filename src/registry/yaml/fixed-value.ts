import type { Fix } from "../../domain/finding.ts";
import { isJsonObject, type JsonValue } from "../../shared/json.ts";
import type { PointerPath } from "./pointer.ts";

type ValueFix = Exclude<Fix, { readonly type: "strip-byte-order-mark" }>;

/** What a text should say after a fix; `undefined` when there is no such place in it. */
export function fixedValue(value: JsonValue, fix: ValueFix): JsonValue | undefined {
  const [key, ...rest] = fix.pointer;
  if (key === undefined) return undefined;
  return changeAt(value, [key, ...rest], fix);
}

function changeAt(
  value: JsonValue,
  [key, ...rest]: readonly [string | number, ...PointerPath],
  fix: ValueFix,
): JsonValue | undefined {
  const [next, ...others] = rest;
  if (isList(value)) {
    const index = Number(key);
    const item = value[index];
    if (item === undefined) return undefined;
    if (next === undefined) return changeItem(value, index, fix);
    const changed = changeAt(item, [next, ...others], fix);
    return changed === undefined ? undefined : value.toSpliced(index, 1, changed);
  }
  if (!isJsonObject(value)) return undefined;
  const name = String(key);
  if (next === undefined) return changeMember(Object.entries(value), name, fix);
  const member = Object.hasOwn(value, name) ? value[name] : undefined;
  const changed = member === undefined ? undefined : changeAt(member, [next, ...others], fix);
  return changed === undefined ? undefined : { ...value, [name]: changed };
}

function changeItem(
  list: readonly JsonValue[],
  index: number,
  fix: ValueFix,
): JsonValue | undefined {
  switch (fix.type) {
    case "set":
      return list.toSpliced(index, 1, fix.value);
    case "remove":
      return list.toSpliced(index, 1);
    case "rename":
      return undefined;
  }
}

function changeMember(
  members: readonly (readonly [string, JsonValue])[],
  name: string,
  fix: ValueFix,
): JsonValue | undefined {
  const others = members.filter(([key]) => key !== name);
  const member = members.find(([key]) => key === name);
  if (fix.type === "set") return Object.fromEntries([...others, [name, fix.value]]);
  if (member === undefined) return undefined;
  if (fix.type === "remove") return Object.fromEntries(others);
  const isTaken = members.some(([key]) => key === fix.key);
  return isTaken ? undefined : Object.fromEntries([...others, [fix.key, member[1]]]);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
