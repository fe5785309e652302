import { constants } from "node:fs";
import { link, lstat, open, rename, rm, unlink, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode } from "../../../shared/errors.ts";
import type {
  ObjectInfo,
  StagedLeftover,
  StoreDriver,
  StoreKey,
  WriteOptions,
} from "../../driver.ts";
import {
  keyConflict,
  objectExists,
  objectMissing,
  pathUnsafe,
  preconditionFailed,
} from "../../errors.ts";
import { describeFile, FileTree, syncFolder, undefinedIfAbsent } from "./file-tree.ts";
import { PointerLocks } from "./pointer-locks.ts";
import { stageFile, sweepStaging } from "./staging.ts";

export interface FileStoreOptions {
  readonly root: string;
}

const chunkBytes = 256 * 1024;

/** A folder that vanishes between making it and using it was pruned by a deletion: make it again. */
const placeAttempts = 5;

/** Keeps each object in one file under `root`; a folder that people and other tools can read. */
export class FileStoreDriver implements StoreDriver {
  readonly name = "file";
  readonly #tree: FileTree;
  readonly #locks: PointerLocks;

  constructor(options: FileStoreOptions) {
    this.#tree = new FileTree(options.root);
    this.#locks = new PointerLocks(this.#tree);
  }

  async head(key: StoreKey): Promise<ObjectInfo | undefined> {
    const path = await this.#tree.find(key);
    return path === undefined ? undefined : describeFile(path, key);
  }

  async *read(
    key: StoreKey,
    options: { readonly from?: number; readonly signal?: AbortSignal } = {},
  ): AsyncIterable<Uint8Array> {
    const path = await this.#tree.find(key);
    if (path === undefined) throw objectMissing(key);
    const handle = await openForReading(path, key);
    try {
      if (!(await handle.stat()).isFile()) throw objectMissing(key);
      let position = options.from ?? 0;
      for (;;) {
        options.signal?.throwIfAborted();
        const { buffer, bytesRead } = await handle.read({
          buffer: Buffer.allocUnsafe(chunkBytes),
          position,
        });
        if (bytesRead === 0) return;
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  async create(
    key: StoreKey,
    body: AsyncIterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<ObjectInfo> {
    // Fails early; link(2) below decides.
    if ((await this.head(key)) !== undefined) throw objectExists(key);
    const staged = await stageFile(this.#tree, { key, body, ...options });
    try {
      options.signal?.throwIfAborted();
      return await this.#place(staged, key);
    } finally {
      await rm(staged, { force: true });
    }
  }

  async replace(
    key: StoreKey,
    body: Uint8Array,
    expected: string | undefined,
  ): Promise<ObjectInfo> {
    return this.#locks.hold(key, async (assertHeld) => {
      const current = await this.head(key);
      if (current?.version !== expected) throw preconditionFailed(key);
      const staged = await stageFile(this.#tree, { key, body: [body] });
      try {
        if (current === undefined)
          return await this.#place(staged, key).catch((error: unknown) =>
            asPrecondition(key, error),
          );
        const target = await this.#tree.prepare(key);
        await stampAfter(staged, target);
        await assertHeld();
        await rename(staged, target);
        await syncFolder(dirname(target));
        return await this.#described(key, target);
      } finally {
        await rm(staged, { force: true });
      }
    });
  }

  list(prefix: string): AsyncIterable<ObjectInfo> {
    return this.#tree.list(prefix);
  }

  async delete(key: StoreKey): Promise<void> {
    const path = await this.#tree.find(key);
    if (path === undefined || (await describeFile(path, key)) === undefined) return;
    await unlink(path).catch(undefinedIfAbsent);
    await this.#tree.pruneFolders(path);
  }

  async link(source: StoreKey, target: StoreKey): Promise<void> {
    const from = await this.#tree.find(source);
    if (from === undefined || (await describeFile(from, source)) === undefined) {
      throw objectMissing(source);
    }
    try {
      await this.#place(from, target);
    } catch (error) {
      // Another device mounted inside, too many links, or a file system without them: copy.
      if (!hasCode(error, "EXDEV", "EMLINK", "EPERM", "ENOTSUP")) throw error;
      await this.create(target, this.read(source));
    }
  }

  async checkWritable(): Promise<void> {
    return this.#tree.checkWritable();
  }

  async sweep(options: {
    readonly olderThanMs: number;
    readonly dryRun: boolean;
  }): Promise<readonly StagedLeftover[]> {
    return sweepStaging(this.#tree, options);
  }

  /** link(2) fails when the target exists, so that readers see all of the bytes or none. */
  async #place(staged: string, key: StoreKey): Promise<ObjectInfo> {
    for (let attempt = 1; ; attempt += 1) {
      const target = await this.#tree.prepare(key);
      try {
        await link(staged, target);
        await syncFolder(dirname(target));
        return await this.#described(key, target);
      } catch (error) {
        if (hasCode(error, "EEXIST")) throw await explainTaken(target, key, error);
        if (hasCode(error, "ENOTDIR")) throw keyConflict(key, error);
        if (!hasCode(error, "ENOENT") || attempt >= placeAttempts) throw error;
      }
    }
  }

  async #described(key: StoreKey, path: string): Promise<ObjectInfo> {
    const info = await describeFile(path, key);
    if (info === undefined) throw objectMissing(key);
    return info;
  }
}

async function openForReading(path: string, key: string): ReturnType<typeof open> {
  try {
    // Neither follows a link nor waits for the other end of a pipe.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) throw objectMissing(key, error);
    if (hasCode(error, "ELOOP", "EMLINK", "ENXIO")) throw pathUnsafe(key);
    throw error;
  }
}

async function explainTaken(target: string, key: string, cause: unknown): Promise<Error> {
  const stats = await lstat(target).catch(undefinedIfAbsent);
  if (stats?.isDirectory() === true) return keyConflict(key, cause);
  if (stats?.isSymbolicLink() === true) return pathUnsafe(key);
  return objectExists(key, cause);
}

function asPrecondition(key: string, error: unknown): never {
  throw hasCode(error, "STORE_OBJECT_EXISTS") ? preconditionFailed(key, error) : error;
}

/** Times grow strictly, so that no two states of a pointer ever look the same. */
async function stampAfter(staged: string, target: string): Promise<void> {
  const [next, current] = await Promise.all([lstat(staged), lstat(target)]);
  const timeSeconds = Math.max(next.mtimeMs, Math.floor(current.mtimeMs) + 2) / 1000;
  await utimes(staged, timeSeconds, timeSeconds);
}
