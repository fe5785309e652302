import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";

/** An object of Git LFS that a local repository has; `undefined` when it has not. */
export async function readLfsObject(
  gitFolder: string,
  sha256: string,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  const path = join(gitFolder, "lfs/objects", sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? createReadStream(path, { highWaterMark: 1 << 20 }) : undefined;
}
