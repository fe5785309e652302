import type { FileIndex } from "../domain/registry.ts";
import type { SourceEntry } from "../source/source-tree.ts";

/**
 * Many snapshots are open at a time, and of most of them little is asked: until then it is searched
 * for, which costs as much as twenty looks into an index.
 */
const searchesPerEntry = 20;

/** Finds entries by path and by folder; the listing is sorted, so a folder is one run of it. */
export class FileTable implements FileIndex {
  readonly #entries: readonly SourceEntry[];
  #byPath: ReadonlyMap<string, SourceEntry> | undefined;
  #asked = 0;

  constructor(entries: readonly SourceEntry[]) {
    this.#entries = entries;
  }

  get count(): number {
    return this.#entries.length;
  }

  get entries(): readonly SourceEntry[] {
    return this.#entries;
  }

  get(path: string): SourceEntry | undefined {
    if (this.#byPath !== undefined) return this.#byPath.get(path);
    this.#asked += 1;
    if (this.#asked > this.#entries.length / searchesPerEntry) this.#byPath = this.#index();
    // The last one, if a broken tree names a path twice.
    const found = this.#entries[this.#indexAfter(path) - 1];
    return found?.path === path ? found : undefined;
  }

  *paths(): Iterable<string> {
    for (const { path, type } of this.#entries) if (type === "file") yield path;
  }

  has(path: string): boolean {
    return this.get(path)?.type === "file";
  }

  objectIdOf(path: string): string | undefined {
    const entry = this.get(path);
    return entry?.type === "file" ? entry.objectId : undefined;
  }

  /** True for a path with something below it; Git knows no empty folders. */
  isFolder(path: string): boolean {
    return path === ""
      ? this.count > 0
      : this.#from(`${path}/`)?.path.startsWith(`${path}/`) === true;
  }

  /** Everything below a folder, in the order of the listing. */
  below(folder: string): readonly SourceEntry[] {
    if (folder === "") return this.#entries;
    const start = this.#indexOf(`${folder}/`);
    // "0" is the character after "/": the first text that no path below the folder reaches.
    return this.#entries.slice(start, this.#indexOf(`${folder}0`));
  }

  #from(text: string): SourceEntry | undefined {
    return this.#entries[this.#indexOf(text)];
  }

  #index(): ReadonlyMap<string, SourceEntry> {
    return new Map(this.#entries.map((entry) => [entry.path, entry]));
  }

  /** The first entry whose path is after `path`: no path has a character before U+0001. */
  #indexAfter(path: string): number {
    return this.#indexOf(`${path}\u0000`);
  }

  /** The first entry whose path is not before `text`. */
  #indexOf(text: string): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.path ?? "") < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
