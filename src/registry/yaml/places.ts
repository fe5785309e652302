import { formatPointer, type PointerPath } from "./pointer.ts";
import { placeOfOffset, type LinePlace } from "./tokens.ts";

const keyMark = "\u0000key";

/** Where every value and key of a text stands, and how unquoted values were written. */
export class YamlPlaces {
  readonly #lineStarts: readonly number[];
  readonly #offsets = new Map<string, number>();
  readonly #sources = new Map<string, string>();

  constructor(lineStarts: readonly number[]) {
    this.#lineStarts = lineStarts;
  }

  add(pointer: string, offset: number, isKey: boolean): void {
    const name = isKey ? pointer + keyMark : pointer;
    // A value behind an alias stands where the alias is, not where the anchor is.
    if (!this.#offsets.has(name)) this.#offsets.set(name, offset);
  }

  addSource(pointer: string, source: string): void {
    this.#sources.set(pointer, source);
  }

  /** The place of a value; for a missing one that of its nearest parent. */
  of(path: PointerPath): LinePlace {
    for (let length = path.length; length >= 0; length -= 1) {
      const offset = this.#offsets.get(formatPointer(path.slice(0, length)));
      if (offset !== undefined) return placeOfOffset(this.#lineStarts, offset);
    }
    return { line: 1, column: 1 };
  }

  ofKey(path: PointerPath): LinePlace {
    const offset = this.#offsets.get(formatPointer(path) + keyMark);
    return offset === undefined ? this.of(path) : placeOfOffset(this.#lineStarts, offset);
  }

  /** The text of an unquoted value, before YAML made something of it. */
  sourceOf(path: PointerPath): string | undefined {
    return this.#sources.get(formatPointer(path));
  }
}
