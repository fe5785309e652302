import { byCodeUnits } from "../../shared/json.ts";
import { isLeftOut, maxEntries, pathProblem } from "../entry-name.ts";
import { fileMissing, fileTooLarge, treeTooLarge } from "../errors.ts";
import type { SourceEntry, SourceTree } from "../source-tree.ts";

/** What this driver needs of a Git repository. */
export interface GitObjects {
  /** The same for commits of the same files. */
  readCommit(commit: string): Promise<{ readonly tree: string }>;
  listTree(commit: string): Promise<readonly GitTreeItem[]>;
  readBlob(id: string): Promise<Uint8Array>;
  /** Many blobs, in the order asked for. */
  readBlobs(
    ids: readonly string[],
  ): AsyncIterable<{ readonly id: string; readonly bytes: Uint8Array }>;
  openBlob(id: string): AsyncIterable<Uint8Array>;
}

export interface GitTreeItem {
  readonly path: string;
  readonly mode: string;
  readonly objectId: string;
  readonly sizeBytes: number;
  readonly isUtf8: boolean;
}

const smallFileBytes = 1024 * 1024;

/** The tree of one commit, read from the object database and never from a work tree. */
export class CommitSourceTree implements SourceTree {
  readonly origin: string;
  readonly #git: GitObjects;
  readonly #commit: string;
  #entries: Promise<readonly SourceEntry[]> | undefined;

  constructor(options: { readonly git: GitObjects; readonly commit: string }) {
    this.#git = options.git;
    this.#commit = options.commit;
    this.origin = `commit ${options.commit.slice(0, 12)}`;
  }

  async contentId(): Promise<string> {
    return (await this.#git.readCommit(this.#commit)).tree;
  }

  list(): Promise<readonly SourceEntry[]> {
    if (this.#entries === undefined) {
      this.#entries = this.#list();
      // A failed look is not an answer to keep.
      this.#entries.catch(() => (this.#entries = undefined));
    }
    return this.#entries;
  }

  async read(path: string, options: { readonly maxBytes: number }): Promise<Uint8Array> {
    const { objectId, sizeBytes } = await this.#file(path);
    if (sizeBytes > options.maxBytes) throw fileTooLarge(path, options.maxBytes);
    return this.#git.readBlob(objectId);
  }

  async *readMany(
    paths: readonly string[],
    options: { readonly maxBytes: number },
  ): AsyncIterable<{ readonly path: string; readonly bytes: Uint8Array }> {
    const entries = await this.list();
    const pathsById = new Map<string, string[]>();
    for (const path of paths) {
      const entry = findFile(entries, path);
      if (entry?.objectId === undefined || entry.sizeBytes > options.maxBytes) continue;
      const same = pathsById.get(entry.objectId);
      if (same === undefined) pathsById.set(entry.objectId, [path]);
      else same.push(path);
    }
    if (pathsById.size === 0) return;
    for await (const { id, bytes } of this.#git.readBlobs([...pathsById.keys()])) {
      for (const path of pathsById.get(id) ?? []) yield { path, bytes };
    }
  }

  async *open(path: string): AsyncIterable<Uint8Array> {
    const { objectId, sizeBytes } = await this.#file(path);
    // A process for each of many small files would cost more than all their bytes.
    if (sizeBytes <= smallFileBytes) yield await this.#git.readBlob(objectId);
    else yield* this.#git.openBlob(objectId);
  }

  async #list(): Promise<readonly SourceEntry[]> {
    const items = await this.#git.listTree(this.#commit);
    if (items.length > maxEntries) throw treeTooLarge(this.origin, maxEntries);
    return items
      .filter((item) => !isLeftOut(item.path))
      .map(entryOf)
      .sort((left, right) => byCodeUnits(left.path, right.path));
  }

  async #file(path: string): Promise<{ readonly objectId: string; readonly sizeBytes: number }> {
    const entry = findFile(await this.list(), path);
    if (entry?.objectId === undefined) throw fileMissing(path, this.origin);
    return { objectId: entry.objectId, sizeBytes: entry.sizeBytes };
  }
}

/**
 * A plain file of a sorted list: many trees are open at a time, and an index of each would be large.
 */
function findFile(entries: readonly SourceEntry[], path: string): SourceEntry | undefined {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.path ?? "") <= path) low = middle + 1;
    else high = middle;
  }
  // A broken tree may name a path twice.
  for (let at = low - 1; entries[at]?.path === path; at -= 1) {
    if (entries[at]?.type === "file") return entries[at];
  }
  return undefined;
}

const known = new WeakMap<GitTreeItem, SourceEntry>();

/** Files that several trees share are the same objects in all of them. */
function entryOf(item: GitTreeItem): SourceEntry {
  const entry = known.get(item) ?? toEntry(item);
  known.set(item, entry);
  return entry;
}

function toEntry(item: GitTreeItem): SourceEntry {
  const { path, sizeBytes, objectId } = item;
  const problem = item.isUtf8 ? pathProblem(path) : "is not valid UTF-8";
  if (problem !== undefined) return { path, type: "unreadable", sizeBytes, objectId, problem };
  const type = typeOfMode(item.mode);
  if (type !== "unreadable") return { path, type, sizeBytes, objectId };
  return { path, type, sizeBytes, objectId, problem: `has the unknown mode ${item.mode}` };
}

/** Old tools wrote other permissions than 644 and 755; Git reads them all as a plain file. */
function typeOfMode(mode: string): SourceEntry["type"] {
  if (mode === "120000") return "symlink";
  if (mode === "160000") return "submodule";
  return /^100[0-7]{3}$/.test(mode) ? "file" : "unreadable";
}
