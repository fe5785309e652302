import { createHash } from "node:crypto";

import type { TreeItem } from "../../git.ts";
import { parseTree } from "../../objects.ts";

/**
 * One folder of a tree, with everything below it. Folders of one id and path are one object in the
 * listings of different commits.
 */
export interface TreeNode {
  readonly id: string;
  /** In Git's order. */
  readonly entries: readonly NodeEntry[];
  /** How many entries there are in it and below it, folders too. */
  readonly count: number;
}

export type NodeEntry =
  | { readonly name: string; readonly item: TreeItem }
  | { readonly name: string; readonly node: TreeNode };

/** A file that is new in a folder: its size is still to be found. */
export interface UnsizedItem extends Omit<TreeItem, "sizeBytes"> {
  sizeBytes: number;
}

interface OpenNode {
  readonly id: string;
  readonly path: string;
  readonly entries: NodeEntry[];
}

/**
 * Puts a listing of Git (`ls-tree -r -t`, each folder before what is in it) together again.
 * `undefined` unless every folder is exactly what its id says: odd trees are read whole each time.
 */
export class NodeBuilder {
  readonly #open: OpenNode[];
  #isSound = true;

  constructor(rootId: string) {
    this.#open = [{ id: rootId, path: "", entries: [] }];
  }

  add(item: TreeItem): void {
    const { path, mode, objectId } = item;
    if (!item.isUtf8) this.#isSound = false;
    while (this.#open.length > 1 && !path.startsWith(this.#top().path)) this.#close();
    const parent = this.#top();
    const name = path.slice(parent.path.length);
    if (mode === "040000") this.#open.push({ id: objectId, path: `${path}/`, entries: [] });
    else parent.entries.push({ name, item });
  }

  end(): TreeNode | undefined {
    while (this.#open.length > 1) this.#close();
    const root = toNode(this.#top());
    return this.#isSound && isFaithful(root) ? root : undefined;
  }

  #top(): OpenNode {
    const top = this.#open.at(-1);
    if (top === undefined) throw new Error("A tree has a root.");
    return top;
  }

  #close(): void {
    const closed = this.#open.pop();
    if (closed === undefined) return;
    const parent = this.#top();
    const node = toNode(closed);
    if (!isFaithful(node)) this.#isSound = false;
    parent.entries.push({ name: closed.path.slice(parent.path.length, -1), node });
  }
}

export function toNode({ id, entries }: Pick<TreeNode, "id" | "entries">): TreeNode {
  let count = entries.length;
  for (const entry of entries) if ("node" in entry) count += entry.node.count;
  return { id, entries, count };
}

/** Whether the entries are those of Git's object. */
function isFaithful({ id, entries }: TreeNode): boolean {
  const found = entries.map((entry) => {
    if ("item" in entry) return { ...entry.item, name: entry.name };
    return { mode: "040000", name: entry.name, objectId: entry.node.id };
  });
  return isTree(id, found);
}

export interface FoundEntry {
  readonly name: string;
  readonly mode: string;
  readonly objectId: string;
}

/** The entries of a tree object; `undefined` for one that is odd in any way. */
export function readEntries(id: string, bytes: Uint8Array): readonly FoundEntry[] | undefined {
  const entries = [...parseTree(bytes)];
  const isOdd = entries.some(({ name, isUtf8 }) => !isUtf8 || name === "" || name.includes("/"));
  return isOdd || !isTree(id, entries) ? undefined : entries;
}

/** Whether this is all that the tree of this id says: the id is a digest of it. */
function isTree(id: string, entries: readonly FoundEntry[]): boolean {
  const parts = entries.flatMap(({ name, mode, objectId }) => [
    Buffer.from(`${mode === "040000" ? "40000" : mode} ${name}\0`),
    Buffer.from(objectId, "hex"),
  ]);
  const content = Buffer.concat(parts);
  const hash = createHash("sha1").update(`tree ${content.length}\0`).update(content);
  return hash.digest("hex") === id;
}

/** Every file, in Git's order. */
export function* itemsOf(root: TreeNode): Iterable<TreeItem> {
  const pending: NodeEntry[][] = [root.entries.toReversed()];
  for (let top = pending.at(-1); top !== undefined; top = pending.at(-1)) {
    const entry = top.pop();
    if (entry === undefined) pending.pop();
    else if ("item" in entry) yield entry.item;
    else pending.push(entry.node.entries.toReversed());
  }
}
