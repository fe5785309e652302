import { describe, expect, it } from "vitest";

import { compiled, errorsOf, type Json, type Schema, schemaFiles } from "./compile.ts";

interface Node {
  readonly at: string;
  readonly schema: Schema;
}

/** Every schema within a schema, itself included; boolean schemas are left out. */
function* schemasIn(schema: Json | undefined, at = "#"): Generator<Node> {
  if (!isSchema(schema)) return;
  yield { at, schema };
  for (const key of ["properties", "$defs"]) {
    for (const [name, inner] of Object.entries(isSchema(schema[key]) ? schema[key] : {})) {
      yield* schemasIn(inner, `${at}/${key}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
    }
  }
  for (const key of ["items", "additionalProperties", "propertyNames", "if", "then", "else"]) {
    yield* schemasIn(schema[key], `${at}/${key}`);
  }
  for (const key of ["allOf", "anyOf", "oneOf"]) {
    for (const [index, inner] of list(schema[key]).entries()) {
      yield* schemasIn(inner, `${at}/${key}/${index}`);
    }
  }
}

function isSchema(value: Json | undefined): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** A schema with the target of its `$ref` underneath its own keys. */
function resolved(schema: Schema, file: Schema): Schema {
  const reference = schema["$ref"];
  if (typeof reference !== "string") return schema;
  const [name = "", pointer = ""] = reference.split("#");
  const target =
    name === "" ? file : schemaFiles.find((other) => `${other.name}.schema.json` === name)?.schema;
  const defs = target?.["$defs"];
  const found = isSchema(defs) ? defs[pointer.replace("/$defs/", "")] : undefined;
  if (!isSchema(found) || target === undefined) throw new Error(`dangling ${reference}`);
  return { ...resolved(found, target), ...schema };
}

describe.each(schemaFiles)("$name", ({ name, schema }) => {
  const nodes = [...schemasIn(schema)];
  const places = (broken: (node: Schema, at: string) => boolean): readonly string[] =>
    nodes.filter((node) => broken(node.schema, node.at)).map(({ at }) => at);

  it("compiles in strict mode", () => {
    expect(compiled(name)).toBeTypeOf("function");
    expect(schema["$id"]).toBe(`https://cairn.dev/schemas/${name}.schema.json`);
    expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
  });

  it("has a title, a description and examples that validate", () => {
    expect(schema["title"]).toBeTypeOf("string");
    expect(schema["description"]).toBeTypeOf("string");
    expect(list(schema["examples"]).length).toBeGreaterThan(0);
    expect(list(schema["examples"]).flatMap((example) => errorsOf(name, example))).toEqual([]);
  });

  it("has examples that validate in its parts", () => {
    const wrong = nodes.flatMap(({ at, schema: part }) =>
      list(part["examples"])
        .filter((example) => !compiled(name, encodeURI(at))(example))
        .map((example) => ({ at, example })),
    );

    expect(wrong).toEqual([]);
  });

  it("describes every property", () => {
    const silent = nodes.flatMap(({ at, schema: part }) =>
      Object.entries(isSchema(part["properties"]) ? part["properties"] : {})
        .filter(([, inner]) => isSchema(inner) && !/\/(?:if|then|else)(?:\/|$)/.test(at))
        .filter(([, inner]) => isSchema(inner) && !resolved(inner, schema)["description"])
        .map(([key]) => `${at}/properties/${key}`),
    );

    expect(silent).toEqual([]);
  });

  it("anchors every pattern", () => {
    expect(
      places(({ pattern }) => typeof pattern === "string" && !/^\^.*\$$/s.test(pattern)),
    ).toEqual([]);
    expect(
      places(({ pattern }) => typeof pattern === "string" && hasOpenAlternative(pattern)),
    ).toEqual([]);
  });

  it("bounds every string, array and open object", () => {
    const bounds = ["maxLength", "enum", "const", "pattern", "format"];

    expect(
      places((part) => part["type"] === "string" && !bounds.some((key) => key in part)),
    ).toEqual([]);
    expect(places((part) => part["type"] === "array" && !("maxItems" in part))).toEqual([]);
    expect(
      places((part) => "pattern" in part && !("maxLength" in part) && !isCondition(part)),
    ).toEqual([]);
  });

  it("says of every object with named properties whether others are allowed", () => {
    const open = places(
      (part, at) =>
        "properties" in part &&
        !("additionalProperties" in part) &&
        !("discriminator" in part) &&
        !("$ref" in part) &&
        !/\/(?:if|then|else)(?:\/|$)/.test(at),
    );

    expect(open).toEqual([]);
  });

  it("tells alternatives apart by JSON type, or by a discriminator", () => {
    expect(places((part) => "oneOf" in part && !("discriminator" in part))).toEqual([]);

    const types = nodes
      .filter(({ schema: part }) => "anyOf" in part)
      .map(({ at, schema: part }) => ({
        at,
        types: list(part["anyOf"]).map((inner) =>
          isSchema(inner) ? resolved(inner, schema)["type"] : undefined,
        ),
      }));

    const alike = types.filter(
      (union) =>
        union.types.some((type) => typeof type !== "string") ||
        new Set(union.types).size < union.types.length,
    );

    expect(alike).toEqual([]);
  });
});

/** Whether `^a|b$`: an alternative outside of all groups would escape an anchor. */
function hasOpenAlternative(pattern: string): boolean {
  let depth = 0;
  const plain = pattern.replaceAll(/\\./g, "").replaceAll(/\[[^\]]*\]/g, "");
  for (const character of plain) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === "|" && depth === 0) return true;
  }
  return false;
}

/** A pattern within `if` only recognises a spelling. */
function isCondition(part: Schema): boolean {
  return Object.keys(part).every((key) => key === "type" || key === "pattern");
}
