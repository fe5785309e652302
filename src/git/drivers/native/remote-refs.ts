import { refRefused } from "../../errors.ts";
import type { RemoteState } from "../../git.ts";
import { isFullRef } from "../../objects.ts";
import type { GitProgram } from "./program.ts";
import { isRefMissing, type Advertisement, type RemoteCommands } from "./remote-commands.ts";

export interface RemoteRefsOptions {
  readonly git: GitProgram;
  readonly remote: RemoteCommands;
  /** Absent: the remote's default branch, also when that changes. */
  readonly branch: string | undefined;
  readonly signal: AbortSignal | undefined;
}

const ledger = "refs/heads/cairn-ledger";
const local = "refs/remotes/origin/";
const fallbackBranch = "refs/heads/main";
/** The remote may move between looking and fetching. */
const maxAttempts = 3;

/** Keeps the refs of a mirror like those of its remote. */
export class RemoteRefs {
  readonly #git: GitProgram;
  readonly #remote: RemoteCommands;
  readonly #followsDefault: boolean;
  #branch: string;
  /** The local copies as they were last seen: whoever has the mirror is the only one to move them. */
  #present: ReadonlyMap<string, string> | undefined;

  private constructor({ git, remote, branch }: RemoteRefsOptions, found: string) {
    this.#git = git;
    this.#remote = remote;
    this.#followsDefault = branch === undefined;
    this.#branch = found;
  }

  static async open(options: RemoteRefsOptions): Promise<RemoteRefs> {
    const { git, branch, signal } = options;
    const { stdout } = await git.run(["config", "--get", "cairn.branch"]);
    const recorded = stdout.toString("utf8").trim();
    const refs = new RemoteRefs(options, branch ?? (recorded || fallbackBranch));
    if (branch === undefined && recorded === "") await refs.#advertise(signal);
    if (refs.#branch !== recorded) await refs.recordBranch(signal);
    return refs;
  }

  get branch(): string {
    return this.#branch;
  }

  /** So that the next start knows the branch without asking the remote. */
  async recordBranch(signal: AbortSignal | undefined): Promise<void> {
    this.#present = undefined;
    await this.#git.runOrFail(["config", "cairn.branch", this.#branch], { signal });
    await this.#git.runOrFail(["symbolic-ref", "HEAD", this.#branch], { signal });
  }

  async fetch(signal: AbortSignal): Promise<RemoteState> {
    for (let attempt = 1; ; attempt += 1) {
      const { ids } = await this.#advertise(signal);
      const wanted = new Map([...ids].map(([name, id]) => [toLocal(name), id]));
      const present = await this.#readLocal(signal);
      await this.#remove(
        [...present.keys()].filter((name) => !wanted.has(name)),
        signal,
      );
      const changed = [...ids].filter(([name, id]) => present.get(toLocal(name)) !== id);
      const hasFetched = await this.#bring(
        changed.map(([name]) => name),
        attempt,
        signal,
      );
      if (hasFetched) return this.#toState(await this.#readLocal(signal));
    }
  }

  /**
   * A ref that the remote had when it was last seen, if any: a list without it is no list by which
   * anything may be removed.
   */
  async witness(signal: AbortSignal): Promise<string | undefined> {
    const [known] = (await this.#readLocal(signal)).keys();
    if (known === undefined) await this.#advertise(signal);
    return known?.replace(local, "refs/heads/");
  }

  /** Copies tags to `refs/cairn/tags/`, and removes those below the prefixes that are gone. */
  async fetchTags(prefixes: readonly string[], signal: AbortSignal): Promise<void> {
    for (const prefix of prefixes) {
      if (!prefix.startsWith("refs/tags/") || !isFullRef(`${prefix}x`)) throw refRefused(prefix);
    }
    // A prefix inside another one would name the same refs twice.
    const outer = [...new Set(prefixes)].filter(
      (prefix) => !prefixes.some((other) => other !== prefix && prefix.startsWith(other)),
    );
    if (outer.length === 0) return;
    const refspecs = outer.map((prefix) => {
      const rest = prefix.slice("refs/tags/".length);
      return `+${prefix}*:refs/cairn/tags/${rest}*`;
    });
    const witness = await this.witness(signal);
    const seen = witness === undefined ? [] : [witness];
    await this.#remote.fetch(["--prune"], [...seen, ...refspecs], signal);
    // Each fetch looks at every ref: thousands of them in a file of their own are slow.
    if (outer.includes("refs/tags/")) await this.#git.runOrFail(["pack-refs", "--all"], { signal });
  }

  /** False when one of them went away in the meantime. */
  async #bring(names: readonly string[], attempt: number, signal: AbortSignal): Promise<boolean> {
    if (names.length === 0) return true;
    this.#present = undefined;
    try {
      const refspecs = names.map((name) => `+${name}:${toLocal(name)}`);
      await this.#remote.fetch(["--atomic"], refspecs, signal);
      return true;
    } catch (error) {
      if (isRefMissing(error) && attempt < maxAttempts) return false;
      throw error;
    }
  }

  /** Asks the remote, in one round trip, what it has of what is watched. */
  async #advertise(signal: AbortSignal | undefined): Promise<Advertisement> {
    const names = ["HEAD", this.#branch, ledger];
    const found = await this.#remote.list(names, signal);
    const { headBranch } = found;
    if (!this.#followsDefault || headBranch === undefined || headBranch === this.#branch) {
      return { headBranch, ids: pick(found.ids, [this.#branch, ledger]) };
    }
    this.#branch = headBranch;
    await this.recordBranch(signal);
    const ids = new Map(pick(found.ids, [ledger]));
    const head = found.ids.get("HEAD");
    if (head !== undefined) ids.set(headBranch, head);
    return { headBranch, ids };
  }

  async #readLocal(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    this.#present ??= await this.#listLocal(signal);
    return this.#present;
  }

  async #listLocal(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const args = ["for-each-ref", "--format=%(objectname) %(refname)", "--", local];
    const lines = (await this.#git.runOrFail(args, { signal })).toString("utf8").split("\n");
    return new Map(lines.filter(Boolean).map((line) => [line.slice(41), line.slice(0, 40)]));
  }

  async #remove(names: readonly string[], signal: AbortSignal): Promise<void> {
    if (names.length > 0) this.#present = undefined;
    for (const name of names) await this.#git.runOrFail(["update-ref", "-d", name], { signal });
  }

  #toState(present: ReadonlyMap<string, string>): RemoteState {
    return { head: present.get(toLocal(this.#branch)), ledger: present.get(toLocal(ledger)) };
  }
}

/** Git compares the ends of names; only the full ones are meant. */
function pick(
  ids: ReadonlyMap<string, string>,
  names: readonly string[],
): ReadonlyMap<string, string> {
  return new Map([...ids].filter(([name]) => names.includes(name)));
}

function toLocal(name: string): string {
  return name.replace("refs/heads/", local);
}
