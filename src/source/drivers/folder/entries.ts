import { lstatSync, readdirSync, type BigIntStats, type Dirent } from "node:fs";
import { lstat, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";

import { hasCode } from "../../../shared/errors.ts";
import { isLeftOut, pathProblem } from "../../entry-name.ts";
import { fileDenied, folderMissing } from "../../errors.ts";
import type { SourceEntry } from "../../source-tree.ts";

const statsAtOnce = 256;
/** Past this a file system is not at hand: a network is between. */
const slowStatMs = 0.25;
/**
 * What was written so short a time ago could be written again without a later time: file systems
 * count in steps of up to two seconds.
 */
const unsettledMs = 3000;

interface Listed {
  readonly folders: readonly string[];
  readonly entries: readonly SourceEntry[];
}

/** What lies directly in a folder; one that is a repository of its own is told as such. */
export async function listFolder(
  root: string,
  folder: string,
  pace: Pick<Pace, "isFast" | "measure">,
): Promise<Listed> {
  const isFast = pace.isFast();
  const names = isFast
    ? readFolderAtOnce(join(root, folder))
    : await readFolder(join(root, folder));
  const isNestedRepository = folder !== "" && names.some(({ name }) => name.toString() === ".git");
  if (isNestedRepository) {
    const entry = { path: folder, type: "submodule", sizeBytes: 0, objectId: undefined } as const;
    return { folders: [], entries: [entry] };
  }
  const folders: string[] = [];
  const others: { readonly path: string; readonly dirent: BytesDirent }[] = [];
  for (const dirent of names) {
    const name = decodeName(dirent.name);
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isLeftOut(path)) continue;
    if (dirent.isDirectory() && !path.includes("\ufffd")) folders.push(path);
    else others.push({ path, dirent });
  }
  const entries = isFast
    ? pace.measure(others.length, () =>
        others.map(({ path, dirent }) => namedEntry(path, dirent) ?? statAtOnce(root, path)),
      )
    : await inTurns(others, async ({ path, dirent }) => toEntry(root, path, dirent));
  return { folders, entries };
}

type BytesDirent = Dirent<Buffer>;

const dirents = { withFileTypes: true, encoding: "buffer" } as const;

async function readFolder(folder: string): Promise<readonly BytesDirent[]> {
  return readdir(folder, dirents).catch((error: unknown) => noFolder(folder, error));
}

function readFolderAtOnce(folder: string): readonly BytesDirent[] {
  try {
    return readdirSync(folder, dirents);
  } catch (error) {
    return noFolder(folder, error);
  }
}

function noFolder(folder: string, error: unknown): readonly BytesDirent[] {
  if (hasCode(error, "ENOENT")) return [];
  throw hasCode(error, "ENOTDIR") ? folderMissing(folder, error) : fileDenied(folder, error);
}

/** More calls on other threads cost four times what they do here, unless the disk is far away. */
export class Pace {
  #stats = 0;
  #tookMs = 0;

  isFast(): boolean {
    return this.#stats < 100 || this.#tookMs / this.#stats < slowStatMs;
  }

  measure<Value>(stats: number, run: () => Value): Value {
    const startMs = performance.now();
    const value = run();
    this.#stats += stats;
    this.#tookMs += performance.now() - startMs;
    return value;
  }
}

export function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Bytes that are not UTF-8 become replacement characters, which no usable name has. */
function decodeName(name: Buffer): string {
  return name.toString("utf8");
}

type EntryType = Pick<BytesDirent, "isSymbolicLink" | "isFile">;

async function toEntry(root: string, path: string, type: EntryType): Promise<SourceEntry> {
  const named = namedEntry(path, type);
  if (named !== undefined) return named;
  return fileEntry(path, await lstat(join(root, path), { bigint: true }).catch(() => undefined));
}

function statAtOnce(root: string, path: string): SourceEntry {
  try {
    return fileEntry(path, lstatSync(join(root, path), { bigint: true }));
  } catch {
    return fileEntry(path, undefined);
  }
}

/** What is said of it without a look at it; `undefined` for a plain file. */
function namedEntry(path: string, type: EntryType): SourceEntry | undefined {
  const objectId = undefined;
  const problem = pathProblem(path);
  if (problem !== undefined) return { path, type: "unreadable", sizeBytes: 0, objectId, problem };
  if (type.isSymbolicLink()) return { path, type: "symlink", sizeBytes: 0, objectId };
  if (type.isFile()) return undefined;
  const notPlain = "belongs to something that is not a plain file";
  return { path, type: "unreadable", sizeBytes: 0, objectId, problem: notPlain };
}

function fileEntry(path: string, found: BigIntStats | undefined): SourceEntry {
  const sizeBytes = Number(found?.size ?? 0);
  return { path, type: "file", sizeBytes, objectId: undefined, ...printOf(found) };
}

/** What is at a path; nothing for a folder. */
export async function entryAt(root: string, path: string): Promise<SourceEntry | undefined> {
  const target = join(root, path);
  const found = await lstat(target).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isDirectory()) return toEntry(root, path, found);
  const isRepository = await exists(join(target, ".git"));
  return isRepository ? { path, type: "submodule", sizeBytes: 0, objectId: undefined } : undefined;
}

/** Other than the time of the content, that of the change cannot be set by hand. */
function printOf(found: BigIntStats | undefined): Pick<SourceEntry, "fingerprint"> {
  if (found === undefined) return {};
  const { size, mtimeNs, ctimeNs, ctimeMs, ino, dev } = found;
  const text = [size, mtimeNs, ctimeNs, ino, dev].join(":");
  return { fingerprint: { text, isSettled: Date.now() - Number(ctimeMs) > unsettledMs } };
}

/** Whether no link is on the way. */
export function isRealPath(folder: string): Promise<boolean> {
  return realpath(folder).then(
    (real) => real === folder,
    () => false,
  );
}

/** Like `Promise.all`, with a bound on what is under way. */
export async function inTurns<Item, Value>(
  items: readonly Item[],
  run: (item: Item) => Promise<Value>,
): Promise<readonly Value[]> {
  const values: Value[] = [];
  for (let start = 0; start < items.length; start += statsAtOnce) {
    const batch = items.slice(start, start + statsAtOnce);
    values.push(...(await Promise.all(batch.map(run))));
  }
  return values;
}
