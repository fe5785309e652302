import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

export interface RefEntry {
  readonly name: string;
  readonly id: string;
}

/** Reads the refs of a bare repository from its files: no process for each request. */
export class Refs {
  readonly #folder: string;
  #packed = new Map<string, string>();
  #packedMark = "";

  constructor(folder: string) {
    this.#folder = folder;
  }

  async get(name: string): Promise<string | undefined> {
    if (!isRefName(name)) return undefined;
    return (await this.#loose(name)) ?? (await this.#readPacked()).get(name);
  }

  /** Those that start with the prefix, by name. */
  async list(prefix: string): Promise<readonly RefEntry[]> {
    const found = new Map<string, string>();
    for (const [name, id] of await this.#readPacked()) {
      if (name.startsWith(prefix)) found.set(name, id);
    }
    const folder = prefix.slice(0, prefix.lastIndexOf("/"));
    for (const name of await this.#looseNames(folder)) {
      if (!name.startsWith(prefix)) continue;
      const id = await this.#loose(name);
      if (id !== undefined) found.set(name, id);
    }
    return [...found]
      .map(([name, id]) => ({ name, id }))
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  async #loose(name: string): Promise<string | undefined> {
    try {
      const text = await readFile(join(this.#folder, name), "latin1");
      return /^[0-9a-f]{40}(?=\n)/.exec(text)?.[0];
    } catch {
      return undefined;
    }
  }

  async #looseNames(folder: string): Promise<readonly string[]> {
    try {
      const entries = await readdir(join(this.#folder, folder), {
        recursive: true,
        withFileTypes: true,
      });
      const start = this.#folder.length + 1;
      return entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith(".lock"))
        .map((entry) => join(entry.parentPath, entry.name).slice(start));
    } catch {
      return [];
    }
  }

  async #readPacked(): Promise<ReadonlyMap<string, string>> {
    const path = join(this.#folder, "packed-refs");
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    const mark = found === undefined ? "" : `${found.ino} ${found.mtimeNs} ${found.size}`;
    if (mark === this.#packedMark) return this.#packed;
    const text = mark === "" ? "" : await readFile(path, "utf8");
    this.#packed = new Map(
      [...text.matchAll(/^([0-9a-f]{40}) (\S+)$/gm)].map(([, id = "", name = ""]) => [name, id]),
    );
    this.#packedMark = mark;
    return this.#packed;
  }
}

/** Strict enough that a name never leaves the repository's folder. */
export function isRefName(name: string): boolean {
  return (
    /^refs\/[^\s~^:?*[\\\p{Cc}]+$/u.test(name) &&
    !/\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)|[/.]$/.test(name)
  );
}
