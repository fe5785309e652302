import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { OwnedLock } from "../../../disk/owned-lock.ts";
import { hasCode } from "../../../shared/errors.ts";
import { aborted, objectMissing, refRefused } from "../../errors.ts";
import type {
  CommitDraft,
  GitMirror,
  MergePreview,
  PushOutcome,
  RefUpdate,
  RemoteState,
  TagDraft,
  TreeFile,
} from "../../git.ts";
import { isFullRef, isObjectId } from "../../objects.ts";
import { bringCommit } from "./brought-commits.ts";
import { readMessages } from "./ledger-log.ts";
import { MergePreviewer } from "./merge-preview.ts";
import { MirrorDirectory } from "./mirror-directory.ts";
import type { NativeGitMirrorOptions } from "./mirror-options.ts";
import { NamedRefs } from "./named-refs.ts";
import { ObjectWriter, renderCommit } from "./object-writer.ts";
import { GitProgram, type Environment } from "./program.ts";
import { checkUpdates, Pusher } from "./pusher.ts";
import { NativeGitReader } from "./reader.ts";
import { RemoteCommands } from "./remote-commands.ts";
import { RemoteRefs } from "./remote-refs.ts";
import { toRemote, type Remote } from "./remote.ts";
import { signCommit, SignatureReader } from "./signatures.ts";
import { Suspicion } from "./suspicion.ts";
import { TreeWriter } from "./tree-writer.ts";

interface Parts {
  readonly lock: OwnedLock;
  readonly directory: MirrorDirectory;
  readonly git: GitProgram;
  readonly remote: Remote;
  readonly commands: RemoteCommands;
  readonly refs: RemoteRefs;
  readonly environment: Environment;
  readonly pushTimeoutMs: number;
}

const renewEveryMs = 20_000;

