import { promises as nodeFs } from "node:fs";
import { resolve } from "node:path";
import * as git from "isomorphic-git";
import { hasCode } from "../../../shared/errors.ts";
import { byCodeUnits } from "../../../shared/json.ts";
import {
  notARepository,
  objectMissing,
  repositoryBroken,
  repositoryUnsupported,
  treeTooLarge,
} from "../../errors.ts";
import type { CommitInfo, GitReader, TreeItem } from "../../git.ts";
import { isObjectId, isRevision, parseCommit, parseTree, type TreeEntry } from "../../objects.ts";
import { readRefs } from "./refs.ts";

export interface IsomorphicGitReaderOptions {
  /** A work tree, any folder in it, or a bare repository. */
  readonly directory: string;
}

interface ObjectBytes {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const maxEntries = 2_000_000;
/** Folders count too: some hold nothing but others. */
const maxFolders = 500_000;
const maxDepth = 512;
const maxKnownSizes = 100_000;

/** Reads a local repository where there is no git program: slower, and all in memory. */
export class IsomorphicGitReader implements GitReader {
  readonly #gitDirectory: string;
  #cache: object = {};
  readonly #sizes = new Map<string, number>();

  private constructor(gitDirectory: string) {
    this.#gitDirectory = gitDirectory;
  }

  /** Rejects with `GIT_NOT_A_REPOSITORY` or `GIT_REPOSITORY_UNSUPPORTED`. */
  static async open({ directory }: IsomorphicGitReaderOptions): Promise<IsomorphicGitReader> {
    const gitDirectory = await findGitDirectory(resolve(directory));
    if (gitDirectory === undefined) throw notARepository(directory);
    const configuration = await readText(`${gitDirectory}/config`);
    if (/^\s*(?:objectformat|refstorage)\s*=\s*(?!sha1|files)/im.test(configuration)) {
      throw repositoryUnsupported("it uses SHA-256 object ids or reftable.");
    }
    if ((await readText(`${gitDirectory}/objects/info/alternates`)) !== "") {
      throw repositoryUnsupported("it borrows objects from another repository, which needs git.");
    }
    return new IsomorphicGitReader(gitDirectory);
  }

  async resolveCommit(revision: string): Promise<string | undefined> {
    if (!isRevision(revision)) return undefined;
    const [, base = "", steps = ""] = /^([^~^]+)(.*)$/.exec(revision) ?? [];
    let id = isObjectId(base) ? base : await this.#resolveRef(base);
    id = id === undefined ? undefined : await this.#peel(id);
    for (const [, kind, count = ""] of steps.matchAll(/([~^])(\d*)/g)) {
      if (id === undefined) return undefined;
      id = await this.#step(id, kind === "~", count === "" ? 1 : Number(count));
    }
    return id;
  }

  async headBranch(): Promise<string | undefined> {
    const head = await readText(`${this.#gitDirectory}/HEAD`);
    return /^ref: (refs\/heads\/.+)$/.exec(head.trim())?.[1];
  }

