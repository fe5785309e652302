import { formatPointer, type PointerPath } from "./pointer.ts";
import type { ValuePlace } from "./to-json.ts";
import { placeOfOffset, type LinePlace } from "./tokens.ts";

/** A place in a text; `anchor` is where the value is written when an alias stands there. */
export interface TextPlace extends LinePlace {
  readonly anchor?: LinePlace;
}

const keyMark = "\u0000key";

/** Where every value and key of a text stands, and how unquoted values were written. */
export class YamlPlaces {
  readonly #lineStarts: readonly number[];
  readonly #offsets = new Map<string, number>();
  readonly #anchors = new Map<string, number>();
  readonly #sources = new Map<string, string>();
  /** Unquoted keys that are no texts to Python: few files have any. */
  readonly #oddKeys: string[] = [];
  #firstKey: string | undefined;
  /** Of most files that come out of a cache nobody asks for a place. */
  #packed: PackedPlaces | undefined;

  constructor(lineStarts: readonly number[]) {
    this.#lineStarts = lineStarts;
  }

  add(pointer: string, { offset, isKey, anchorOffset }: ValuePlace): void {
    const name = isKey ? pointer + keyMark : pointer;
    // An alias is seen before the value that it stands for, and a key before one that is not written.
    if (!this.#offsets.has(name)) this.#offsets.set(name, offset);
    if (isKey && pointer.lastIndexOf("/") === 0) this.#firstKey ??= name;
    if (anchorOffset !== undefined) this.#anchors.set(name, anchorOffset);
  }

  /** From what `pack` gave, perhaps in another process. */
  static unpack(packed: PackedPlaces): YamlPlaces {
    const places = new YamlPlaces(packed.lineStarts);
    places.#packed = packed;
    for (const pointer of packed.oddKeys) places.#oddKeys.push(pointer);
    return places;
  }

  pack(): PackedPlaces {
    this.#unfold();
    return {
      lineStarts: this.#lineStarts,
      names: [...this.#offsets.keys()],
      offsets: [...this.#offsets.values()],
      anchors: [...this.#anchors],
      sources: [...this.#sources],
      oddKeys: this.#oddKeys,
      firstKey: this.#firstKey ?? "",
    };
  }

  addSource(pointer: string, source: string): void {
    this.#sources.set(pointer, source);
  }

  addOddKey(pointer: string): void {
    this.#oddKeys.push(pointer);
  }

  /** Pointers to the values whose unquoted keys Python reads as a number, a date, true or false. */
  get oddKeys(): readonly string[] {
    return this.#oddKeys;
  }

  /** The place of a value; for a missing one the key of its nearest parent, or the first key. */
  of(path: PointerPath): TextPlace {
    this.#unfold();
    const exact = this.#find(formatPointer(path));
    if (exact !== undefined && path.length > 0) return exact;
    for (let length = path.length - 1; length > 0; length -= 1) {
      const parent = formatPointer(path.slice(0, length));
      const found = this.#find(parent + keyMark) ?? this.#find(parent);
      if (found !== undefined) return found;
    }
    const first = this.#firstKey === undefined ? undefined : this.#find(this.#firstKey);
    return first ?? this.#find("") ?? { line: 1, column: 1 };
  }

  ofKey(path: PointerPath): TextPlace {
    this.#unfold();
    return this.#find(formatPointer(path) + keyMark) ?? this.of(path);
  }

  /** The text of an unquoted value, before YAML made something of it. */
  sourceOf(path: PointerPath): string | undefined {
    this.#unfold();
    return this.#sources.get(formatPointer(path));
  }

  /** All of them, by pointer; asked of every file, and so without unfolding. */
  sources(): Iterable<readonly [pointer: string, source: string]> {
    return this.#packed === undefined ? this.#sources : this.#packed.sources;
  }

  #unfold(): void {
    const packed = this.#packed;
    if (packed === undefined) return;
    this.#packed = undefined;
    for (const [index, name] of packed.names.entries()) {
      this.#offsets.set(name, packed.offsets[index] ?? 0);
    }
    for (const [name, offset] of packed.anchors) this.#anchors.set(name, offset);
    for (const [pointer, source] of packed.sources) this.#sources.set(pointer, source);
    this.#firstKey = packed.firstKey === "" ? undefined : packed.firstKey;
  }

  #find(name: string): TextPlace | undefined {
    const offset = this.#offsets.get(name);
    if (offset === undefined) return undefined;
    const place = placeOfOffset(this.#lineStarts, offset);
    const anchor = this.#anchors.get(name);
    return anchor === undefined
      ? place
      : { ...place, anchor: placeOfOffset(this.#lineStarts, anchor) };
  }
}

/** All that `YamlPlaces` knows, as JSON holds it. */
export interface PackedPlaces {
  readonly lineStarts: readonly number[];
  readonly names: readonly string[];
  readonly offsets: readonly number[];
  readonly anchors: readonly (readonly [name: string, offset: number])[];
  readonly sources: readonly (readonly [pointer: string, source: string])[];
  readonly oddKeys: readonly string[];
  readonly firstKey: string;
}
