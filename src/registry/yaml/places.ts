import { isJsonObject, parseJsonObject } from "../../shared/json.ts";
import { formatPointer, type PointerPath } from "./pointer.ts";
import type { ValuePlace } from "./to-json.ts";
import { placeOfOffset, type LinePlace } from "./tokens.ts";

/** A place in a text; `anchor` is where the value is written when an alias stands there. */
export interface TextPlace extends LinePlace {
  readonly anchor?: LinePlace;
}

const keyMark = "\u0000key";

/** All places of one text, ready to be asked. */
interface Unfolded {
  readonly lineStarts: readonly number[];
  readonly offsets: Map<string, number>;
  readonly anchors: Map<string, number>;
  readonly sources: Map<string, string>;
  firstKey: string | undefined;
}

/**
 * Where every value and key of a text stands, and how unquoted values were written. Of most texts
 * nobody asks that: once packed they are a text themselves, and only those that were asked last are
 * unfolded.
 */
export class YamlPlaces {
  #unfolded: Unfolded | undefined;
  #packed: PackedPlaces | undefined;
  /** Unquoted keys that are no texts to Python: few files have any. */
  readonly #oddKeys: string[] = [];

  constructor(lineStarts: readonly number[]) {
    this.#unfolded = unfoldedFrom({ ...noPlaces, lineStarts });
  }

  add(pointer: string, { offset, isKey, anchorOffset }: ValuePlace): void {
    const known = this.#unfold();
    const name = isKey ? pointer + keyMark : pointer;
    // An alias is seen before the value that it stands for, and a key before one that is not written.
    if (!known.offsets.has(name)) known.offsets.set(name, offset);
    if (isKey && pointer.lastIndexOf("/") === 0) known.firstKey ??= name;
    if (anchorOffset !== undefined) known.anchors.set(name, anchorOffset);
  }

  /** From what `pack` gave, perhaps in another process. */
  static unpack(packed: PackedPlaces): YamlPlaces {
    const places = new YamlPlaces([]);
    places.#unfolded = undefined;
    places.#packed = packed;
    for (const pointer of packed.oddKeys) places.#oddKeys.push(pointer);
    return places;
  }

  /** Nothing may be added any more. */
  pack(): PackedPlaces {
    if (this.#packed !== undefined) return this.#packed;
    const { lineStarts, offsets, anchors, sources, firstKey } = this.#unfold();
    const all: AllPlaces = {
      lineStarts,
      names: [...offsets.keys()],
      offsets: [...offsets.values()],
      anchors: [...anchors],
      sources: [...sources],
      firstKey: firstKey ?? "",
    };
    const text = JSON.stringify(all);
    this.#packed = { text, oddSources: [...this.oddSources()], oddKeys: this.#oddKeys };
    this.#unfolded = undefined;
    return this.#packed;
  }

  addSource(pointer: string, source: string): void {
    this.#unfold().sources.set(pointer, source);
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
    const known = this.#unfold();
    const exact = find(known, formatPointer(path));
    if (exact !== undefined && path.length > 0) return exact;
    for (let length = path.length - 1; length > 0; length -= 1) {
      const parent = formatPointer(path.slice(0, length));
      const found = find(known, parent + keyMark) ?? find(known, parent);
      if (found !== undefined) return found;
    }
    const first = known.firstKey === undefined ? undefined : find(known, known.firstKey);
    return first ?? find(known, "") ?? { line: 1, column: 1 };
  }

  ofKey(path: PointerPath): TextPlace {
    return find(this.#unfold(), formatPointer(path) + keyMark) ?? this.of(path);
  }

  /** The text of an unquoted value, before YAML made something of it. */
  sourceOf(path: PointerPath): string | undefined {
    return this.#unfold().sources.get(formatPointer(path));
  }

  /**
   * By pointer, the unquoted values that are more than plain words; asked of every file, and so
   * without unfolding.
   */
  oddSources(): Iterable<readonly [pointer: string, source: string]> {
    if (this.#packed !== undefined) return this.#packed.oddSources;
    return [...this.#unfold().sources].filter(([, source]) => !isPlainText(source));
  }

  #unfold(): Unfolded {
    if (this.#unfolded !== undefined) return this.#unfolded;
    const all = readAll(this.#packed?.text ?? "");
    this.#unfolded = unfoldedFrom(all);
    inUse.add(this);
    const [oldest] = inUse;
    if (inUse.size > maxInUse && oldest !== undefined) {
      inUse.delete(oldest);
      oldest.#unfolded = undefined;
    }
    return this.#unfolded;
  }
}

/** Unfolded, places take ten times as much as packed. */
const maxInUse = 64;
const inUse = new Set<YamlPlaces>();

function find({ lineStarts, offsets, anchors }: Unfolded, name: string): TextPlace | undefined {
  const offset = offsets.get(name);
  if (offset === undefined) return undefined;
  const place = placeOfOffset(lineStarts, offset);
  const anchor = anchors.get(name);
  return anchor === undefined ? place : { ...place, anchor: placeOfOffset(lineStarts, anchor) };
}

/** What every reader takes for the text that it is. */
function isPlainText(source: string): boolean {
  return /^[A-Za-z]/.test(source) && !/^(?:yes|no|on|off|true|false|null)$/i.test(source);
}

interface AllPlaces {
  readonly lineStarts: readonly number[];
  readonly names: readonly string[];
  readonly offsets: readonly number[];
  readonly anchors: readonly (readonly [name: string, offset: number])[];
  readonly sources: readonly (readonly [pointer: string, source: string])[];
  readonly firstKey: string;
}

const noPlaces: AllPlaces = {
  lineStarts: [0],
  names: [],
  offsets: [],
  anchors: [],
  sources: [],
  firstKey: "",
};

function unfoldedFrom(all: AllPlaces): Unfolded {
  return {
    lineStarts: all.lineStarts,
    offsets: new Map(all.names.map((name, index) => [name, all.offsets[index] ?? 0])),
    anchors: new Map(all.anchors),
    sources: new Map(all.sources),
    firstKey: all.firstKey === "" ? undefined : all.firstKey,
  };
}

/** Written by `pack`, and kept with a checksum: this only keeps a stranger out. */
function readAll(text: string): AllPlaces {
  const value: unknown = parseJsonObject(text);
  return isAllPlaces(value) ? value : noPlaces;
}

function isAllPlaces(value: unknown): value is AllPlaces {
  const lists = ["lineStarts", "names", "offsets", "anchors", "sources"];
  return isJsonObject(value) && lists.every((list) => Array.isArray(value[list]));
}

/** All that `YamlPlaces` knows, as JSON holds it. */
export interface PackedPlaces {
  /** JSON itself. */
  readonly text: string;
  readonly oddSources: readonly (readonly [pointer: string, source: string])[];
  readonly oddKeys: readonly string[];
}
