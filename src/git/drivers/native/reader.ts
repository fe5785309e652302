import { byCodeUnits } from "../../../shared/json.ts";
import { hasCode } from "../../../shared/errors.ts";
import {
  commandFailed,
  notARepository,
  objectMissing,
  repositoryBroken,
  repositoryUnsupported,
  treeTooLarge,
} from "../../errors.ts";
import type { CommitInfo, GitReader, TreeItem } from "../../git.ts";
import { decodeName, isObjectId, isRevision, parseCommit } from "../../objects.ts";
import { ObjectReader, type GitObject } from "./object-reader.ts";
import { GitProgram, type Environment } from "./program.ts";
import { splitAtNul } from "./records.ts";
import { TreeLister } from "./tree-lister.ts";
import { NodeBuilder } from "./tree-nodes.ts";

export interface NativeGitReaderOptions {
  /** A work tree, any folder in it, or a bare repository. */
  readonly directory: string;
  readonly environment: Environment;
}

const maxEntries = 2_000_000;
const maxRecordBytes = 2 ** 20;
/** What `readBlob` takes into memory; larger ones are for `openBlob`. */
const maxObjectBytes = 512 * 2 ** 20;
const readAhead = 64;

/** Reads a local repository with the git program. */
export class NativeGitReader implements GitReader {
  readonly #git: GitProgram;
  readonly #objects: ObjectReader;
  readonly #trees: TreeLister;
  readonly #onTrouble: (what: string) => void;

  /** `onTrouble` hears of every object that is missing or cannot be read. */
  constructor(git: GitProgram, onTrouble: (what: string) => void = () => {}) {
    this.#git = git;
    this.#objects = new ObjectReader(git, maxObjectBytes);
    this.#onTrouble = onTrouble;
    this.#trees = new TreeLister({ git, readObject: (id) => this.readObject(id) });
  }

  /** Rejects with `GIT_NOT_A_REPOSITORY`, `GIT_REPOSITORY_UNSUPPORTED` or `GIT_PROGRAM_MISSING`. */
  static async open({ directory, environment }: NativeGitReaderOptions): Promise<NativeGitReader> {
    const finder = new GitProgram({ environment });
    const args = ["rev-parse", "--absolute-git-dir", "--show-object-format"];
    const { exitCode, stdout, stderr } = await finder.run(["-C", directory, ...args]);
    if (exitCode !== 0) throw notARepository(`${directory}: ${stderr.trim()}`);
    const [gitDirectory = "", format = ""] = stdout.toString("utf8").split("\n");
    if (format !== "sha1") throw repositoryUnsupported(`${directory} has ${format} object ids.`);
    return new NativeGitReader(new GitProgram({ environment, gitDirectory }));
  }

