import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { writeFileAtomically } from "../disk/atomic-write.ts";
import { hasCode } from "../shared/errors.ts";

/**
 * Makes a folder of Cairn's own that Git ignores by itself, as virtual environments do: it may
 * lie in a clone of the registry, and nobody wants it committed.
 */
export async function makeOwnFolder(folder: string): Promise<void> {
  const ignore = join(folder, ".gitignore");
  if ((await stat(ignore).catch(() => undefined)) !== undefined) return;
  try {
    await mkdir(folder, { recursive: true });
    await writeFileAtomically(ignore, "*\n", { durable: false });
  } catch (error) {
    // Whoever uses the folder says better what is wrong with it.
    if (!hasCode(error, "EACCES", "EROFS", "ENOSPC", "ENOTDIR", "EEXIST", "EDQUOT")) throw error;
  }
}
