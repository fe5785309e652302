import { lstat, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

import { CairnError } from "../shared/errors.ts";
import { FolderSourceTree } from "../source/drivers/folder.ts";
import { pathProblem } from "../source/entry-name.ts";
import type { SourceEntry, SourceTree } from "../source/source-tree.ts";
import type { LocalFiles } from "../usecases/author/local-files.ts";

/**
 * Opens what a person named: a file, or a folder with everything below it. A link is followed
 * here, where they named it themselves, and nowhere below. Rejects with `LOCAL_FILES_UNUSABLE`.
 */
export async function openLocalFiles(cwd: string, path: string): Promise<LocalFiles> {
  const named = resolve(cwd, path);
  const real = await realpath(named).catch((cause: unknown) => {
    throw unusable(path, "is not there, or may not be looked at", cause);
  });
  const info = await stat(real);
  const name = basename(real);
  if (info.isDirectory()) {
    return { name, isFolder: true, tree: new FolderSourceTree({ folder: real }) };
  }
  if (!info.isFile()) throw unusable(path, "is neither a file nor a folder");
  return { name, isFolder: false, tree: singleFile(dirname(real), name) };
}

/** One file of a folder; the others are not even listed. */
function singleFile(folder: string, name: string): SourceTree {
  const whole = new FolderSourceTree({ folder });
  return {
    origin: `file ${join(folder, name)}`,
    list: async () => [await describeFile(folder, name)],
    read: (path, options) => whole.read(path, options),
    readMany: (paths, options) => whole.readMany(paths, options),
    open: (path) => whole.open(path),
  };
}

async function describeFile(folder: string, name: string): Promise<SourceEntry> {
  const problem = pathProblem(name);
  const info = await lstat(join(folder, name));
  const entry = { path: name, sizeBytes: info.size, objectId: undefined };
  return problem === undefined
    ? { ...entry, type: "file" }
    : { ...entry, type: "unreadable", problem };
}

function unusable(path: string, problem: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "LOCAL_FILES_UNUSABLE",
    kind: "invalid",
    message: `${path} ${problem}.`,
    hint: "Give the path of a file or folder that you may read.",
    cause,
  });
}
