import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import { nearestWord } from "../nearest.ts";
import { unknownKeyWords } from "./describe-error.ts";
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
 * At the top of a file it ignores them, so each is worth a warning; further down it hands them on,
 * so only those that look like a slip of the keyboard are.
 */
export function* findUnknownKeys(name: SchemaName, value: JsonValue): Iterable<UnknownKey> {
  const file = fileName(name);
  yield* walk({ schema: schemaFile(file), file }, value, []);
}

function* walk(
  unresolved: Located,
  value: JsonValue,
  path: readonly string[],
): Iterable<UnknownKey> {
  if (!isJsonObject(value)) return;
  const located = chooseObject(resolve(unresolved));
  if (located === undefined) return;
  const { schema, file } = located;
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  const rest = schema["additionalProperties"];
  for (const [key, member] of Object.entries(value)) {
    const known = Object.hasOwn(properties, key) ? properties[key] : rest;
    if (isJsonObject(known)) yield* walk({ schema: known, file }, member, [...path, key]);
    else if (rest === true && !Object.hasOwn(properties, key)) {
      yield* warn(Object.keys(properties), key, path);
    }
  }
}

function* warn(
  known: readonly string[],
  key: string,
  path: readonly string[],
): Iterable<UnknownKey> {
  if (path.length > 0 && nearestWord(key, known) === undefined) return;
  const where = path.length === 0 ? "" : `In "${path.join(".")}": `;
  yield { path: [...path, key], message: `${where}${unknownKeyWords(key, known)}` };
}

function resolve({ schema, file }: Located): Located {
  const reference = schema["$ref"];
  if (typeof reference !== "string" || isJsonObject(schema["properties"])) return { schema, file };
  const [target, pointer = ""] = reference.split("#");
  const targetFile = target === undefined || target === "" ? file : target;
  let found: JsonValue | undefined = schemaFile(targetFile);
  for (const segment of pointer.split("/").slice(1)) {
    found = isJsonObject(found) ? found[segment] : undefined;
  }
  return isJsonObject(found) ? resolve({ schema: found, file: targetFile }) : { schema, file };
}

/** Of an `anyOf`, the branch for mappings; `oneOf` unions know all their keys. */
function chooseObject(located: Located): Located | undefined {
  const branches = located.schema["anyOf"];
  if (!Array.isArray(branches)) return located;
  return branches
    .filter(isJsonObject)
    .map((schema) => resolve({ schema, file: located.file }))
    .find(({ schema }) => schema["type"] === "object");
}
