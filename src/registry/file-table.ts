import type { FileIndex } from "../domain/registry.ts";
import type { SourceEntry } from "../source/source-tree.ts";

/** Finds entries by path and by folder; the listing is sorted, so a folder is one run of it. */
export class FileTable implements FileIndex {
  readonly #entries: readonly SourceEntry[];
  readonly #byPath: ReadonlyMap<string, SourceEntry>;

  constructor(entries: readonly SourceEntry[]) {
    this.#entries = entries;
    this.#byPath = new Map(entries.map((entry) => [entry.path, entry]));
  }

  get count(): number {
    return this.#entries.length;
  }

  get entries(): readonly SourceEntry[] {
    return this.#entries;
  }

  get(path: string): SourceEntry | undefined {
    return this.#byPath.get(path);
  }

  *paths(): Iterable<string> {
    for (const { path, type } of this.#entries) if (type === "file") yield path;
  }

  has(path: string): boolean {
    return this.#byPath.get(path)?.type === "file";
  }

  objectIdOf(path: string): string | undefined {
    const entry = this.#byPath.get(path);
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
