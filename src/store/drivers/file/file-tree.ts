import { constants } from "node:fs";
import { access, lstat, mkdir, open, readdir, realpath, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { hasCode } from "../../../shared/errors.ts";
import type { ObjectInfo } from "../../driver.ts";
import { keyConflict, pathUnsafe, storeNoFolder } from "../../errors.ts";
import { isStoreKey, stagingFolder } from "../../key.ts";

/** Listing looks at this many files at a time. */
const statsAtOnce = 64;

/** The folder of a file store: from keys to paths that are surely inside, and back. */
export class FileTree {
  readonly #root: string;
  #realRoot: string | undefined;

  constructor(root: string) {
    this.#root = resolve(root);
  }

  /** The path of a key that is to be read; `undefined` when its folder does not exist. */
  async find(key: string): Promise<string | undefined> {
    const root = await this.#findRoot();
    if (root === undefined) return undefined;
    const path = join(root, ...key.split("/"));
    const parent = await realpath(dirname(path)).catch(undefinedIfAbsent);
    if (parent === undefined) return undefined;
    if (parent !== dirname(path)) throw pathUnsafe(key);
    return path;
  }

  /** The path of a key that is to be written; its folders are made and are on disk. */
  async prepare(key: string): Promise<string> {
    const found = await this.find(key);
    if (found !== undefined) return found;
    const root = await this.#makeRoot();
    let folder = root;
    for (const segment of key.split("/").slice(0, -1)) {
      const parent = folder;
      folder = join(parent, segment);
      if (await makeFolder(folder, key)) await syncFolder(parent);
    }
    return join(root, ...key.split("/"));
  }

  /** Every object below a prefix, in the order of the keys' code units. */
  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    const root = await this.#findRoot();
    if (root === undefined) return;
    const slash = prefix.lastIndexOf("/");
    if (slash < 0) {
      yield* this.#listFolder(root, "", prefix);
      return;
    }
    const folderKey = prefix.slice(0, slash + 1);
    const folder = await this.find(`${folderKey}x`);
    if (folder !== undefined) yield* this.#listFolder(dirname(folder), folderKey, prefix);
  }

  /** Asks the file system; a folder that is not there yet is made in the nearest one that is. */
  async checkWritable(): Promise<void> {
    let folder = (await this.#findRoot()) ?? this.#root;
    while ((await lstat(folder).catch(undefinedIfAbsent)) === undefined) folder = dirname(folder);
    await access(folder, constants.W_OK | constants.X_OK);
  }

  /** Removes folders that a deletion left empty, as far as the root. */
  async pruneFolders(path: string): Promise<void> {
    const root = (await this.#findRoot()) ?? path;
    for (let folder = dirname(path); folder.length > root.length; folder = dirname(folder)) {
      try {
        await rmdir(folder);
      } catch {
        return; // Not empty, or somebody else was faster: either way there is nothing left to do.
      }
    }
  }

  async #findRoot(): Promise<string | undefined> {
    if (this.#realRoot !== undefined) return this.#realRoot;
    const root = await realpath(this.#root).catch(undefinedIfAbsent);
    if (root !== undefined && !(await stat(root)).isDirectory()) throw storeNoFolder(this.#root);
    this.#realRoot = root;
    return root;
  }

  async #makeRoot(): Promise<string> {
    await makeFolders(this.#root);
    this.#realRoot = await realpath(this.#root);
    return this.#realRoot;
  }

  async *#listFolder(folder: string, folderKey: string, prefix: string): AsyncIterable<ObjectInfo> {
    const children = await readChildren(folder, folderKey);
    const wanted = children.filter(
      (child) => child.startsWith(prefix) || (child.endsWith("/") && prefix.startsWith(child)),
    );
    for (let start = 0; start < wanted.length; start += statsAtOnce) {
      const slice = wanted.slice(start, start + statsAtOnce);
      const infos = await Promise.all(slice.map((child) => this.#describe(folder, child)));
      for (const [index, child] of slice.entries()) {
        const info = infos[index];
        if (child.endsWith("/")) yield* this.#listFolder(childPath(folder, child), child, prefix);
        else if (info !== undefined) yield info;
      }
    }
  }

  async #describe(folder: string, child: string): Promise<ObjectInfo | undefined> {
    return child.endsWith("/") ? undefined : describeFile(childPath(folder, child), child);
  }
}

/** What is at a path, if it is a file; links and devices are no objects. */
export async function describeFile(path: string, key: string): Promise<ObjectInfo | undefined> {
  if (!isStoreKey(key)) return undefined;
  const stats = await lstat(path, { bigint: true }).catch(undefinedIfAbsent);
  if (stats === undefined || !stats.isFile()) return undefined;
  return {
    key,
    sizeBytes: Number(stats.size),
    version: `${stats.mtimeNs}-${stats.size}-${stats.ino}`,
    // A link made to an old file is new: only this time says so.
    modifiedMs: Number(stats.ctimeMs),
  };
}

/** Makes the names in a folder survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } catch (error) {
    // Some file systems and Windows cannot do this for folders; everything else is a failed write.
    if (!hasCode(error, "EINVAL", "EPERM", "EISDIR", "ENOTSUP")) throw error;
  } finally {
    await handle.close();
  }
}

/** `mkdir` with `recursive` takes a read-only disk for a missing folder (Node 20); this says what it is. */
export async function makeFolders(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (hasCode(error, "EEXIST")) return;
    if (!hasCode(error, "ENOENT") || dirname(folder) === folder) throw error;
    await makeFolders(dirname(folder));
    await mkdir(folder).catch(nothingIfPresent);
  }
}

function nothingIfPresent(error: unknown): void {
  if (!hasCode(error, "EEXIST")) throw error;
}

export function undefinedIfAbsent(error: unknown): undefined {
  if (!hasCode(error, "ENOENT", "ENOTDIR")) throw error;
}

function childPath(folder: string, childKey: string): string {
  const name = childKey.replace(/\/$/, "");
  return join(folder, name.slice(name.lastIndexOf("/") + 1));
}

/** Keys of files and, with a slash at the end, of folders: sorted like this they are in key order. */
async function readChildren(folder: string, folderKey: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    undefinedIfAbsent(error);
    return [];
  });
  return entries
    .filter((entry) => entry.isFile() || entry.isDirectory())
    .map((entry) => `${folderKey}${entry.name}${entry.isDirectory() ? "/" : ""}`)
    .filter((key) => key !== `${stagingFolder}/` && isStoreKey(key.replace(/\/$/, "")))
    .sort();
}

/** True when the folder is new. */
async function makeFolder(folder: string, key: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
    const stats = await lstat(folder).catch(undefinedIfAbsent);
    if (stats?.isSymbolicLink() === true) throw pathUnsafe(key);
    if (stats?.isFile() === true) throw keyConflict(key, error);
    return false;
  }
}
