import { randomUUID } from "node:crypto";
import { open, readdir, rm, lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DigestMeter, type Digest } from "../../../shared/digest.ts";
import type { StagedLeftover } from "../../driver.ts";
import { digestMismatch } from "../../errors.ts";
import { stagingFolder } from "../../key.ts";
import { undefinedIfAbsent, type FileTree } from "./file-tree.ts";

export interface StagedWrite {
  readonly key: string;
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly digest?: Digest;
  readonly signal?: AbortSignal;
}

/** Writes all bytes to a file that no reader sees, on disk when this returns; its path. */
export async function stageFile(tree: FileTree, write: StagedWrite): Promise<string> {
  const staged = await tree.prepare(`${stagingFolder}/${randomUUID()}`);
  try {
    await writeDurably(staged, write);
    return staged;
  } catch (error) {
    await rm(staged, { force: true });
    throw error;
  }
}

/** Unfinished writes older than a time; a running one is touched by every chunk. */
export async function sweepStaging(
  tree: FileTree,
  options: { readonly olderThanMs: number; readonly dryRun: boolean },
): Promise<readonly StagedLeftover[]> {
  const inside = await tree.find(`${stagingFolder}/x`);
  if (inside === undefined) return [];
  const leftovers: StagedLeftover[] = [];
  for (const name of (await readdir(dirname(inside))).sort()) {
    const path = join(dirname(inside), name);
    const stats = await lstat(path).catch(undefinedIfAbsent);
    if (stats === undefined || !stats.isFile() || stats.mtimeMs >= options.olderThanMs) continue;
    leftovers.push({ name, sizeBytes: stats.size });
    if (!options.dryRun) await rm(path, { force: true });
  }
  return leftovers;
}

async function writeDurably(path: string, write: StagedWrite): Promise<void> {
  const meter = new DigestMeter();
  const handle = await open(path, "wx", 0o644);
  try {
    for await (const chunk of write.body) {
      write.signal?.throwIfAborted();
      meter.update(chunk);
      await handle.appendFile(chunk);
    }
    const actual = meter.digest();
    if (write.digest !== undefined && write.digest !== actual) {
      throw digestMismatch(write.key, write.digest, actual);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}
