import type { TreeItem } from "../../git.ts";
import type { GitObject } from "./object-reader.ts";
import type { GitProgram } from "./program.ts";
import {
  itemsOf,
  readEntries,
  toNode,
  type FoundEntry,
  type NodeBuilder,
  type NodeEntry,
  type TreeNode,
  type UnsizedItem,
} from "./tree-nodes.ts";
import { byCodeUnits } from "../../../shared/json.ts";

export interface TreeListerOptions {
  readonly git: GitProgram;
  readonly readObject: (id: string) => Promise<GitObject>;
}

/** A tree that is not like one that is known: it is listed whole. */
class UnlikeTree extends Error {}

/** Folders that are read one by one; with more of them listing all of it anew is faster. */
const maxFolders = 500;
const maxDepth = 100;
/** The branch, what is proposed for it, and what would become of both. */
const keptTrees = 4;

/**
 * Lists trees by what differs from those that were listed before: a commit that changes one file of
 * ten thousand costs a handful of folders. The files of equal folders are the same objects.
 */
export class TreeLister {
  readonly #options: TreeListerOptions;
  /** Newest last. */
  readonly #known = new Map<string, Known>();

  constructor(options: TreeListerOptions) {
    this.#options = options;
  }

  /** The files of a tree, sorted; `undefined` when it must be listed whole. */
  async list(tree: string): Promise<readonly TreeItem[] | undefined> {
    const known = this.#known.get(tree);
    if (known !== undefined) return this.#keep(known);
    const basis = [...this.#known.values()].at(-1);
    if (basis === undefined) return undefined;
    try {
      const walk = new Walk(this.#options);
      const root = await walk.read(tree, "", basis.root);
      await walk.findSizes();
      return this.#keep({ root, items: sorted([...itemsOf(root)]) });
    } catch (error) {
      if (error instanceof UnlikeTree) return undefined;
      throw error;
    }
  }

  /** Remembers a listing of a whole tree. */
  learn(builder: NodeBuilder): readonly TreeItem[] | undefined {
    const root = builder.end();
    return root && this.#keep({ root, items: sorted([...itemsOf(root)]) });
  }

  #keep(known: Known): readonly TreeItem[] {
    const { id } = known.root;
    this.#known.delete(id);
    this.#known.set(id, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > keptTrees && oldest !== undefined) this.#known.delete(oldest);
    return known.items;
  }
}

interface Known {
  readonly root: TreeNode;
  readonly items: readonly TreeItem[];
}

function sorted(items: TreeItem[]): readonly TreeItem[] {
  return items.sort((left, right) => byCodeUnits(left.path, right.path));
}

/** One look at a tree beside one that is known. */
class Walk {
  readonly #options: TreeListerOptions;
  readonly #unsized: UnsizedItem[] = [];
  #folders = 0;

  constructor(options: TreeListerOptions) {
    this.#options = options;
  }

  async read(id: string, path: string, known: TreeNode | undefined): Promise<TreeNode> {
    if (known?.id === id) return known;
    this.#folders += 1;
    if (this.#folders > maxFolders || path.split("/").length > maxDepth) throw new UnlikeTree();
    const { type, bytes } = await this.#options.readObject(id);
    const found = type === "tree" ? readEntries(id, bytes) : undefined;
    if (found === undefined) throw new UnlikeTree();
    const before = new Map(known?.entries.map((entry) => [entry.name, entry]));
    const entries: NodeEntry[] = [];
    for (const entry of found) {
      entries.push(await this.#readEntry(entry, `${path}${entry.name}`, before.get(entry.name)));
    }
    return toNode({ id, entries });
  }

  async #readEntry(
    { name, mode, objectId }: FoundEntry,
    path: string,
    old: NodeEntry | undefined,
  ): Promise<NodeEntry> {
    if (mode === "040000") {
      const folder = old !== undefined && "node" in old ? old.node : undefined;
      const node = await this.read(objectId, `${path}/`, folder);
      return node === folder && old !== undefined ? old : { name, node };
    }
    return isSame(old, { mode, objectId })
      ? old
      : { name, item: this.#add(path, { mode, objectId }) };
  }

  #add(path: string, { mode, objectId }: Pick<TreeItem, "mode" | "objectId">): TreeItem {
    const item = { path, mode, objectId, sizeBytes: 0, isUtf8: true };
    // A submodule is a commit of another repository.
    if (mode !== "160000") this.#unsized.push(item);
    return item;
  }

  async findSizes(): Promise<void> {
    if (this.#unsized.length === 0) return;
    const input = this.#unsized.map(({ objectId }) => `${objectId}\n`).join("");
    const args = ["cat-file", "--batch-check=%(objecttype) %(objectsize)"];
    const lines = (await this.#options.git.runOrFail(args, { input }))
      .toString("latin1")
      .split("\n");
    for (const [index, item] of this.#unsized.entries()) {
      const [, size] = /^blob (\d+)$/.exec(lines[index] ?? "") ?? [];
      if (size === undefined) throw new UnlikeTree();
      item.sizeBytes = Number(size);
    }
  }
}

function isSame(
  old: NodeEntry | undefined,
  { mode, objectId }: Pick<TreeItem, "mode" | "objectId">,
): old is NodeEntry {
  return (
    old !== undefined && "item" in old && old.item.mode === mode && old.item.objectId === objectId
  );
}
