import { createHash } from "node:crypto";

import type {
  CommitDraft,
  CommitInfo,
  GitMirror,
  PushOutcome,
  RefUpdate,
  RemoteState,
  Signature,
  TagDraft,
  TreeItem,
} from "../../src/git/git.ts";
import { CairnError } from "../../src/shared/errors.ts";
import { byCodeUnits } from "../../src/shared/json.ts";

type Files = Readonly<Record<string, string>>;

/** Objects by id, with the ids that Git would give to commits and tags. */
class Objects {
  readonly commits = new Map<string, CommitInfo>();
  readonly tags = new Map<string, TagDraft>();
  readonly trees = new Map<string, ReadonlyMap<string, TreeItem>>();
  readonly blobs = new Map<string, Uint8Array>();

  addFrom(other: Objects): void {
    for (const [id, commit] of other.commits) this.commits.set(id, commit);
    for (const [id, tag] of other.tags) this.tags.set(id, tag);
    for (const [id, tree] of other.trees) this.trees.set(id, tree);
    for (const [id, blob] of other.blobs) this.blobs.set(id, blob);
  }

  writeCommit({ tree, parents, author, message }: CommitDraft): string {
    const lines = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      `author ${signatureLine(author)}`,
      `committer ${signatureLine(author)}`,
    ];
    const id = idOf("commit", `${lines.join("\n")}\n\n${message}`);
    this.commits.set(id, {
      id,
      tree,
      parents,
      author,
      committer: author,
      message: asBytes(message),
    });
    return id;
  }

  writeTag(draft: TagDraft): string {
    const { name, target, tagger, message } = draft;
    const head = `object ${target}\ntype commit\ntag ${name}\ntagger ${signatureLine(tagger)}`;
    const id = idOf("tag", `${head}\n\n${message}`);
    this.tags.set(id, draft);
    return id;
  }

  writeTree(files: Files): string {
    const items = new Map<string, TreeItem>();
    for (const [path, text] of Object.entries(files).sort(([a], [b]) => byCodeUnits(a, b))) {
      const objectId = idOf("blob", text);
      const bytes = new TextEncoder().encode(text);
      this.blobs.set(objectId, bytes);
      const sizeBytes = bytes.byteLength;
      items.set(path, { path, mode: "100644", objectId, sizeBytes, isUtf8: true });
    }
    const lines = [...items.values()].map(({ path, objectId }) => `${path}\0${objectId}`);
    const id = idOf("tree", lines.join("\n"));
    this.trees.set(id, items);
    return id;
  }

  isAncestor(ancestor: string, descendant: string): boolean {
    const queue = [descendant];
    const seen = new Set<string>();
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      if (id === ancestor) return this.commits.has(ancestor);
      if (seen.has(id)) continue;
      seen.add(id);
      queue.push(...(this.commits.get(id)?.parents ?? []));
    }
    return false;
  }
}

/** A repository that several mirrors and tests share: the truth. */
export class MemoryRemote {
  readonly objects = new Objects();
  readonly refs = new Map<string, string>();
  /** Why a ref is refused; asked for every ref of a push. */
  refuse: (update: RefUpdate) => string | undefined = () => undefined;
  /** The next pushes break off after the remote took them: nobody knows whether it did. */
  connectionBreaks = 0;
  pushes = 0;
  #seconds = 1_767_000_000;

  /** Commits these files, complete, on a branch; the time moves on by a minute. */
  commit(
    files: Files,
    options: {
      readonly parents?: readonly string[];
      readonly author?: string;
      readonly message?: string;
    } = {},
  ): string {
    this.#seconds += 60;
    const author = options.author ?? "Ann";
    return this.objects.writeCommit({
      tree: this.objects.writeTree(files),
      parents: options.parents ?? [],
      author: { name: author, email: "ann@contoso.example", timestamp: this.#seconds },
      message: options.message ?? "change",
    });
  }

  /** A commit on top of `refs/heads/main`, which it becomes. */
  land(
    files: Files,
    options: { readonly author?: string; readonly message?: string } = {},
  ): string {
    const head = this.refs.get("refs/heads/main");
    const id = this.commit(files, { ...options, parents: head === undefined ? [] : [head] });
    this.refs.set("refs/heads/main", id);
    return id;
  }

  /** All or nothing, against the ids that the refs hold now. */
  push(objects: Objects, updates: readonly RefUpdate[]): PushOutcome {
    this.pushes += 1;
    const refused = new Map<string, string>();
    for (const update of updates) {
      const isStale = this.refs.get(update.ref) !== update.expected;
      const isTwice = updates.filter(({ ref }) => ref === update.ref).length > 1;
      const reason = isStale || isTwice ? "stale info" : this.refuse(update);
      if (reason !== undefined) refused.set(update.ref, reason);
    }
    if (refused.size > 0) {
      for (const { ref } of updates) {
        if (!refused.has(ref)) refused.set(ref, "atomic push failed");
      }
      return { accepted: false, refs: refused };
    }
    this.objects.addFrom(objects);
    for (const { ref, next } of updates) this.refs.set(ref, next);
    return { accepted: true };
  }
}

/** Called before every answer of a mirror, with the name of its method: where others may come between. */
export type Pause = (method: string) => Promise<void>;

/** One controller's copy: it knows only the objects that it fetched or wrote. */
export class MemoryMirror implements GitMirror {
  readonly branch = "refs/heads/main";
  readonly #remote: MemoryRemote;
  readonly #pause: Pause;
  readonly #objects = new Objects();
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
    const { tree } = this.#objects.commits.get(commit) ?? missing(commit);
    return [...(this.#objects.trees.get(tree) ?? missing(tree)).values()];
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
}

function idOf(type: string, content: string): string {
  const body = Buffer.from(content);
  return createHash("sha1").update(`${type} ${body.byteLength}\0`).update(body).digest("hex");
}

function signatureLine({ name, email, timestamp }: Signature): string {
  return `${name} <${email}> ${timestamp} +0000`;
}

/** Text as it comes back from an object: lone surrogates do not survive. */
function asBytes(text: string): string {
  return Buffer.from(text).toString();
}

function missing(id: string): never {
  throw new CairnError({ code: "GIT_OBJECT_MISSING", kind: "missing", message: id });
}
