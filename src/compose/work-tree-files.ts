import { randomUUID } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { chmod, chown, lstat, open, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { syncDirectory, writeNewFile } from "../disk/atomic-write.ts";
import { CairnError, hasCode } from "../shared/errors.ts";
import { pathProblem } from "../source/entry-name.ts";
import type { EditableFiles, FileChange } from "../usecases/author/editable-files.ts";

/** The plain files of a folder; through a link nothing is changed, at no level. */
export class WorkTreeFiles implements EditableFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async replace(path: string, change: FileChange): Promise<"written" | "changed"> {
    if (pathProblem(path) !== undefined) return "changed";
    const target = join(await realpath(this.#folder), path);
    const parent = await realpath(dirname(target)).catch(() => undefined);
    if (parent !== dirname(target)) return "changed";
    // Beside the file, so that it is renamed within one file system; hidden, so that no glob sees it.
    const temporary = join(parent, `.${basename(path).slice(0, 100)}.${randomUUID()}.tmp`);
    try {
      const before = await statUnchanged(target, change.before);
      if (before === undefined) return "changed";
      const mode = before.mode & 0o7777;
      await writeNewFile(temporary, change.after, { mode });
      // Who is root must not take the file from its owner; nobody else may give it away.
      await chown(temporary, before.uid, before.gid).catch(() => undefined);
      await chmod(temporary, mode); // The umask had its say when the file was made.
      const now = await statUnchanged(target, change.before);
      if (now?.ino !== before.ino || now.mtimeMs !== before.mtimeMs) return "changed";
      await rename(temporary, target);
    } catch (cause) {
      throw notWritten(path, cause);
    } finally {
      await rm(temporary, { force: true });
    }
    await syncDirectory(parent);
    return "written";
  }
}

/** `undefined` when there is no such plain file, or it has other bytes. */
async function statUnchanged(path: string, bytes: Uint8Array): Promise<Stats | undefined> {
  const info = await lstat(path).catch(() => undefined);
  if (info === undefined || !info.isFile() || info.size !== bytes.byteLength) return undefined;
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch((error: unknown) => {
    if (hasCode(error, "ENOENT", "ELOOP")) return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const found = await handle.stat();
    const isSame = found.isFile() && Buffer.compare(await handle.readFile(), bytes) === 0;
    return isSame ? found : undefined;
  } finally {
    await handle.close();
  }
}

function notWritten(path: string, cause: unknown): CairnError {
  return new CairnError({
    code: "FILE_NOT_WRITTEN",
    kind: "denied",
    message: `${path} cannot be written.`,
    hint: "Work in a folder that you may write to.",
    cause,
  });
}
