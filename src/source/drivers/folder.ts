import { constants, type Dirent } from "node:fs";
import { lstat, open, readdir, realpath, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";

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

const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const chunkBytes = 256 * 1024;
/** Files that are opened at the same time by `readMany`. */
const readsAtOnce = 16;

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
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      await this.#listFolder({ root, folder, folders, entries });
      if (entries.length > maxEntries) throw treeTooLarge(this.origin, maxEntries);
    }
    return entries.sort((left, right) => byCodeUnits(left.path, right.path));
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
    for (let start = 0; start < paths.length; start += readsAtOnce) {
      const batch = paths.slice(start, start + readsAtOnce);
      const read = await Promise.all(
        batch.map(async (path) => ({ path, bytes: await this.#readIfSmall(path, options) })),
      );
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

  async #listFolder(walk: Walk): Promise<void> {
    const { root, folder, folders, entries } = walk;
    const names = await readFolder(join(root, folder));
    const isNestedRepository =
      folder !== "" && names.some(({ name }) => name.toString() === ".git");
    if (isNestedRepository) {
      entries.push({ path: folder, type: "submodule", sizeBytes: 0, objectId: undefined });
      return;
    }
    for (const dirent of names) {
      const name = decodeName(dirent.name);
      const path = folder === "" ? name : `${folder}/${name}`;
      if (isLeftOut(path)) continue;
      if (dirent.isDirectory() && !path.includes("\ufffd")) folders.push(path);
      else entries.push(await toEntry(root, path, dirent));
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

interface Walk {
  readonly root: string;
  readonly folder: string;
  readonly folders: string[];
  readonly entries: SourceEntry[];
}

type BytesDirent = Dirent<Buffer>;

async function readFolder(folder: string): Promise<readonly BytesDirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true, encoding: "buffer" });
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw hasCode(error, "ENOTDIR") ? folderMissing(folder, error) : fileDenied(folder, error);
  }
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Bytes that are not UTF-8 become replacement characters, which no usable name has. */
function decodeName(name: Buffer): string {
  return name.toString("utf8");
}

async function toEntry(root: string, path: string, dirent: BytesDirent): Promise<SourceEntry> {
  const objectId = undefined;
  const problem = pathProblem(path);
  if (problem !== undefined) return { path, type: "unreadable", sizeBytes: 0, objectId, problem };
  if (dirent.isSymbolicLink()) return { path, type: "symlink", sizeBytes: 0, objectId };
  if (!dirent.isFile()) {
    const notPlain = "belongs to something that is not a plain file";
    return { path, type: "unreadable", sizeBytes: 0, objectId, problem: notPlain };
  }
  const sizeBytes = await lstat(join(root, path)).then(
    ({ size }) => size,
    () => 0,
  );
  return { path, type: "file", sizeBytes, objectId };
}
