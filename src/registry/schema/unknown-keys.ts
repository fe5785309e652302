import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import { nearestWord } from "../nearest.ts";
import { unknownKeyWords } from "./describe-error.ts";
import { holds } from "./schema-condition.ts";
import { fileName, schemaFile, type SchemaName } from "./schemas.ts";

export interface UnknownKey {
  readonly path: readonly string[];
  readonly message: string;
}

/** A schema and the file it stands in, which its references are relative to. */
interface Located {
  readonly schema: JsonObject;
  readonly file: string;
}

/**
 * Keys that Azure ML takes without a word (`additionalProperties: true` beside `properties`).
 * At the top of a file and in what says how a component runs it ignores them, so each is worth a
 * warning; elsewhere it hands them on, so only those that look like a slip of the keyboard are.
 */
export function* findUnknownKeys(name: SchemaName, value: JsonValue): Iterable<UnknownKey> {
  const file = fileName(name);
  yield* walk({ schema: schemaFile(file), file }, value, []);
}

function* walk(located: Located, value: JsonValue, path: readonly string[]): Iterable<UnknownKey> {
  if (!isJsonObject(value)) return;
  const parts = [...applicable(located, value)];
  const lists = parts.filter(({ schema }) => "additionalProperties" in schema);
  const isOpen = lists.length > 0 && lists.every(({ schema }) => mayHoldMore(schema));
  const known = lists.flatMap(({ schema }) => Object.keys(propertiesOf(schema)));
  for (const [key, member] of Object.entries(value)) {
    const inner = parts.find(({ schema }) => isJsonObject(propertiesOf(schema)[key]));
    const rest = lists.find(({ schema }) => isJsonObject(schema["additionalProperties"]));
    if (inner !== undefined)
      yield* step(inner, propertiesOf(inner.schema)[key], member, [...path, key]);
    else if (known.includes(key)) continue;
    else if (rest !== undefined)
      yield* step(rest, rest.schema["additionalProperties"], member, [...path, key]);
    else if (isOpen) yield* warn(known, key, path);
  }
}

const ignoring: ReadonlySet<string> = new Set(
  "resources distribution retry_settings task".split(" "),
);

function* step(
  { file }: Located,
  schema: JsonValue | undefined,
  value: JsonValue,
  path: readonly string[],
): Iterable<UnknownKey> {
  if (isJsonObject(schema)) yield* walk({ schema, file }, value, path);
}

function* warn(
  known: readonly string[],
  key: string,
  path: readonly string[],
): Iterable<UnknownKey> {
  const isIgnored = path.length === 0 || ignoring.has(path.at(-1) ?? "");
  if (!isIgnored && nearestWord(key, known) === undefined) return;
  const where = path.length === 0 ? "" : `In "${path.join(".")}": `;
  yield { path: [...path, key], message: `${where}${unknownKeyWords(key, known)}` };
}

/** The schema and all that it adds for this value: its target, its branches, its conditions. */
function* applicable({ schema, file }: Located, value: JsonObject): Iterable<Located> {
  yield { schema, file };
  const { $ref: reference, allOf, anyOf } = schema;
  if (typeof reference === "string") yield* applicable(target(reference, file), value);
  for (const part of objectsOf(allOf)) yield* applicable({ schema: part, file }, value);
  for (const part of objectsOf(anyOf)) {
    // Of a union only the branch for mappings is meant; `oneOf` unions know all their keys.
    const found =
      typeof part["$ref"] === "string" ? target(part["$ref"], file) : { schema: part, file };
    if (found.schema["type"] === "object") yield* applicable(found, value);
  }
  if (!("if" in schema)) return;
  const branch = schema[holds(schema["if"], value) ? "then" : "else"];
  if (isJsonObject(branch)) yield* applicable({ schema: branch, file }, value);
}

function target(reference: string, file: string): Located {
  const [name, pointer = ""] = reference.split("#");
  const targetFile = name === undefined || name === "" ? file : name;
  let found: JsonValue | undefined = schemaFile(targetFile);
  for (const segment of pointer.split("/").slice(1)) {
    found = isJsonObject(found) ? found[segment] : undefined;
  }
  return { schema: isJsonObject(found) ? found : {}, file: targetFile };
}

function objectsOf(list: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function propertiesOf(schema: JsonObject): JsonObject {
  const properties = schema["properties"];
  return isJsonObject(properties) ? properties : {};
}

function mayHoldMore(schema: JsonObject): boolean {
  return schema["additionalProperties"] === true && "properties" in schema;
}
