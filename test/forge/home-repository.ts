import { promises as fs } from "node:fs";
import { dirname, join } from "node:path";
import { readBlob, readCommit, readTree, writeObject } from "isomorphic-git";
import { makeBareRepository } from "../support/bare-repository.ts";
import { makeTemporaryFolder } from "../support/git-repository.ts";
import { runGit } from "../support/github/git-program.ts";
import type { Files, ShownCommit } from "./forge.contract.ts";

/** A commit that was made here, and the objects that it needs beside its parents'. */
interface Made {
  readonly parents: readonly string[];
  readonly objects: readonly string[];
}

type Tree = Map<string, Tree | string>;

/**
 * The repository that people have at home: it sees all that the host has, and the host nothing of
 * it. Objects are read and written without starting git, which a test does dozens of times.
 */
export class HomeRepository {
  readonly path: string;
  readonly #host: string;
  readonly #files = new Map<string, Files>();
  readonly #made = new Map<string, Made>();
  #seconds = 1_700_000_000;

  private constructor(path: string, host: string) {
    this.path = path;
    this.#host = host;
  }

  static async create(host: string): Promise<HomeRepository> {
    const path = join(await makeTemporaryFolder(), "home.git");
    await makeBareRepository(path);
    await fs.writeFile(join(path, "objects/info/alternates"), `${join(host, "objects")}\n`);
    return new HomeRepository(path, host);
  }

  /** A commit on top of another one, or of nothing. One second passes. */
  async commit(parent: string | undefined, files: Files): Promise<string> {
    const before = parent === undefined ? {} : await this.#filesOf(parent);
    const all = { ...before, ...files };
    const written: string[] = [];
    const tree = await this.#writeTree(toTree(all), written);
    const id = await this.#writeCommit(tree, parent === undefined ? [] : [parent], written);
    this.#files.set(id, all);
    return id;
  }

  /** As git merges what has no conflicts. */
  async merge(first: string, second: string): Promise<string> {
    const tree = (await runGit(this.path, ["merge-tree", "--write-tree", first, second])).trim();
    return this.#writeCommit(tree, [first, second], []);
  }

  /** Puts the objects that a commit brought where another repository finds them. */
  async copyTo(repository: string, commit: string): Promise<void> {
    for (const id of this.#made.get(commit)?.objects ?? []) {
      const name = join("objects", id.slice(0, 2), id.slice(2));
      await fs.mkdir(dirname(join(repository, name)), { recursive: true });
      await fs.copyFile(join(this.path, name), join(repository, name));
    }
  }

  /** Of a commit that was made here. */
  parentsOf(commit: string): readonly string[] | undefined {
    return this.#made.get(commit)?.parents;
  }

  /** A commit as the host has it. */
  async show(id: string): Promise<ShownCommit> {
    const { commit } = await readCommit({ fs, gitdir: this.#host, oid: id });
    const [subject = ""] = commit.message.split("\n");
    const files = await this.#filesOf(id);
    return { parents: commit.parent, author: commit.author.name, subject, files };
  }

  async #filesOf(commit: string): Promise<Files> {
    const known = this.#files.get(commit);
    if (known !== undefined) return known;
    const files: Record<string, string> = {};
    await this.#readTree(commit, "", files);
    this.#files.set(commit, files);
    return files;
  }

  async #readTree(oid: string, prefix: string, files: Record<string, string>): Promise<void> {
    const { tree } = await readTree({ fs, gitdir: this.#host, oid });
    for (const { path, type, oid: inner } of tree) {
      if (type === "tree") await this.#readTree(inner, `${prefix}${path}/`, files);
      else {
        const { blob } = await readBlob({ fs, gitdir: this.#host, oid: inner });
        files[`${prefix}${path}`] = Buffer.from(blob).toString("utf8");
      }
    }
  }

  async #writeTree(tree: Tree, written: string[]): Promise<string> {
    const sorted = [...tree]
      .map(([name, item]) => ({ name, item, key: typeof item === "string" ? name : `${name}/` }))
      .sort((one, other) => (one.key < other.key ? -1 : 1));
    const parts: Buffer[] = [];
    for (const { name, item } of sorted) {
      const isFile = typeof item === "string";
      const id = isFile
        ? await this.#write("blob", item, written)
        : await this.#writeTree(item, written);
      parts.push(Buffer.from(`${isFile ? "100644" : "40000"} ${name}\0`), Buffer.from(id, "hex"));
    }
    return this.#write("tree", Buffer.concat(parts), written);
  }

  async #writeCommit(tree: string, parents: readonly string[], written: string[]): Promise<string> {
    this.#seconds += 1;
    const lines = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      `author Ann Author <ann@contoso.example> ${this.#seconds} +0000`,
      `committer Carl Committer <carl@contoso.example> ${this.#seconds} +0000`,
      "",
      "change",
      "",
    ];
    const id = await this.#write("commit", lines.join("\n"), written);
    this.#made.set(id, { parents, objects: written });
    return id;
  }

  async #write(
    type: "blob" | "tree" | "commit",
    content: string | Buffer,
    written: string[],
  ): Promise<string> {
    const object = Buffer.from(content);
    const id = await writeObject({ fs, gitdir: this.path, type, object, format: "content" });
    written.push(id);
    return id;
  }
}

function toTree(files: Files): Tree {
  const root: Tree = new Map();
  for (const [path, content] of Object.entries(files)) {
    const names = path.split("/");
    const last = names.pop() ?? "";
    let folder = root;
    for (const name of names) {
      const known = folder.get(name);
      const inner: Tree = known instanceof Map ? known : new Map();
      folder.set(name, inner);
      folder = inner;
    }
    folder.set(last, content);
  }
  return root;
}
