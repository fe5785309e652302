import { isJsonObject, type JsonValue } from "../../shared/json.ts";
import type { ParsedYaml } from "../yaml/parse-yaml.ts";
import { readLikePython } from "../yaml/scalar.ts";

/**
 * The document as Azure ML's client reads it: `no` is false, `1e3` is text, and a date is neither
 * text nor number. A date becomes a symbol, which is of no type that a schema can ask for. The
 * version of the file itself stays, because `version-mangled` speaks of it.
 */
export function pythonView({ value, places }: ParsedYaml): unknown {
  const view = (member: JsonValue, path: readonly (string | number)[]): unknown => {
    if (Array.isArray(member)) return viewList(member, path);
    if (isJsonObject(member)) return viewEntries(member, path);
    if (path.length === 1 && path[0] === "version") return versionView(member);
    if (!mayDiffer(member)) return member;
    const source = places.sourceOf(path);
    return source === undefined ? member : scalarOf(source, member);
  };
  const viewList = (list: readonly JsonValue[], path: readonly (string | number)[]): unknown => {
    const viewed = list.map((item, index) => view(item, [...path, index]));
    return viewed.some((item, index) => item !== list[index]) ? viewed : list;
  };
  const viewEntries = (
    members: Readonly<Record<string, JsonValue>>,
    path: readonly (string | number)[],
  ): unknown => {
    const viewed = Object.entries(members).map(([key, item]) => [key, view(item, [...path, key])]);
    const isSame = viewed.every(([key, item]) => members[String(key)] === item);
    return isSame ? members : Object.fromEntries(viewed);
  };
  return view(value ?? null, []);
}

/** Of `version: true` too it is said what becomes of it. */
function versionView(version: JsonValue): JsonValue {
  return typeof version === "boolean" ? String(version) : version;
}

/** Most texts start with a letter that no number, date or boolean starts with. */
function mayDiffer(value: JsonValue): boolean {
  if (typeof value === "number") return true;
  return typeof value === "string" && value.length <= 64 && /^[-+.0-9yYnNoO]/.test(value);
}

function scalarOf(source: string, value: JsonValue): unknown {
  const seen = readLikePython(source);
  if (seen.type === "date") return Symbol(source);
  if (seen.type === "string") return source;
  if (seen.type === "boolean") return seen.text === "True";
  // Whatever number it is, it is one; which one is said by other rules.
  return seen.type === "number" && typeof value === "string" ? Number(seen.text) : value;
}
