import { open, readdir, rename, rm, rmdir, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { OwnedLock } from "../../../disk/owned-lock.ts";
import { DigestMeter, digestHex, sha256 } from "../../../shared/digest.ts";
import { hasCode } from "../../../shared/errors.ts";
import type { Download, DownloadFolder, Measured } from "../../download-folder.ts";
import { digestMismatch, objectExists, wrapStoreError } from "../../errors.ts";
import { toStoreKey } from "../../key.ts";
import { makeFolders, syncFolder, undefinedIfAbsent } from "./file-tree.ts";

const chunkBytes = 256 * 1024;

/** Downloads to `<folder>.cairn-part/` and renames that into place. */
export class FileDownloadFolder implements DownloadFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  async isEmpty(): Promise<boolean> {
    try {
      return (await readdir(this.path)).length === 0;
    } catch (error) {
      if (hasCode(error, "ENOENT")) return true;
      if (hasCode(error, "ENOTDIR")) return false;
      throw wrapStoreError("local", this.path, error);
    }
  }

  async measure(path: string): Promise<Measured | undefined> {
    return measureFile(join(this.path, ...toStoreKey(path).split("/")));
  }

  async begin(id: string): Promise<Download> {
    const staging = join(dirname(this.path), `${basename(this.path)}.cairn-part`);
    try {
      await makeFolders(staging);
      const lock = await OwnedLock.acquire({ path: join(staging, "lock") });
      const name = digestHex(sha256(id)).slice(0, 32);
      for (const other of await readdir(staging)) {
        const isOther = !other.startsWith("lock") && other !== name;
        if (isOther) await rm(join(staging, other), { recursive: true, force: true });
      }
      return new FileDownload(this.path, { staging, folder: join(staging, name), lock });
    } catch (error) {
      throw wrapStoreError("local", this.path, error);
    }
  }
}

interface Staging {
  readonly staging: string;
  readonly folder: string;
  readonly lock: OwnedLock;
}

class FileDownload implements Download {
  readonly #target: string;
  readonly #staging: Staging;

  constructor(target: string, staging: Staging) {
    this.#target = target;
    this.#staging = staging;
  }

  async receive(
    path: string,
    expected: Measured,
    openBody: (from: number) => AsyncIterable<Uint8Array>,
  ): Promise<"received" | "present"> {
    const whole = join(this.#files, ...toStoreKey(path).split("/"));
    const part = join(this.#staging.folder, "parts", digestHex(sha256(path)));
    try {
      if ((await measureFile(whole))?.sha256 === expected.sha256) return "present";
      await makeFolders(dirname(part));
      await makeFolders(dirname(whole));
      const isResumed = await appendPart(part, expected, openBody);
      // What was there before may have been damaged: once more, from the beginning.
      if (!isResumed && !(await appendPart(part, expected, openBody))) {
        const actual = (await measureFile(part))?.sha256 ?? "none";
        await rm(part, { force: true });
        throw digestMismatch(path, expected.sha256, actual);
      }
      await rename(part, whole);
      return "received";
    } catch (error) {
      throw wrapStoreError("local", path, error);
    }
  }

  async finish(): Promise<void> {
    try {
      await this.#staging.lock.renew();
      await makeFolders(this.#files);
      await rmdir(this.#target).catch(undefinedIfAbsent);
      await rename(this.#files, this.#target);
      await syncFolder(dirname(this.#target));
    } catch (error) {
      if (hasCode(error, "ENOTEMPTY", "EEXIST", "ENOTDIR")) throw objectExists(this.#target, error);
      throw wrapStoreError("local", this.#target, error);
    }
    await rm(this.#staging.staging, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    await this.#staging.lock.release();
  }

  get #files(): string {
    return join(this.#staging.folder, "files");
  }
}

/** True when the part now has the expected bytes; otherwise it is emptied. */
async function appendPart(
  part: string,
  expected: Measured,
  openBody: (from: number) => AsyncIterable<Uint8Array>,
): Promise<boolean> {
  const handle = await open(part, "a+");
  try {
    const meter = new DigestMeter();
    for await (const chunk of readChunks(handle)) meter.update(chunk);
    for await (const chunk of openBody(Math.min(meter.sizeBytes, expected.sizeBytes))) {
      meter.update(chunk);
      if (meter.sizeBytes > expected.sizeBytes) break;
      await handle.appendFile(chunk);
    }
    await handle.sync();
    const isWhole = meter.sizeBytes === expected.sizeBytes && meter.digest() === expected.sha256;
    if (!isWhole) await handle.truncate(0);
    return isWhole;
  } finally {
    await handle.close();
  }
}

async function measureFile(path: string): Promise<Measured | undefined> {
  const handle = await open(path, "r").catch(undefinedIfAbsent);
  if (handle === undefined) return undefined;
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    const meter = new DigestMeter();
    for await (const chunk of readChunks(handle)) meter.update(chunk);
    return { sizeBytes: meter.sizeBytes, sha256: meter.digest() };
  } finally {
    await handle.close();
  }
}

async function* readChunks(handle: FileHandle): AsyncIterable<Uint8Array> {
  for (let position = 0; ;) {
    const buffer = Buffer.allocUnsafe(chunkBytes);
    const { bytesRead } = await handle.read({ buffer, position });
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
