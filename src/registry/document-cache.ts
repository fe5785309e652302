import type { CompanionText } from "./companion-text.ts";
import type { SchemaName } from "./schema/schemas.ts";
import type { Problem } from "./problem.ts";
import type { ParsedYaml } from "./yaml/parse-yaml.ts";

/** What is remembered of a text: how it parsed, and what its schema said. */
export interface CachedText {
  readonly schemaHint: string | undefined;
  /** Absent when nothing suggested that the text is a manifest. */
  readonly parsed: ParsedYaml | undefined;
  readonly schemaProblems: Map<SchemaName, readonly Problem[]>;
}

/** What a Git LFS pointer says about the file that it stands for. */
export interface LfsPointer {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Remembers texts by Git blob id between two reads, so that the second costs only what changed.
 * Ids name content, so nothing in here can become wrong.
 */
export interface DocumentCache {
  readonly texts: BoundedMap<CachedText>;
  /** `false` for small files that are no pointers. */
  readonly pointers: BoundedMap<LfsPointer | false>;
  /** Small files that say how others are read: `.amlignore`, `MLmodel`, `conda.yaml`. */
  readonly companions: BoundedMap<CompanionText>;
  /** Remembers packed texts (packed-text.ts) between two runs. */
  readonly storage: TextStorage | undefined;
  /** What `storage` does not have yet, by its key. */
  readonly fresh: Map<string, CachedText>;
  readonly parsers: TextParsers | undefined;
}

/** A text that is not parsed yet. */
export interface RawText {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Parsed even if nothing in it says that it is a manifest. */
  readonly isWanted: boolean;
  /** Checked in another way than by what it is: the spec of an asset.yaml has templates. */
  readonly isSpec: boolean;
}

/** Other threads that parse. */
export interface TextParsers {
  /** Packed texts, one for each; `undefined` when every thread has enough to do. */
  parse(texts: readonly RawText[]): Promise<readonly string[]> | undefined;
  /** There is nothing to parse for now. */
  rest(): void;
}

/** A lasting memory for lines of text; it may forget any of them. */
export interface TextStorage {
  get(key: string): string | undefined;
  set(key: string, line: string): void;
}

export function createDocumentCache(
  options: {
    readonly maxEntries?: number;
    readonly storage?: TextStorage | undefined;
    readonly parsers?: TextParsers | undefined;
  } = {},
): DocumentCache {
  const { maxEntries = 100_000, storage, parsers } = options;
  return {
    storage,
    parsers,
    fresh: new Map(),
    texts: new BoundedMap(maxEntries),
    pointers: new BoundedMap(maxEntries),
    companions: new BoundedMap(Math.ceil(maxEntries / 2)),
  };
}

/** A map that forgets what was not asked for the longest. */
export class BoundedMap<Value> {
  readonly #maxEntries: number;
  readonly #entries = new Map<string, Value>();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#maxEntries) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      break;
    }
  }
}
