import type {
  CommitDraft,
  CommitInfo,
  GitMirror,
  MergePreview,
  PushOutcome,
  RefUpdate,
  RemoteState,
  TagDraft,
  TreeFile,
  TreeItem,
} from "../../src/git/git.ts";
import { CairnError } from "../../src/shared/errors.ts";
import { byCodeUnits } from "../../src/shared/json.ts";
import { findMergeBase, mergeTrees, reachableFrom } from "./memory-merge.ts";
import { MemoryObjects, missing } from "./memory-objects.ts";
import { MemoryRemote } from "./memory-remote.ts";

export { MemoryRemote };

/** Called before every answer of a mirror, with the name of its method: where others may come between. */
export type Pause = (method: string) => Promise<void>;

/** One controller's copy: it knows only the objects that it fetched or wrote. */
export class MemoryMirror implements GitMirror {
  readonly branch = "refs/heads/main";
  readonly #remote: MemoryRemote;
  readonly #pause: Pause;
  readonly #objects = new MemoryObjects();
  readonly #refs = new Map<string, string>();

  constructor(remote: MemoryRemote, pause: Pause = async () => undefined) {
    this.#remote = remote;
    this.#pause = pause;
  }

  async fetch(): Promise<RemoteState> {
    await this.#pause("fetch");
    this.#objects.addFrom(this.#remote.objects);
    this.#refs.clear();
    for (const [ref, id] of this.#remote.refs) this.#refs.set(ref, id);
    return { head: this.#refs.get(this.branch), ledger: this.#refs.get("refs/heads/cairn-ledger") };
  }

  async fetchTags(
    prefixes: readonly string[] = ["refs/tags/"],
  ): Promise<ReadonlyMap<string, string>> {
    await this.#pause("fetchTags");
    const tags = [...this.#remote.refs].filter(
      ([ref]) => ref.startsWith("refs/tags/") && prefixes.some((prefix) => ref.startsWith(prefix)),
    );
    return new Map(tags.sort(([a], [b]) => byCodeUnits(a, b)));
  }

  async fetchRefs(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    await this.#pause("fetchRefs");
    this.#objects.addFrom(this.#remote.objects);
    const isAsked = (ref: string): boolean =>
      names.some((name) => (name.endsWith("/") ? ref.startsWith(name) : ref === name));
    const found = [...this.#remote.refs].filter(([ref]) => isAsked(ref));
    return new Map(found.sort(([a], [b]) => byCodeUnits(a, b)));
  }

  async fetchCommit(id: string): Promise<boolean> {
    await this.#pause("fetchCommit");
    this.#objects.addFrom(this.#remote.objects);
    return this.#objects.commits.has(id);
  }

  async fetchCommitFrom(folder: string, revision: string): Promise<string | undefined> {
    await this.#pause("fetchCommitFrom");
    const other = this.#remote.folders.get(folder);
    const ref = revision === "HEAD" ? this.branch : revision;
    const id = other?.refs.get(ref) ?? (other?.objects.commits.has(ref) === true ? ref : undefined);
    if (other !== undefined && id !== undefined) this.#objects.addFrom(other.objects);
    return id;
  }

  async commitsBetween(exclude: string, tip: string): Promise<readonly CommitInfo[]> {
    await this.#pause("commitsBetween");
    const { commits } = this.#objects;
    const old = reachableFrom(commits, exclude);
    return [...reachableFrom(commits, tip).values()].filter(({ id }) => !old.has(id));
  }

  async mergeBase(left: string, right: string): Promise<string | undefined> {
    await this.#pause("mergeBase");
    return findMergeBase(this.#objects.commits, left, right);
  }

  /** By whole files: what both sides changed, and not alike, is a conflict. */
  async previewMerge(ours: string, theirs: string): Promise<MergePreview> {
    await this.#pause("previewMerge");
    const base = findMergeBase(this.#objects.commits, ours, theirs);
    if (base === undefined) return { outcome: "conflict", paths: [] };
    const sides = { ours: this.#itemsAt(ours), theirs: this.#itemsAt(theirs) };
    const { items, conflicts } = mergeTrees({ base: this.#itemsAt(base), ...sides });
    return conflicts.length > 0
      ? { outcome: "conflict", paths: conflicts }
      : { outcome: "clean", tree: this.#objects.writeItems(items) };
  }

  async writeBlob(bytes: Uint8Array): Promise<string> {
    await this.#pause("writeBlob");
    return this.#objects.writeBlob(bytes);
  }

  async writeTree(
    base: string,
    changes: ReadonlyMap<string, TreeFile | undefined>,
  ): Promise<string> {
    await this.#pause("writeTree");
    const { tree } = this.#objects.commits.get(base) ?? missing(base);
    return this.#objects.changeTree(tree, changes);
  }

  async signingKeyOf(commit: string): Promise<string | undefined> {
    await this.#pause("signingKeyOf");
    if (!this.#objects.commits.has(commit)) return missing(commit);
    return this.#objects.signingKeys.get(commit);
  }

  async push(updates: readonly RefUpdate[]): Promise<PushOutcome> {
    await this.#pause("push");
    const outcome = this.#remote.push(this.#objects, updates);
    if (outcome.accepted && this.#remote.connectionBreaks > 0) {
      this.#remote.connectionBreaks -= 1;
      throw new CairnError({
        code: "GIT_REMOTE_UNAVAILABLE",
        kind: "unavailable",
        message: "the connection broke",
      });
    }
    await this.#pause("pushed");
    return outcome;
  }

  async writeCommit(draft: CommitDraft): Promise<string> {
    await this.#pause("writeCommit");
    return this.#objects.writeCommit(draft);
  }

  async writeTag(draft: TagDraft): Promise<string> {
    await this.#pause("writeTag");
    return this.#objects.writeTag(draft);
  }

  async writeEmptyTree(): Promise<string> {
    await this.#pause("writeEmptyTree");
    return this.#objects.writeTree({});
  }

  async *readLedger(
    tip: string,
    exclude?: string,
  ): AsyncIterable<{ readonly id: string; readonly message: string }> {
    for (const { id, message } of await this.firstParentLog(tip, exclude)) {
      await this.#pause("readLedger");
      yield { id, message };
    }
  }

  async resolveCommit(revision: string): Promise<string | undefined> {
    return this.#refs.get(revision) ?? (this.#objects.commits.has(revision) ? revision : undefined);
  }

  async headBranch(): Promise<string> {
    return this.branch;
  }

  async readCommit(id: string): Promise<CommitInfo> {
    await this.#pause("readCommit");
    return this.#objects.commits.get(id) ?? missing(id);
  }

  async firstParentLog(tip: string, exclude?: string): Promise<readonly CommitInfo[]> {
    await this.#pause("firstParentLog");
    const log: CommitInfo[] = [];
    const isOld = (id: string): boolean =>
      exclude !== undefined && this.#objects.isAncestor(id, exclude);
    let next: string | undefined = tip;
    while (next !== undefined && !isOld(next)) {
      const commit: CommitInfo = this.#objects.commits.get(next) ?? missing(next);
      log.unshift(commit);
      next = commit.parents[0];
    }
    return log;
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    await this.#pause("isAncestor");
    if (!this.#objects.commits.has(ancestor)) return missing(ancestor);
    return this.#objects.isAncestor(ancestor, descendant);
  }

  async listTree(commit: string): Promise<readonly TreeItem[]> {
    await this.#pause("listTree");
    return [...this.#itemsAt(commit).values()];
  }

  async readBlob(id: string): Promise<Uint8Array> {
    await this.#pause("readBlob");
    return this.#objects.blobs.get(id) ?? missing(id);
  }

  async *readBlobs(
    ids: readonly string[],
  ): AsyncIterable<{ readonly id: string; readonly bytes: Uint8Array }> {
    for (const id of ids) yield { id, bytes: await this.readBlob(id) };
  }

  async *openBlob(id: string): AsyncIterable<Uint8Array> {
    yield await this.readBlob(id);
  }

  async listRefs(prefix: string): Promise<ReadonlyMap<string, string>> {
    return new Map([...this.#refs].filter(([ref]) => ref.startsWith(prefix)));
  }

  async close(): Promise<void> {
    this.#refs.clear();
  }

  #itemsAt(commit: string): ReadonlyMap<string, TreeItem> {
    const { tree } = this.#objects.commits.get(commit) ?? missing(commit);
    return this.#objects.itemsOf(tree);
  }
}
