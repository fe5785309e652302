import { objectMissing, repositoryBroken } from "../../errors.ts";
import type { TreeFile } from "../../git.ts";
import { parseChanges, type PathChange } from "./tree-changes.ts";
import type { GitObject } from "./object-reader.ts";
import type { ObjectWriter } from "./object-writer.ts";
import type { GitProgram } from "./program.ts";

/** An entry as it stands in the tree, so that whatever is not changed stays as it is, byte by byte. */
interface RawEntry {
  readonly name: Buffer;
  readonly isFolder: boolean;
  readonly objectId: string;
  readonly bytes: Buffer;
}

export interface TreeWriterOptions {
  readonly git: GitProgram;
  readonly read: (id: string) => Promise<GitObject>;
  readonly writer: ObjectWriter;
}

/** Makes trees from others, reading and writing only the folders on the way to what changes. */
export class TreeWriter {
  readonly #git: GitProgram;
  readonly #read: (id: string) => Promise<GitObject>;
  readonly #writer: ObjectWriter;

  constructor({ git, read, writer }: TreeWriterOptions) {
    this.#git = git;
    this.#read = read;
    this.#writer = writer;
  }

  async write(
    baseTree: string,
    changes: ReadonlyMap<string, TreeFile | undefined>,
  ): Promise<string> {
    const change = parseChanges(changes);
    const files = [...changes.values()].filter((file) => file !== undefined);
    await this.#checkBlobs(new Set(files.map(({ objectId }) => objectId)));
    return (await this.#writeFolder(baseTree, change)) ?? this.#writer.writeEmptyTree();
  }

  /** A tree that names what is not there could be written, but never pushed. */
  async #checkBlobs(ids: ReadonlySet<string>): Promise<void> {
    if (ids.size === 0) return;
    const input = [...ids].map((id) => `${id}\n`).join("");
    const args = ["cat-file", "--batch-check=%(objecttype) %(objectname)"];
    const printed = await this.#git.runOrFail(args, { input });
    const found = new Set(printed.toString("latin1").split("\n"));
    for (const id of ids) if (!found.has(`blob ${id}`)) throw objectMissing(id);
  }

  /** `undefined` when nothing is left in it. */
  async #writeFolder(tree: string | undefined, change: PathChange): Promise<string | undefined> {
    const before = tree === undefined ? [] : await this.#readFolder(tree);
    const entries = new Map(before.map((entry) => [entry.name.toString("latin1"), entry]));
    if (entries.size !== before.length)
      throw repositoryBroken(`the tree ${tree ?? ""} names one twice.`);
    for (const [text, next] of change.below) {
      const name = Buffer.from(text);
      const key = name.toString("latin1");
      const entry = await this.#toEntry(name, entries.get(key), next);
      if (entry === undefined) entries.delete(key);
      else entries.set(key, entry);
    }
    if (entries.size === 0) return undefined;
    const sorted = [...entries.values()].sort(byGitOrder);
    return this.#writer.write("tree", Buffer.concat(sorted.map(({ bytes }) => bytes)));
  }

  async #toEntry(
    name: Buffer,
    old: RawEntry | undefined,
    change: PathChange,
  ): Promise<RawEntry | undefined> {
    if (change.file) return renderEntry(change.file.mode, name, change.file.objectId);
    const folder = old?.isFolder === true ? old : undefined;
    // What is removed is a file; a folder goes with the last one in it.
    if (!change.setsFiles && folder === undefined) return change.isRemoved ? undefined : old;
    if (change.below.size === 0) return old;
    const tree = await this.#writeFolder(folder?.objectId, change);
    return tree === undefined ? undefined : renderEntry("40000", name, tree);
  }

  async #readFolder(tree: string): Promise<readonly RawEntry[]> {
    const { type, bytes } = await this.#read(tree);
    if (type !== "tree") throw objectMissing(tree);
    const entries: RawEntry[] = [];
    let position = 0;
    while (position < bytes.length) {
      const space = bytes.indexOf(0x20, position);
      const nul = space < 0 ? -1 : bytes.indexOf(0, space);
      // Copying the half that can be read would remove the other one.
      if (nul < 0 || nul + 21 > bytes.length) throw repositoryBroken(`the tree ${tree} is cut.`);
      const mode = bytes.toString("latin1", position, space);
      entries.push({
        name: bytes.subarray(space + 1, nul),
        isFolder: /^0*40000$/.test(mode),
        objectId: bytes.toString("hex", nul + 1, nul + 21),
        bytes: bytes.subarray(position, nul + 21),
      });
      position = nul + 21;
    }
    return entries;
  }
}

function renderEntry(mode: string, name: Buffer, objectId: string): RawEntry {
  const bytes = Buffer.concat([
    Buffer.from(`${mode} `),
    name,
    Buffer.from([0]),
    Buffer.from(objectId, "hex"),
  ]);
  return { name, isFolder: mode === "40000", objectId, bytes };
}

/** By bytes, folders as if their names ended in a slash. */
function byGitOrder(left: RawEntry, right: RawEntry): number {
  const slash = Buffer.from("/");
  return Buffer.compare(
    left.isFolder ? Buffer.concat([left.name, slash]) : left.name,
    right.isFolder ? Buffer.concat([right.name, slash]) : right.name,
  );
}
