import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { writeFileAtomically, writeNewFile } from "../disk/atomic-write.ts";
import { CairnError, hasCode } from "../shared/errors.ts";
import type { NewFiles } from "../usecases/author/new-files.ts";

/** The folder that `cairn init` writes into. Rejects with `FILE_NOT_READ` and `FILE_NOT_WRITTEN`. */
export function newFiles(folder: string): NewFiles {
  async function write(path: string, put: (target: string) => Promise<void>): Promise<void> {
    const target = join(folder, path);
    try {
      await mkdir(dirname(target), { recursive: true });
      await put(target);
    } catch (cause) {
      throw fileNotWritten(target, cause);
    }
  }
  return {
    read: async (path) => {
      const target = join(folder, path);
      try {
        return await readFile(target, "utf8");
      } catch (cause) {
        if (hasCode(cause, "ENOENT") || hasCode(cause, "ENOTDIR")) return undefined;
        throw fileNotRead(target, cause);
      }
    },
    create: (path, text) => write(path, (target) => writeNewFile(target, text)),
    replace: (path, text) => write(path, (target) => writeFileAtomically(target, text)),
  };
}

function fileNotRead(target: string, cause: unknown): CairnError {
  return new CairnError({
    code: "FILE_NOT_READ",
    kind: "denied",
    message: `${target} is there and cannot be read.`,
    hint: "It must be a file that you may read; or choose another folder.",
    cause,
  });
}

/** For files that a person asked for. */
export function fileNotWritten(target: string, cause: unknown): CairnError {
  return new CairnError({
    code: "FILE_NOT_WRITTEN",
    kind: "denied",
    message: `${target} cannot be written.`,
    hint: "Choose a folder that you may write to.",
    cause,
  });
}
