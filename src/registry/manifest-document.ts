import type { Place } from "../domain/finding.ts";
import type { ManifestDocument } from "../domain/registry.ts";
import { isJsonObject, type JsonObject } from "../shared/json.ts";
import type { ParsedYaml } from "./yaml/parse-yaml.ts";
import type { PointerPath } from "./yaml/pointer.ts";

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
}