  async readCommit(id: string): Promise<CommitInfo> {
    return parseCommit(id, await this.#readTyped(id, "commit"));
  }

  async firstParentLog(tip: string, exclude?: string): Promise<readonly CommitInfo[]> {
    const commits: CommitInfo[] = [];
    const excluded = exclude === undefined ? undefined : await this.#ancestors(exclude);
    let next: string | undefined = tip;
    while (next !== undefined && excluded?.has(next) !== true) {
      const commit: CommitInfo = await this.readCommit(next);
      commits.push(commit);
      next = commit.parents[0];
    }
    return commits.toReversed();
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    await this.readCommit(ancestor);
    return (await this.#ancestors(descendant)).has(ancestor);
  }

  async listTree(commit: string): Promise<readonly TreeItem[]> {
    const items: TreeItem[] = [];
    const folders = [
      { path: "", isUtf8: true, depth: 0, id: (await this.readCommit(commit)).tree },
    ];
    // A tree that holds itself many times over is read once.
    const known = new Map<string, readonly TreeEntry[]>();
    let seen = 0;
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      seen += 1;
      if (seen > maxFolders) throw treeTooLarge(commit, `${maxFolders} folders`);
      if (folder.depth > maxDepth) throw treeTooLarge(commit, `${maxDepth} levels`);
      const entries = known.get(folder.id) ?? [
        ...parseTree(await this.#readTyped(folder.id, "tree")),
      ];
      known.set(folder.id, entries);
      for (const { mode, name, isUtf8, objectId } of entries) {
        const entry = { path: `${folder.path}${name}`, isUtf8: folder.isUtf8 && isUtf8 };
        if (mode === "040000") {
          folders.push({ ...entry, path: `${entry.path}/`, depth: folder.depth + 1, id: objectId });
        } else {
          items.push({ ...entry, mode, objectId, sizeBytes: await this.#readSize(mode, objectId) });
        }
        if (items.length > maxEntries) throw treeTooLarge(commit, `${maxEntries} entries`);
      }
    }
    return items.sort((left, right) => byCodeUnits(left.path, right.path));
  }

  async readBlob(id: string): Promise<Uint8Array> {
    return this.#readTyped(id, "blob");
  }

  async *readBlobs(
    ids: readonly string[],
  ): AsyncGenerator<{ readonly id: string; readonly bytes: Uint8Array }> {
    for (const id of ids) yield { id, bytes: await this.readBlob(id) };
  }

  async *openBlob(id: string): AsyncGenerator<Uint8Array> {
    yield await this.readBlob(id);
  }

  async listRefs(prefix: string): Promise<ReadonlyMap<string, string>> {
    return readRefs(this.#gitDirectory, prefix);
  }

  async close(): Promise<void> {
    this.#cache = {};
    this.#sizes.clear();
  }

  async #resolveRef(name: string): Promise<string | undefined> {
    const branch = name === "HEAD" ? await this.headBranch() : name;
    if (branch === undefined) {
      const head = (await readText(`${this.#gitDirectory}/HEAD`)).trim();
      return isObjectId(head) ? head : undefined;
    }
    return (await readRefs(this.#gitDirectory, branch)).get(branch);
  }

  /** The commit a tag stands for, or `undefined`. */
  async #peel(id: string): Promise<string | undefined> {
    let current = id;
    for (let depth = 0; depth < 10; depth += 1) {
      const object = await this.#readOptional(current);
      if (object?.type === "commit") return current;
      const target =
        object?.type === "tag" ? /^object ([0-9a-f]{40})$/m.exec(toText(object.bytes)) : undefined;
      if (target?.[1] === undefined) return undefined;
      current = target[1];
    }
    return undefined;
  }

  async #step(id: string, alongFirst: boolean, count: number): Promise<string | undefined> {
    if (!alongFirst) return count === 0 ? id : (await this.readCommit(id)).parents[count - 1];
    let current: string | undefined = id;
    for (let done = 0; done < count && current !== undefined; done += 1) {
      current = (await this.readCommit(current)).parents[0];
    }
    return current;
  }

  async #ancestors(id: string): Promise<ReadonlySet<string>> {
    const seen = new Set([id]);
    const waiting = [id];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const parent of (await this.readCommit(next)).parents) {
        if (seen.has(parent)) continue;
        seen.add(parent);
        waiting.push(parent);
      }
    }
    return seen;
  }

  /** isomorphic-git knows no size without the bytes: each blob is read once. */
  async #readSize(mode: string, id: string): Promise<number> {
    if (mode === "160000") return 0;
    const known = this.#sizes.get(id);
    if (known !== undefined) return known;
    const sizeBytes = (await this.#readOptional(id))?.bytes.byteLength ?? 0;
    if (this.#sizes.size < maxKnownSizes) this.#sizes.set(id, sizeBytes);
    return sizeBytes;
  }

  async #readTyped(id: string, type: string): Promise<Uint8Array> {
    const object = await this.#readOptional(id);
    if (object?.type !== type) throw objectMissing(id);
    return object.bytes;
  }

  async #readOptional(id: string): Promise<ObjectBytes | undefined> {
    if (!isObjectId(id)) return undefined;
    const options = { fs: { promises: nodeFs }, gitdir: this.#gitDirectory, cache: this.#cache };
    try {
      const found = await git.readObject({ ...options, oid: id, format: "content" });
      if (!(found.object instanceof Uint8Array)) return undefined;
      return { type: found.type ?? "", bytes: found.object };
    } catch (error) {
      if (hasCode(error, "NotFoundError")) return undefined;
      throw repositoryBroken(error instanceof Error ? error.message : String(error), error);
    }
  }
}

/** Looks upward for a `.git` folder, a `.git` file that names one, or a bare repository. */
async function findGitDirectory(start: string): Promise<string | undefined> {
  for (let folder = start; ; folder = resolve(folder, "..")) {
    const pointer = /^gitdir: (.+)$/m.exec(await readText(`${folder}/.git`))?.[1];
    const candidates = [
      ...(pointer === undefined ? [] : [resolve(folder, pointer)]),
      `${folder}/.git`,
      folder,
    ];
    for (const candidate of candidates) {
      if ((await readText(`${candidate}/HEAD`)) === "") continue;
      const common = (await readText(`${candidate}/commondir`)).trim();
      if (common !== "") throw repositoryUnsupported("it is a linked work tree, which needs git.");
      if (await isFolder(`${candidate}/objects`)) return candidate;
    }
    if (resolve(folder, "..") === folder) return undefined;
  }
}

/** Empty if there is no such file. */
async function readText(path: string): Promise<string> {
  try {
    return await nodeFs.readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EISDIR")) return "";
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await nodeFs.stat(path)).isDirectory();
  } catch {
    return false;
  }
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
