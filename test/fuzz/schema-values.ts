import * as fc from "fast-check";

import type { Json, Schema } from "../schemas/compile.ts";
import { schemaFiles } from "../schemas/compile.ts";

const files = new Map(schemaFiles.map(({ name, schema }) => [`${name}.schema.json`, schema]));

/** Values as a schema wants them, more or less: conditions are not looked at. */
export function valuesOf(name: string): fc.Arbitrary<Json> {
  const file = `${name}.schema.json`;
  return fromSchema({ schema: files.get(file) ?? {}, file, depth: 0 });
}

const known = new Map<string, fc.Arbitrary<Json>>();

/** The same with some of it replaced by something else. */
export function nearlyValuesOf(name: string): fc.Arbitrary<Json> {
  const values = known.get(name) ?? changedValuesOf(name);
  known.set(name, values);
  return values;
}

function changedValuesOf(name: string): fc.Arbitrary<Json> {
  const changes = fc.array(fc.record({ at: fc.nat(1000), by: anyJunk }), { maxLength: 3 });
  return fc.tuple(valuesOf(name), changes).map(([value, all]) => {
    let result = value;
    for (const { at, by } of all) result = replaceNth(result, at % (countOf(result) + 1), by);
    return result;
  });
}

const anyJunk: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, 0, -1, 33.3, 1e21, "", "x", [], {}, [[]], { x: {} }, "a: b"),
  fc.constantFrom<Json>("${{parent.jobs.a.outputs.b}}", "azureml:a@b", "../../etc", "${{", "$[["),
  fc.jsonValue({ maxDepth: 2 }).map((value) => value as Json),
);

interface Located {
  readonly schema: Schema;
  readonly file: string;
  readonly depth: number;
}

function fromSchema(unresolved: Located): fc.Arbitrary<Json> {
  const { schema, file, depth } = resolve(unresolved);
  const here = (part: Json | undefined): fc.Arbitrary<Json> =>
    isSchema(part) ? fromSchema({ schema: part, file, depth: depth + 1 }) : anyJunk;
  if (depth > 8) return fc.constant("deep");
  const { const: only, enum: some, anyOf, oneOf, type } = schema;
  if (only !== undefined) return fc.constant(only);
  if (Array.isArray(some)) return fc.constantFrom(...some);
  const branches = [anyOf, oneOf].find(Array.isArray);
  if (branches !== undefined) return fc.oneof(...branches.map(here));
  const types = Array.isArray(type) ? type : [type];
  return fc.oneof(...types.map((each) => ofType(each, schema, here)));
}

function ofType(
  type: Json | undefined,
  schema: Schema,
  here: (part: Json | undefined) => fc.Arbitrary<Json>,
): fc.Arbitrary<Json> {
  if (type === "object" || schema["properties"] !== undefined) return objects(schema, here);
  if (type === "array") return fc.array(here(schema["items"]), { maxLength: 3 });
  if (type === "integer") return fc.integer({ min: -2, max: 200 });
  if (type === "number") return fc.double({ min: -2, max: 200, noNaN: true });
  if (type === "boolean") return fc.boolean();
  return type === "null" ? fc.constant(null) : texts(schema);
}

function objects(
  schema: Schema,
  here: (part: Json | undefined) => fc.Arbitrary<Json>,
): fc.Arbitrary<Json> {
  const { properties, required, additionalProperties } = schema;
  const known = isSchema(properties) ? Object.entries(properties) : [];
  const members = Object.fromEntries(
    known.filter(([key]) => key !== "$schema").map(([key, part]) => [key, here(part)]),
  );
  const requiredKeys = Array.isArray(required) ? required.map(String) : [];
  const own = fc.record(members, {
    requiredKeys: requiredKeys.filter((key) => Object.hasOwn(members, key)),
  });
  if (!isSchema(additionalProperties)) return own;
  const more = fc.dictionary(fc.stringMatching(/^[a-z_]{1,6}$/), here(additionalProperties), {
    maxKeys: 3,
  });
  return fc.tuple(own, more).map(([left, right]) => ({ ...right, ...left }));
}

function texts({ pattern, examples }: Schema): fc.Arbitrary<Json> {
  const shown = Array.isArray(examples) ? examples : [];
  const words = fc.constantFrom<Json>("azureml:a:1", "./a", "a", "${{inputs.a}}", "1.0", ...shown);
  if (typeof pattern !== "string") return words;
  try {
    return fc.oneof(fc.stringMatching(new RegExp(pattern)), words);
  } catch {
    return words; // Look-around cannot be turned into texts.
  }
}

function resolve({ schema, file, depth }: Located): Located {
  const { $ref: reference } = schema;
  if (typeof reference !== "string") return { schema, file, depth };
  const [name = "", pointer = ""] = reference.split("#");
  const target = name === "" ? file : name;
  let found: Json | undefined = files.get(target);
  for (const segment of pointer.split("/").slice(1)) {
    found = isSchema(found) ? found[segment] : undefined;
  }
  return resolve({ schema: isSchema(found) ? found : {}, file: target, depth: depth + 1 });
}

function isSchema(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function countOf(value: Json): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  for (const member of Object.values(value)) count += 1 + countOf(member);
  return count;
}

/** Counted from the outside in; past the end nothing changes. */
function replaceNth(value: Json, place: number, by: Json): Json {
  if (place === 0) return by;
  if (typeof value !== "object" || value === null) return value;
  let left = place - 1;
  const entries = Object.entries(value).map(([key, member]): [string, Json] => {
    const size = 1 + countOf(member);
    const isHere = left >= 0 && left < size;
    const replaced = isHere ? replaceNth(member, left, by) : member;
    left -= size;
    return [key, replaced];
  });
  return Array.isArray(value) ? entries.map(([, member]) => member) : Object.fromEntries(entries);
}