/** A bare copy of a remote repository that the git program keeps. */
export class NativeGitMirror extends NativeGitReader implements GitMirror {
  readonly #parts: Parts;
  readonly #refs: RemoteRefs;
  readonly #named: NamedRefs;
  readonly #writer: ObjectWriter;
  readonly #trees: TreeWriter;
  readonly #previewer: MergePreviewer;
  readonly #pusher: Pusher;
  readonly #signatures: SignatureReader;
  readonly #suspicion: Suspicion;
  readonly #closing = new AbortController();
  readonly #renewal: NodeJS.Timeout;
  #lost: Error | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(parts: Parts) {
    const suspicion = new Suspicion();
    super(parts.git, (what) => suspicion.add(what));
    const { git, remote, commands, refs, directory, environment, pushTimeoutMs } = parts;
    this.#parts = parts;
    this.#suspicion = suspicion;
    this.#refs = refs;
    this.#pusher = new Pusher({ git, remote, timeoutMs: pushTimeoutMs });
    const isSound = async () => directory.isSound();
    this.#named = new NamedRefs({ git, remote: commands, watched: refs, isSound });
    this.#writer = new ObjectWriter(directory.repository);
    this.#trees = new TreeWriter({ git, writer: this.#writer, read: (id) => this.readObject(id) });
    this.#signatures = new SignatureReader({ environment, directory: directory.path });
    this.#previewer = new MergePreviewer(directory.repository, environment);
    this.#renewal = setInterval(() => void this.#renew(), renewEveryMs).unref();
  }

  /**
   * Rejects with `LOCK_BUSY` while another process uses the folder, `GIT_URL_REFUSED`,
   * `GIT_REF_REFUSED`, and like `fetch` when the remote must be asked for its default branch.
   */
  static override async open(options: NativeGitMirrorOptions): Promise<NativeGitMirror> {
    const { environment, branch, signal, waitMs = 0, pushTimeoutMs = 120_000 } = options;
    if (branch !== undefined && !(isFullRef(branch) && branch.startsWith("refs/heads/"))) {
      throw refRefused(branch);
    }
    const remote = toRemote(options.url, options.login);
    const path = resolve(options.directory);
    await mkdir(path, { recursive: true });
    const lock = await OwnedLock.acquire({ path: join(path, "owner.lock"), waitMs, signal });
    try {
      const directory = new MirrorDirectory(path, environment);
      const graceMs = options.staleLockGraceMs ?? 2000;
      await directory.prepare(remote.address, lock.wasAbandoned ? graceMs : undefined);
      const git = new GitProgram({ environment, gitDirectory: directory.repository });
      const cleanUp = async () => directory.removeUnfinished();
      const commands = new RemoteCommands({ git, remote, cleanUp });
      const refs = await RemoteRefs.open({ git, remote: commands, branch, signal });
      const parts = { lock, directory, git, remote, commands, refs, environment, pushTimeoutMs };
      return new NativeGitMirror(parts);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  get branch(): string {
    return this.#refs.branch;
  }

  override async headBranch(): Promise<string> {
    return this.branch;
  }

  async fetch(signal?: AbortSignal): Promise<RemoteState> {
    return this.#run("fetch", signal, async (both) => this.#refs.fetch(both));
  }

  async fetchTags(
    prefixes: readonly string[] = ["refs/tags/"],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    return this.#run("fetch", signal, async (both) => {
      await this.#refs.fetchTags(prefixes, both);
      const tags = new Map<string, string>();
      for (const prefix of prefixes) {
        const local = await this.listRefs(prefix.replace(/^refs\/tags\//, "refs/cairn/tags/"));
        for (const [name, id] of local) tags.set(name.replace("refs/cairn/", "refs/"), id);
      }
      return tags;
    });
  }

  async fetchRefs(
    names: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    return this.#run("fetch", signal, async (both) => this.#named.fetch(names, both));
  }

  async fetchCommit(id: string, signal?: AbortSignal): Promise<boolean> {
    if (!isObjectId(id)) return false;
    if ((await this.resolveCommit(id)) !== undefined) return true;
    return this.#run("fetch", signal, async (both) => {
      // No ref keeps it: a mirror is never collected, and refs would pile up.
      const failure = await this.#parts.commands.tryFetch([], [id], both);
      if (failure?.reason === "other") throw failure.error;
      return failure === undefined;
    });
  }

  async fetchCommitFrom(
    folder: string,
    revision: string,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    return this.#run("fetch", signal, async (both) =>
      bringCommit({ ...this.#parts, folder, revision, signal: both }),
    );
  }

  async previewMerge(ours: string, theirs: string): Promise<MergePreview> {
    await this.readCommit(ours);
    await this.readCommit(theirs);
    return this.#previewer.preview(ours, theirs, this.#closing.signal);
  }

  async writeEmptyTree(): Promise<string> {
    return this.#writer.writeEmptyTree();
  }

  async writeBlob(bytes: Uint8Array): Promise<string> {
    return this.#writer.write("blob", bytes);
  }

  async writeTree(
    base: string,
    changes: ReadonlyMap<string, TreeFile | undefined>,
  ): Promise<string> {
    const { tree } = await this.readCommit(base);
    return this.#trees.write(tree, changes);
  }

  async writeCommit(draft: CommitDraft): Promise<string> {
    const payload = renderCommit(draft);
    if (draft.signingKey === undefined) return this.#writer.write("commit", payload);
    const signed = await signCommit(payload, draft.signingKey, this.#parts.environment);
    return this.#writer.write("commit", signed);
  }

  async signingKeyOf(commit: string): Promise<string | undefined> {
    const { type, bytes } = await this.readObject(commit);
    if (type !== "commit") throw objectMissing(commit);
    return this.#signatures.readKey(commit, bytes);
  }

  async writeTag(draft: TagDraft): Promise<string> {
    const { type } = await this.readObject(draft.target);
    if (type !== "commit" && type !== "tag") throw objectMissing(draft.target);
    return this.#writer.writeTag(draft, type);
  }

  async push(updates: readonly RefUpdate[], signal?: AbortSignal): Promise<PushOutcome> {
    checkUpdates(updates);
    if (updates.length === 0) return { accepted: true };
    for (const { next } of updates) await this.readObject(next);
    return this.#enqueue("push", signal, async (both) => this.#pusher.push(updates, both));
  }

  async *readLedger(
    tip: string,
    exclude?: string,
  ): AsyncGenerator<{ readonly id: string; readonly message: string }> {
    await this.readCommit(tip);
    if (exclude !== undefined) await this.readCommit(exclude);
    yield* readMessages(this.#parts.git, tip, exclude);
  }

  override async close(): Promise<void> {
    clearInterval(this.#renewal);
    this.#closing.abort(new Error("The mirror was closed."));
    await this.#queue;
    await super.close();
    await this.#parts.lock.release();
  }

  /** Runs a step that changes local refs; a copy that turns out to be damaged is made anew, once. */
  async #run<Value>(
    command: string,
    signal: AbortSignal | undefined,
    step: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    return this.#enqueue(command, signal, async (both) => {
      const { directory } = this.#parts;
      if (this.#suspicion.isOpen) {
        if (!(await directory.isSound())) await this.#remake(both);
        this.#suspicion.settle();
      }
      try {
        return await step(both);
      } catch (error) {
        const mayBeLocal = hasCode(error, "GIT_COMMAND_FAILED", "GIT_REMOTE_BROKEN");
        if (!mayBeLocal || (await directory.isSound())) throw error;
        await this.#remake(both);
        return step(both);
      }
    });
  }

  async #remake(signal: AbortSignal): Promise<void> {
    const { directory, remote } = this.#parts;
    await directory.remake(remote.address);
    this.restart();
    await this.#refs.recordBranch(signal);
  }

  /** One at a time: Git's own lock files make the second of two fetches fail. */
  async #enqueue<Value>(
    command: string,
    signal: AbortSignal | undefined,
    step: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    const signals = [this.#closing.signal, ...(signal === undefined ? [] : [signal])];
    const both = AbortSignal.any(signals);
    const running = this.#queue.then(async () => {
      if (this.#lost !== undefined) throw this.#lost;
      if (both.aborted) throw aborted(command, both.reason);
      return step(both);
    });
    this.#queue = running.catch(() => {});
    return running;
  }

  async #renew(): Promise<void> {
    try {
      await this.#parts.lock.renew();
    } catch (error) {
      if (error instanceof Error && hasCode(error, "LOCK_LOST")) this.#lost = error;
    }
  }
}
