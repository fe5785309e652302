import { randomUUID } from "node:crypto";
import { open, readdir, rm, lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DigestMeter, type Digest } from "../../../shared/digest.ts";
import type { StagedLeftover } from "../../driver.ts";
import { digestMismatch } from "../../errors.ts";
import { stagingFolder } from "../../key.ts";
import { undefinedIfAbsent, type FileTree } from "./file-tree.ts";
import { locksFolder } from "./pointer-locks.ts";

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

/** What unfinished writes and attempts to lock left; a running write is touched by every chunk. */
export async function sweepStaging(
  tree: FileTree,
  options: { readonly olderThanMs: number; readonly dryRun: boolean },
): Promise<readonly StagedLeftover[]> {
  const leftovers: StagedLeftover[] = [];
  for (const folder of [stagingFolder, locksFolder]) {
    const inside = await tree.find(`${folder}/x`);
    if (inside === undefined) continue;
    for (const name of (await readdir(dirname(inside))).sort()) {
      // A lock without an owner is taken over, never removed.
      if (folder === locksFolder && !name.endsWith(".tmp")) continue;
      const leftover = await sweepFile(join(dirname(inside), name), name, options);
      if (leftover !== undefined) leftovers.push(leftover);
    }
  }
  return leftovers;
}

async function sweepFile(
  path: string,
  name: string,
  options: { readonly olderThanMs: number; readonly dryRun: boolean },
): Promise<StagedLeftover | undefined> {
  const stats = await lstat(path).catch(undefinedIfAbsent);
  if (stats === undefined || !stats.isFile() || stats.mtimeMs >= options.olderThanMs) {
    return undefined;
  }
  if (!options.dryRun) await rm(path, { force: true });
  return { name, sizeBytes: stats.size };
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
