import { classifyManifest, schemaHintOf } from "./classify.ts";
import type { CachedText, RawText } from "./document-cache.ts";
import type { Problem } from "./problem.ts";
import { checkSchema } from "./schema/check-schema.ts";
import type { SchemaName } from "./schema/schemas.ts";
import { lockBounds, parseYaml } from "./yaml/parse-yaml.ts";

/** Parses a text, if it is worth it. */
export function parseText({ path, bytes, isWanted }: RawText): CachedText {
  const schemaHint = schemaHintOf(bytes);
  const bounds = isLock(path) ? lockBounds : undefined;
  const parsed = schemaHint === undefined && !isWanted ? undefined : parseYaml(bytes, bounds);
  return { schemaHint, parsed, schemaProblems: new Map() };
}

/** Parses a text and holds it against the schema that it will most likely be asked about. */
export function parseAndCheckText(raw: RawText): CachedText {
  const text = parseText(raw);
  const { parsed, schemaHint } = text;
  if (parsed?.value === undefined || raw.isSpec) return text;
  const role = classifyManifest(raw.path, parsed.value, schemaHint);
  const schema = role !== undefined && "schema" in role ? role.schema : undefined;
  return schema === undefined
    ? text
    : {
        ...text,
        schemaProblems: new Map<SchemaName, readonly Problem[]>([
          [schema, checkSchema(schema, parsed)],
        ]),
      };
}

export function isLock(path: string): boolean {
  return /\.lock\.ya?ml$/.test(path);
}
