import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { OwnedLock } from "../../../disk/owned-lock.ts";
import { hasCode } from "../../../shared/errors.ts";
import {
  aborted,
  objectMissing,
  pushTooLarge,
  refRefused,
  remoteUnavailable,
} from "../../errors.ts";
import type {
  CommitDraft,
  GitMirror,
  PushOutcome,
  RefUpdate,
  RemoteState,
  TagDraft,
} from "../../git.ts";
import { isFullRef, isObjectId } from "../../objects.ts";
import { MirrorDirectory } from "./mirror-directory.ts";
import { ObjectWriter } from "./object-writer.ts";
import { GitProgram, type Environment, type Output } from "./program.ts";
import { parsePushReport } from "./push-report.ts";
import { NativeGitReader } from "./reader.ts";
import { splitAtNul } from "./records.ts";
import { RemoteRefs } from "./remote-refs.ts";
import { toRemote, toRemoteError, type Remote } from "./remote.ts";

export interface NativeGitMirrorOptions {
  /** A folder for this registry alone; made if it is not there. */
  readonly directory: string;
  /** A path, or a URL with https, http, ssh or file. Credentials in it are never written to disk. */
  readonly url: string;
  /** As `refs/heads/main`; the remote's own default branch if absent. */
  readonly branch?: string | undefined;
  readonly environment: Environment;
  /** How long to wait for another process that uses the folder. Default: not at all. */
  readonly waitMs?: number;
  /** After a crash: how long a child of the dead process may still hold Git's locks. */
  readonly staleLockGraceMs?: number;
  /** How long a push may take: git waits for ever when the answer is cut. Default two minutes. */
  readonly pushTimeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

interface Parts {
  readonly lock: OwnedLock;
  readonly directory: MirrorDirectory;
  readonly git: GitProgram;
  readonly remote: Remote;
  readonly suspicion: Suspicion;
  readonly pushTimeoutMs: number;
}

const renewEveryMs = 20_000;
const maxUpdates = 1000;
/** An adoption names every tag and stage version that there was before it. */
const maxMessageBytes = 64 * 2 ** 20;

/** A bare copy of a remote repository that the git program keeps. */
export class NativeGitMirror extends NativeGitReader implements GitMirror {
  readonly #parts: Parts;
  readonly #refs: RemoteRefs;
  readonly #writer: ObjectWriter;
  readonly #closing = new AbortController();
  readonly #renewal: NodeJS.Timeout;
  #lost: Error | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(parts: Parts, refs: RemoteRefs) {
    super(parts.git, (what) => parts.suspicion.add(what));
    this.#parts = parts;
    this.#refs = refs;
    this.#writer = new ObjectWriter(parts.directory.repository);
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
    const remote = toRemote(options.url);
    const path = resolve(options.directory);
    await mkdir(path, { recursive: true });
    const lock = await OwnedLock.acquire({ path: join(path, "owner.lock"), waitMs, signal });
    try {
      const directory = new MirrorDirectory(path, environment);
      const graceMs = options.staleLockGraceMs ?? 2000;
      await directory.prepare(remote.address, lock.wasAbandoned ? graceMs : undefined);
      const git = new GitProgram({ environment, gitDirectory: directory.repository });
      const refs = await RemoteRefs.open({ git, remote, branch, signal });
      return new NativeGitMirror(
        { lock, directory, git, remote, suspicion: new Suspicion(), pushTimeoutMs },
        refs,
      );
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

  async writeEmptyTree(): Promise<string> {
    return this.#writer.writeEmptyTree();
  }

  async writeCommit(draft: CommitDraft): Promise<string> {
    return this.#writer.writeCommit(draft);
  }

  async writeTag(draft: TagDraft): Promise<string> {
    const { type } = await this.readObject(draft.target);
    if (type !== "commit" && type !== "tag") throw objectMissing(draft.target);
    return this.#writer.writeTag(draft, type);
  }

  async push(updates: readonly RefUpdate[], signal?: AbortSignal): Promise<PushOutcome> {
    if (updates.length > maxUpdates) throw pushTooLarge(updates.length, maxUpdates);
    if (updates.length === 0) return { accepted: true };
    for (const { ref, expected, next } of updates) {
      if (!isFullRef(ref)) throw refRefused(ref);
      if (expected !== undefined && !isObjectId(expected)) throw objectMissing(expected);
      await this.readObject(next);
    }
    return this.#enqueue("push", signal, async (both) => this.#push(updates, both));
  }

  async *readLedger(
    tip: string,
    exclude?: string,
  ): AsyncGenerator<{ readonly id: string; readonly message: string }> {
    await this.readCommit(tip);
    if (exclude !== undefined) await this.readCommit(exclude);
    const range = exclude === undefined ? [tip] : [tip, `^${exclude}`];
    const args = ["log", "--first-parent", "--reverse", "-z", "--format=%H%x00%B", ...range, "--"];
    let id: string | undefined;
    for await (const record of splitAtNul(this.#parts.git.stream(args), maxMessageBytes)) {
      if (id === undefined) {
        id = record.toString("latin1");
      } else {
        yield { id, message: record.toString("utf8") };
        id = undefined;
      }
    }
  }

  override async close(): Promise<void> {
    clearInterval(this.#renewal);
    this.#closing.abort(new Error("The mirror was closed."));
    await this.#queue;
    await super.close();
    await this.#parts.lock.release();
  }

  async #push(updates: readonly RefUpdate[], signal: AbortSignal): Promise<PushOutcome> {
    const { remote } = this.#parts;
    const leases = updates.map(({ ref, expected = "" }) => `--force-with-lease=${ref}:${expected}`);
    const refspecs = updates.map(({ ref, next }) => `${next}:${ref}`);
    const args = ["push", "--atomic", "--porcelain", "--no-verify", ...leases];
    const output = await this.#runPush([...args, remote.name, ...refspecs], signal);
    const { exitCode, stdout, stderr } = output;
    const report = parsePushReport(stdout.toString("utf8"), exitCode, updates);
    if (report !== "unknown") return report;
    const error = toRemoteError("push", stderr, remote);
    throw hasCode(error, "GIT_COMMAND_FAILED") ? remoteUnavailable(error.message, error) : error;
  }

  async #runPush(args: readonly string[], signal: AbortSignal): Promise<Output> {
    const { git, remote, pushTimeoutMs } = this.#parts;
    const timeout = AbortSignal.timeout(pushTimeoutMs);
    const both = AbortSignal.any([signal, timeout]);
    try {
      return await git.run(args, { signal: both, configuration: remote.configuration });
    } catch (error) {
      if (!timeout.aborted || signal.aborted) throw error;
      throw remoteUnavailable(`no answer to a push within ${pushTimeoutMs} ms.`, error);
    }
  }

  /** Runs a step that changes local refs; a copy that turns out to be damaged is made anew, once. */
  async #run<Value>(
    command: string,
    signal: AbortSignal | undefined,
    step: (signal: AbortSignal) => Promise<Value>,
  ): Promise<Value> {
    return this.#enqueue(command, signal, async (both) => {
      const { suspicion, directory } = this.#parts;
      if (suspicion.isOpen) {
        if (!(await directory.isSound())) await this.#remake(both);
        suspicion.settle();
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

/** What was missing although it was asked for, until a check says that the copy is sound. */
class Suspicion {
  readonly #cleared = new Set<string>();
  readonly #open = new Set<string>();

  add(what: string): void {
    if (!this.#cleared.has(what)) this.#open.add(what);
  }

  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  settle(): void {
    if (this.#cleared.size > 10_000) this.#cleared.clear();
    for (const what of this.#open) this.#cleared.add(what);
    this.#open.clear();
  }
}
