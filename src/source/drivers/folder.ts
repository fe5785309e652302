import { constants, type BigIntStats, type Dirent } from "node:fs";
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
/** Folders that are listed at the same time. */
const foldersAtOnce = 16;
const statsAtOnce = 256;
/**
 * What was written so short a time ago could be written again without a later time: file systems
 * count in steps of up to two seconds.
 */
const unsettledMs = 3000;

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
    while (folders.length > 0) {
      const batch = folders.splice(-foldersAtOnce);
      const found = await Promise.all(batch.map((folder) => this.#listFolder(root, folder)));
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
      return isLeftOut(path) || !(await isReal) ? undefined : entryAt(root, path);
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

  async #listFolder(root: string, folder: string): Promise<Listed> {
    const names = await readFolder(join(root, folder));
    const isNestedRepository =
      folder !== "" && names.some(({ name }) => name.toString() === ".git");
    if (isNestedRepository) {
      const entry = { path: folder, type: "submodule", sizeBytes: 0, objectId: undefined } as const;
      return { folders: [], entries: [entry] };
    }
    const folders: string[] = [];
    const others: { readonly path: string; readonly dirent: BytesDirent }[] = [];
    for (const dirent of names) {
      const name = decodeName(dirent.name);
      const path = folder === "" ? name : `${folder}/${name}`;
      if (isLeftOut(path)) continue;
      if (dirent.isDirectory() && !path.includes("\ufffd")) folders.push(path);
      else others.push({ path, dirent });
    }
    const entries = await inTurns(others, async ({ path, dirent }) => toEntry(root, path, dirent));
    return { folders, entries };
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

interface Listed {
  readonly folders: readonly string[];
  readonly entries: readonly SourceEntry[];
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

type EntryType = Pick<BytesDirent, "isSymbolicLink" | "isFile">;

async function toEntry(root: string, path: string, type: EntryType): Promise<SourceEntry> {
  const objectId = undefined;
  const problem = pathProblem(path);
  if (problem !== undefined) return { path, type: "unreadable", sizeBytes: 0, objectId, problem };
  if (type.isSymbolicLink()) return { path, type: "symlink", sizeBytes: 0, objectId };
  if (!type.isFile()) {
    const notPlain = "belongs to something that is not a plain file";
    return { path, type: "unreadable", sizeBytes: 0, objectId, problem: notPlain };
  }
  const found = await lstat(join(root, path), { bigint: true }).catch(() => undefined);
  return { path, type: "file", sizeBytes: Number(found?.size ?? 0), objectId, ...printOf(found) };
}

async function entryAt(root: string, path: string): Promise<SourceEntry | undefined> {
  const target = join(root, path);
  const found = await lstat(target).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isDirectory()) return toEntry(root, path, found);
  const isRepository = await exists(join(target, ".git"));
  return isRepository ? { path, type: "submodule", sizeBytes: 0, objectId: undefined } : undefined;
}

/** Other than the time of the content, that of the change cannot be set by hand. */
function printOf(found: BigIntStats | undefined): Pick<SourceEntry, "fingerprint"> {
  if (found === undefined) return {};
  const { size, mtimeNs, ctimeNs, ctimeMs, ino, dev } = found;
  const text = [size, mtimeNs, ctimeNs, ino, dev].join(":");
  return { fingerprint: { text, isSettled: Date.now() - Number(ctimeMs) > unsettledMs } };
}

function isRealPath(folder: string): Promise<boolean> {
  return realpath(folder).then(
    (real) => real === folder,
    () => false,
  );
}

/** Like `Promise.all`, with a bound on what is under way. */
async function inTurns<Item, Value>(
  items: readonly Item[],
  run: (item: Item) => Promise<Value>,
): Promise<readonly Value[]> {
  const values: Value[] = [];
  for (let start = 0; start < items.length; start += statsAtOnce) {
    const batch = items.slice(start, start + statsAtOnce);
    values.push(...(await Promise.all(batch.map(run))));
  }
  return values;
}
