import { readFile, stat } from "node:fs/promises";
import * as fs from "node:fs";
import { dirname, join, resolve } from "node:path";

import { getConfig, resolveRef } from "isomorphic-git";

/** A repository on this machine. */
export interface LocalRepository {
  /** The folder that holds HEAD, objects and refs. */
  readonly gitFolder: string;
  /** The work tree, absent for a bare repository. */
  readonly workTree: string | undefined;
  /** Where `origin` points, if it is a clone. */
  readonly origin: string | undefined;
  /** Whether it has a ledger branch of its own: then it is the registry and not a clone of one. */
  readonly hasLedger: boolean;
}

/** The repository at a path: bare, or with a work tree. `undefined` when there is none. */
export async function openLocalRepository(path: string): Promise<LocalRepository | undefined> {
  const folder = resolve(path);
  if (await isGitFolder(folder)) {
    const isDotGit = folder.endsWith("/.git");
    return describe(folder, isDotGit ? dirname(folder) : undefined);
  }
  const gitFolder = await dotGit(folder);
  return gitFolder === undefined ? undefined : describe(gitFolder, folder);
}

/** The repository that a folder belongs to, looking upwards as git does. */
export async function findLocalRepository(folder: string): Promise<LocalRepository | undefined> {
  for (let current = resolve(folder); ; current = dirname(current)) {
    const found = await openLocalRepository(current);
    if (found !== undefined || current === dirname(current)) return found;
  }
}

async function describe(gitFolder: string, workTree: string | undefined): Promise<LocalRepository> {
  const origin: unknown = await getConfig({
    fs,
    gitdir: gitFolder,
    path: "remote.origin.url",
  }).catch(() => undefined);
  const ledger = await resolveRef({ fs, gitdir: gitFolder, ref: "refs/heads/cairn-ledger" }).catch(
    () => undefined,
  );
  return {
    gitFolder,
    workTree,
    origin: typeof origin === "string" ? origin : undefined,
    hasLedger: ledger !== undefined,
  };
}

async function isGitFolder(folder: string): Promise<boolean> {
  const parts = await Promise.all(
    ["HEAD", "objects", "refs"].map((name) => stat(join(folder, name)).catch(() => undefined)),
  );
  return (
    parts[0]?.isFile() === true &&
    parts[1]?.isDirectory() === true &&
    parts[2]?.isDirectory() === true
  );
}

/** `.git` is a folder, or in linked work trees a file that says where the folder is. */
async function dotGit(workTree: string): Promise<string | undefined> {
  const path = join(workTree, ".git");
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isDirectory()) return (await isGitFolder(path)) ? path : undefined;
  const pointer = /^gitdir: (.+)$/m.exec(await readFile(path, "utf8"))?.[1];
  if (pointer === undefined) return undefined;
  const linked = resolve(workTree, pointer);
  const common = await readFile(join(linked, "commondir"), "utf8").catch(() => undefined);
  return common === undefined ? linked : resolve(linked, common.trim());
}
