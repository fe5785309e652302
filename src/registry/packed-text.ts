import { isJsonObject, type JsonValue } from "../shared/json.ts";
import type { CachedText } from "./document-cache.ts";
import type { Problem } from "./problem.ts";
import { isSchemaName, type SchemaName } from "./schema/schemas.ts";
import { YamlPlaces, type PackedPlaces } from "./yaml/places.ts";

/** What is remembered of a text, as one line of JSON: in a file, or between two threads. */
interface PackedText {
  readonly hint?: string;
  /** The schemas it was checked against, each with what it said. */
  readonly checks: readonly (readonly [SchemaName, readonly Problem[]])[];
  /** Absent when nothing suggested that the text is a manifest. */
  readonly parsed?: {
    readonly value?: JsonValue;
    readonly places: PackedPlaces;
    readonly problems: readonly Problem[];
  };
}

export function packText({ schemaHint, parsed, schemaProblems }: CachedText): string {
  const packed: PackedText = {
    ...(schemaHint === undefined ? {} : { hint: schemaHint }),
    checks: [...schemaProblems],
    ...(parsed === undefined
      ? {}
      : {
          parsed: {
            ...(parsed.value === undefined ? {} : { value: parsed.value }),
            places: parsed.places.pack(),
            problems: parsed.problems,
          },
        }),
  };
  return JSON.stringify(packed);
}

/** `undefined` for what is no such line. */
export function unpackText(line: string): CachedText | undefined {
  const packed = readJson(line);
  if (!isPackedText(packed)) return undefined;
  const { hint, checks, parsed } = packed;
  return {
    schemaHint: hint,
    schemaProblems: new Map(checks.filter(([name]) => isSchemaName(name))),
    parsed:
      parsed === undefined
        ? undefined
        : {
            value: parsed.value,
            places: YamlPlaces.unpack(parsed.places),
            problems: parsed.problems,
          },
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lines are written by this very code and carry a checksum: this only keeps a stranger out. */
function isPackedText(value: unknown): value is PackedText {
  if (!isJsonObject(value) || !Array.isArray(value["checks"])) return false;
  const { parsed } = value;
  if (parsed === undefined) return true;
  if (!isJsonObject(parsed) || !Array.isArray(parsed["problems"])) return false;
  const { places } = parsed;
  return (
    isJsonObject(places) &&
    typeof places["text"] === "string" &&
    Array.isArray(places["oddSources"]) &&
    Array.isArray(places["oddKeys"])
  );
}
