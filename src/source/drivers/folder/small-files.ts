import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
} from "node:fs";
import { dirname, join } from "node:path";

import { isLeftOut, pathProblem } from "../../entry-name.ts";

export const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Reads many small files one after the other on this thread: handing each of four calls to another
 * one takes longer than the calls. What was found of a folder is kept as long as this reader.
 */
export class SmallFiles {
  readonly #root: string;
  readonly #folders = new Map<string, boolean>();

  constructor(root: string) {
    this.#root = root;
  }

  /** `undefined` for what is too large, is no plain file inside, or may not be read. */
  read(path: string, maxBytes: number): Uint8Array | undefined {
    if (pathProblem(path) !== undefined || isLeftOut(path)) return undefined;
    // O_NOFOLLOW speaks of the last segment only: the folders above must be real as well.
    if (!this.#isOpen(dirname(path))) return undefined;
    const file = openIfThere(join(this.#root, path));
    if (file === undefined) return undefined;
    try {
      const info = fstatSync(file);
      if (!info.isFile() || info.size > maxBytes) return undefined;
      const bytes = readFileSync(file);
      return bytes.byteLength > maxBytes ? undefined : bytes;
    } finally {
      closeSync(file);
    }
  }

  /** Neither a link nor a repository of its own, and in no such. */
  #isOpen(folder: string): boolean {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const isRoot = folder === ".";
    const isOpen = isRoot || (this.#isOpen(dirname(folder)) && this.#isOwn(folder));
    this.#folders.set(folder, isOpen);
    return isOpen;
  }

  #isOwn(folder: string): boolean {
    const target = join(this.#root, folder);
    try {
      if (realpathSync(target) !== target) return false;
    } catch {
      return false;
    }
    return lstatSync(join(target, ".git"), { throwIfNoEntry: false }) === undefined;
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, readFlags);
  } catch {
    return undefined;
  }
}
