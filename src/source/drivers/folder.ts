import { open, realpath, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";

import { hasCode } from "../../shared/errors.ts";
import { byCodeUnits } from "../../shared/json.ts";
import { isLeftOut, maxEntries, pathProblem } from "../entry-name.ts";
import {
  fileChanged,
  fileDenied,
  fileMissing,
  fileTooLarge,
  folderMissing,
  treeTooLarge,
} from "../errors.ts";
import type { SourceEntry, SourceTree } from "../source-tree.ts";
import { entryAt, exists, inTurns, isRealPath, listFolder, Pace } from "./folder/entries.ts";
import { readFlags, SmallFiles } from "./folder/small-files.ts";

const chunkBytes = 256 * 1024;
/** Files that are opened at the same time by `readMany`. */
const readsAtOnce = 32;
/** Folders that are listed at the same time. */
const foldersAtOnce = 16;

/** The files of a folder on disk, committed or not. A link is never followed, at no level. */
export class FolderSourceTree implements SourceTree {
  readonly origin: string;
  readonly #folder: string;
  readonly #nested = new Map<string, Promise<boolean>>();
  #root: Promise<string> | undefined;

  constructor(options: { readonly folder: string }) {
    this.#folder = options.folder;
    this.origin = `folder ${options.folder}`;
  }

  async list(): Promise<readonly SourceEntry[]> {
    const root = await this.#realRoot();
    const entries: SourceEntry[] = [];
    const folders = [""];
    const pace = new Pace();
    while (folders.length > 0) {
      const batch = folders.splice(-foldersAtOnce);
      const found = await Promise.all(batch.map((folder) => listFolder(root, folder, pace)));
      for (const listed of found) {
        for (const folder of listed.folders) folders.push(folder);
        for (const entry of listed.entries) entries.push(entry);
      }
      if (entries.length > maxEntries) throw treeTooLarge(this.origin, maxEntries);
    }
    return entries.sort((left, right) => byCodeUnits(left.path, right.path));
  }

  /** What is at these paths; those with nothing, a folder or a link on the way are passed over. */
  async entriesAt(paths: readonly string[]): Promise<readonly SourceEntry[]> {
    const root = await this.#realRoot();
    const real = new Map<string, Promise<boolean>>();
    const entries = await inTurns(paths, async (path) => {
      const parent = dirname(join(root, path));
      const isReal = real.get(parent) ?? isRealPath(parent);
      real.set(parent, isReal);
      const isInside = !isLeftOut(path) && !path.split("/").includes("..");
      return isInside && (await isReal) ? entryAt(root, path) : undefined;
    });
    return entries.filter((entry) => entry !== undefined);
  }

  async read(path: string, options: { readonly maxBytes: number }): Promise<Uint8Array> {
    const handle = await this.#open(path);
    try {
      const { size } = await handle.stat();
      if (size > options.maxBytes) throw fileTooLarge(path, options.maxBytes);
      const bytes = await handle.readFile();
      if (bytes.byteLength > options.maxBytes) throw fileTooLarge(path, options.maxBytes);
      return bytes;
    } finally {
      await handle.close();
    }
  }

  async *readMany(
    paths: readonly string[],
    options: { readonly maxBytes: number },
  ): AsyncIterable<{ readonly path: string; readonly bytes: Uint8Array }> {
    const small = new SmallFiles(await this.#realRoot());
    const pace = new Pace();
    for (let start = 0; start < paths.length; start += readsAtOnce) {
      const batch = paths.slice(start, start + readsAtOnce);
      const read = pace.isFast()
        ? pace.measure(batch.length, () =>
            batch.map((path) => ({ path, bytes: small.read(path, options.maxBytes) })),
          )
        : await Promise.all(
            batch.map(async (path) => ({ path, bytes: await this.#readIfSmall(path, options) })),
          );
      // Others wait for their turn too.
      await setImmediate();
      for (const { path, bytes } of read) {
        if (bytes !== undefined) yield { path, bytes };
      }
    }
  }

  /** Rejects with `SOURCE_FILE_CHANGED` when the file is replaced or grows while it is read. */
  async *open(path: string): AsyncIterable<Uint8Array> {
    const handle = await this.#open(path);
    try {
      const before = await handle.stat();
      let sizeBytes = 0;
      for (;;) {
        const { bytesRead, buffer } = await handle.read(
          Buffer.allocUnsafe(chunkBytes),
          0,
          chunkBytes,
        );
        if (bytesRead === 0) break;
        sizeBytes += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
      const after = await handle.stat();
      if (after.mtimeMs !== before.mtimeMs || sizeBytes !== before.size) throw fileChanged(path);
    } finally {
      await handle.close();
    }
  }

  async #readIfSmall(
    path: string,
    options: { readonly maxBytes: number },
  ): Promise<Uint8Array | undefined> {
    try {
      return await this.read(path, options);
    } catch (error) {
      const isLeftOut = hasCode(
        error,
        "SOURCE_FILE_TOO_LARGE",
        "SOURCE_FILE_MISSING",
        "SOURCE_FILE_DENIED",
      );
      if (isLeftOut) return undefined;
      throw error;
    }
  }

  async #open(path: string): Promise<FileHandle> {
    if (pathProblem(path) !== undefined || isLeftOut(path)) throw fileMissing(path, this.origin);
    const target = join(await this.#realRoot(), path);
    // O_NOFOLLOW speaks of the last segment only: the folders above must be real as well.
    const parent = await realpath(dirname(target)).catch(() => undefined);
    if (parent !== dirname(target) || (await this.#isInNested(path))) {
      throw fileMissing(path, this.origin);
    }
    const handle = await open(target, readFlags).catch((error: unknown) => {
      if (hasCode(error, "ENOENT", "ELOOP", "ENOTDIR", "EISDIR", "ENXIO")) {
        throw fileMissing(path, this.origin);
      }
      throw fileDenied(path, error);
    });
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
    throw fileMissing(path, this.origin);
  }

  /** True below a folder that is a repository of its own. */
  async #isInNested(path: string): Promise<boolean> {
    const root = await this.#realRoot();
    for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) {
      const folder = path.slice(0, end);
      const known = this.#nested.get(folder) ?? exists(join(root, folder, ".git"));
      this.#nested.set(folder, known);
      if (await known) return true;
    }
    return false;
  }

  #realRoot(): Promise<string> {
    this.#root ??= realpath(this.#folder).catch((error: unknown) => {
      throw folderMissing(this.#folder, error);
    });
    return this.#root;
  }
}
