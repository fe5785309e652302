import type { Place } from "../domain/finding.ts";
import type { ManifestDocument, PlainScalar } from "../domain/registry.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import type { ParsedYaml } from "./yaml/parse-yaml.ts";
import { parsePointer, type PointerPath } from "./yaml/pointer.ts";
import { readLikePython } from "./yaml/scalar.ts";

/** A parsed text as one file of the registry: the same text may stand at several paths. */
export class YamlDocument implements ManifestDocument {
  readonly path: string;
  readonly value: JsonObject;
  readonly #parsed: ParsedYaml;

  constructor(path: string, parsed: ParsedYaml, value?: JsonObject) {
    this.path = path;
    this.#parsed = parsed;
    this.value = value ?? (isJsonObject(parsed.value) ? parsed.value : {});
  }

  placeOf(pointer: PointerPath): Place {
    return { path: this.path, ...this.#parsed.places.of(pointer) };
  }

  /** Where the key of a member stands, for findings about the key itself. */
  placeOfKey(pointer: PointerPath): Place {
    return { path: this.path, ...this.#parsed.places.ofKey(pointer) };
  }

  /** How an unquoted value was written, before YAML made something of it. */
  sourceOf(pointer: PointerPath): string | undefined {
    // Values that were laid over the text were never written in it.
    return this.value === this.#parsed.value ? this.#parsed.places.sourceOf(pointer) : undefined;
  }

  *plainScalars(): Iterable<PlainScalar> {
    if (this.value !== this.#parsed.value) return;
    for (const [text, source] of this.#parsed.places.oddSources()) {
      if (unmistakable.test(source)) continue;
      const found = findValue(this.value, parsePointer(text));
      if (found === undefined) continue;
      const meaning = readLikePython(source);
      const pythonText =
        "text" in meaning ? meaning.text : meaning.type === "null" ? "None" : source;
      yield { ...found, source, pythonType: meaning.type, pythonText };
    }
  }
}

/** What every reader takes for the same, which is nearly all of it. */
const unmistakable = /^(?:true|false|null|0|[1-9][0-9]{0,14})$/;

/** The value at a pointer whose segments are all text, and the pointer with its indexes as numbers. */
function findValue(
  value: JsonValue,
  segments: readonly string[],
): Pick<PlainScalar, "pointer" | "value"> | undefined {
  const pointer: (string | number)[] = [];
  let found: JsonValue | undefined = value;
  for (const segment of segments) {
    const isList: boolean = Array.isArray(found);
    pointer.push(isList ? Number(segment) : segment);
    if (Array.isArray(found)) found = found[Number(segment)];
    else found = isJsonObject(found) && Object.hasOwn(found, segment) ? found[segment] : undefined;
  }
  return found === undefined ? undefined : { pointer, value: found };
}
