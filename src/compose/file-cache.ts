import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { writeFileAtomically } from "../disk/atomic-write.ts";
import { hasCode } from "../shared/errors.ts";
import type { Cache } from "../usecases/ledger/cache.ts";

/** Keeps each cached text in one file; a cache that cannot be written is slower and nothing else. */
export class FileCache implements Cache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async get(key: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.#folder, key), "utf8");
    } catch (error) {
      if (hasCode(error, "ENOENT", "EISDIR", "EACCES", "ENOTDIR")) return undefined;
      throw error;
    }
  }

  async set(key: string, text: string): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFileAtomically(join(this.#folder, key), text, { durable: false });
    } catch (error) {
      if (!hasCode(error, "ENOSPC", "EDQUOT", "EROFS", "EACCES", "ENOTDIR", "EEXIST")) throw error;
    }
  }
}