  async resolveCommit(revision: string): Promise<string | undefined> {
    if (!isRevision(revision)) return undefined;
    const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`];
    const { exitCode, stdout, stderr } = await this.#git.run(args);
    const id = stdout.toString("latin1").trim();
    if (exitCode === 0 && isObjectId(id)) return id;
    // Silence means that nothing has this name; anything else must not look like that.
    if (
      !/^(?:error|fatal)/m.test(stderr) ||
      /(?:needed a single revision|expected commit type)/i.test(stderr)
    ) {
      return undefined;
    }
    throw repositoryBroken(stderr.trim());
  }

  async headBranch(): Promise<string | undefined> {
    const { exitCode, stdout } = await this.#git.run(["symbolic-ref", "--quiet", "HEAD"]);
    return exitCode === 0 ? stdout.toString("utf8").trim() : undefined;
  }

  async readCommit(id: string): Promise<CommitInfo> {
    return parseCommit(id, (await this.#readTyped(id, "commit")).bytes);
  }

  async firstParentLog(tip: string, exclude?: string): Promise<readonly CommitInfo[]> {
    await this.readCommit(tip);
    if (exclude !== undefined) await this.readCommit(exclude);
    const range = exclude === undefined ? [tip] : [tip, `^${exclude}`];
    return this.#listCommits(["--first-parent", ...range]);
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    await this.readCommit(ancestor);
    await this.readCommit(descendant);
    const args = ["merge-base", "--is-ancestor", ancestor, descendant];
    const { exitCode, stderr } = await this.#git.run(args);
    if (exitCode > 1) throw commandFailed("merge-base", stderr.trim());
    return exitCode === 0;
  }

  /** Every commit reachable from `tip` and not from `exclude`, parents before children. */
  async commitsBetween(exclude: string, tip: string): Promise<readonly CommitInfo[]> {
    await this.readCommit(tip);
    await this.readCommit(exclude);
    return this.#listCommits(["--topo-order", tip, `^${exclude}`]);
  }

  /** The best common ancestor, or `undefined` when there is none. */
  async mergeBase(left: string, right: string): Promise<string | undefined> {
    await this.readCommit(left);
    await this.readCommit(right);
    const { exitCode, stdout, stderr } = await this.#git.run(["merge-base", left, right]);
    if (exitCode > 1 || exitCode < 0) throw commandFailed("merge-base", stderr.trim());
    const id = stdout.toString("latin1").split("\n")[0] ?? "";
    return exitCode === 0 && isObjectId(id) ? id : undefined;
  }

  async listTree(commit: string): Promise<readonly TreeItem[]> {
    const { tree } = await this.readCommit(commit);
    return (await this.#trees.list(tree)) ?? this.#listWhole(commit, tree);
  }

  async #listWhole(commit: string, tree: string): Promise<readonly TreeItem[]> {
    const args = ["ls-tree", "-r", "-t", "-z", "-l", "--full-tree", commit];
    const items: TreeItem[] = [];
    const builder = new NodeBuilder(tree);
    let seen = 0;
    try {
      // Folders are listed so that those which hold nothing but folders count as well.
      for await (const record of splitAtNul(this.#git.stream(args), maxRecordBytes)) {
        seen += 1;
        if (seen > maxEntries) throw treeTooLarge(commit, `${maxEntries} entries`);
        const item = parseTreeLine(record);
        builder.add(item);
        if (item.mode !== "040000") items.push(item);
      }
    } catch (error) {
      if (hasCode(error, "GIT_OBJECT_TOO_LARGE")) throw treeTooLarge(commit, "1 MiB of path");
      throw this.#toReadError(error, commit);
    }
    const learnt = this.#trees.learn(builder);
    return learnt ?? items.sort((left, right) => byCodeUnits(left.path, right.path));
  }

  async readBlob(id: string): Promise<Uint8Array> {
    return (await this.#readTyped(id, "blob")).bytes;
  }

  async *readBlobs(
    ids: readonly string[],
  ): AsyncGenerator<{ readonly id: string; readonly bytes: Uint8Array }> {
    for await (const { id, object } of this.#readMany(ids)) {
      if (object.type !== "blob") throw objectMissing(id);
      yield { id, bytes: object.bytes };
    }
  }

  async *openBlob(id: string): AsyncGenerator<Uint8Array> {
    if (!isObjectId(id)) throw objectMissing(id);
    const { exitCode, stdout } = await this.#git.run(["cat-file", "-t", id]);
    if (exitCode !== 0 || stdout.toString("latin1").trim() !== "blob") throw objectMissing(id);
    try {
      yield* this.#git.stream(["cat-file", "blob", id]);
    } catch (error) {
      throw this.#toReadError(error, id);
    }
  }

  async listRefs(prefix: string): Promise<ReadonlyMap<string, string>> {
    // Git's own prefixes end at a slash; no name of a ref has a star in it.
    const patterns = prefix.endsWith("/") ? [prefix] : [prefix, `${prefix}*`, `${prefix}*/**`];
    const args = ["for-each-ref", "--format=%(objectname) %(refname)", "--", ...patterns];
    const refs = new Map<string, string>();
    for (const line of (await this.#git.runOrFail(args)).toString("utf8").split("\n")) {
      const name = line.slice(41);
      if (name !== "" && name.startsWith(prefix)) refs.set(name, line.slice(0, 40));
    }
    return refs;
  }

  async close(): Promise<void> {
    await this.#objects.close();
  }

  /** Any object by its id, with its type. Rejects with `GIT_OBJECT_MISSING`. */
  async readObject(id: string): Promise<GitObject> {
    try {
      return await this.#objects.read(id);
    } catch (error) {
      if (hasCode(error, "GIT_OBJECT_MISSING", "GIT_REPOSITORY_BROKEN")) this.#onTrouble(id);
      throw error;
    }
  }

  /** For a repository that was replaced on disk. */
  restart(): void {
    this.#objects.restart();
  }

  #toReadError(error: unknown, what: string): unknown {
    if (!hasCode(error, "GIT_COMMAND_FAILED")) return error;
    this.#onTrouble(what);
    return repositoryBroken(error instanceof Error ? error.message : String(error), error);
  }

  async #readTyped(id: string, type: string): Promise<GitObject> {
    const object = await this.readObject(id);
    if (object.type !== type) throw objectMissing(id);
    return object;
  }

  /** Oldest first. */
  async #listCommits(range: readonly string[]): Promise<readonly CommitInfo[]> {
    const printed = await this.#git.runOrFail(["rev-list", "--reverse", ...range, "--"]);
    const ids = printed.toString("latin1").split("\n").filter(isObjectId);
    const commits: CommitInfo[] = [];
    for await (const { id, object } of this.#readMany(ids)) {
      commits.push(parseCommit(id, object.bytes));
    }
    return commits;
  }

  async *#readMany(
    ids: readonly string[],
  ): AsyncGenerator<{ readonly id: string; readonly object: GitObject }> {
    const reading: { readonly id: string; readonly object: Promise<GitObject> }[] = [];
    for (const [index, id] of ids.entries()) {
      for (const next of ids.slice(index + reading.length, index + readAhead)) {
        const object = this.readObject(next);
        // Each is awaited in its turn; until then a failure must not count as unhandled.
        object.catch(() => {});
        reading.push({ id: next, object });
      }
      const first = reading.shift();
      if (first) yield { id, object: await first.object };
    }
  }
}

/** `<mode> <type> <id> <size padded>\t<path>`. */
function parseTreeLine(record: Buffer): TreeItem {
  const tab = record.indexOf(0x09);
  const [mode = "", , objectId = "", size = ""] = record.toString("latin1", 0, tab).split(/ +/);
  const { name, isUtf8 } = decodeName(record.subarray(tab + 1));
  return { path: name, mode, objectId, sizeBytes: Number(size) || 0, isUtf8 };
}
