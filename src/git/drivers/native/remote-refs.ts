import { refRefused, remoteBroken, repositoryUnsupported } from "../../errors.ts";
import type { RemoteState } from "../../git.ts";
import { isFullRef, isObjectId } from "../../objects.ts";
import type { GitProgram } from "./program.ts";
import { toRemoteError, type Remote } from "./remote.ts";

export interface RemoteRefsOptions {
  readonly git: GitProgram;
  readonly remote: Remote;
  /** Absent: the remote's default branch, also when that changes. */
  readonly branch: string | undefined;
  readonly signal: AbortSignal | undefined;
}

interface Advertisement {
  /** The branch that the remote's HEAD points at, if it said so. */
  readonly headBranch: string | undefined;
  readonly ids: ReadonlyMap<string, string>;
}

const ledger = "refs/heads/cairn-ledger";
const local = "refs/remotes/origin/";
const fallbackBranch = "refs/heads/main";
/** The remote may move between looking and fetching. */
const maxAttempts = 3;

/** Keeps the refs of a mirror like those of its remote. */
export class RemoteRefs {
  readonly #git: GitProgram;
  readonly #remote: Remote;
  readonly #followsDefault: boolean;
  #branch: string;

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
    const known = await this.#readLocal(signal);
    if (known.size === 0) await this.#advertise(signal);
    // A list without the branch that was there is no list by which anything may be removed.
    const witnesses = [...known.keys()].map((name) => name.replace(local, "refs/heads/"));
    await this.#fetch(
      ["--prune", this.#remote.name, ...witnesses.slice(0, 1), ...refspecs],
      signal,
    );
  }

  /** False when one of them went away in the meantime. */
  async #bring(names: readonly string[], attempt: number, signal: AbortSignal): Promise<boolean> {
    if (names.length === 0) return true;
    try {
      const refspecs = names.map((name) => `+${name}:${toLocal(name)}`);
      await this.#fetch(["--atomic", this.#remote.name, ...refspecs], signal);
      return true;
    } catch (error) {
      const isGone = error instanceof Error && error.message.includes("couldn't find remote ref");
      if (isGone && attempt < maxAttempts) return false;
      throw error;
    }
  }

  async #fetch(args: readonly string[], signal: AbortSignal): Promise<void> {
    const options = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
    const { exitCode, stderr } = await this.#git.run(["fetch", ...options, ...args], {
      signal,
      configuration: this.#remote.configuration,
    });
    if (exitCode !== 0) throw toRemoteError("fetch", stderr, this.#remote);
  }

  /** Asks the remote, in one round trip, what it has of what is watched. */
  async #advertise(signal: AbortSignal | undefined): Promise<Advertisement> {
    const names = ["HEAD", this.#branch, ledger];
    const found = parseAdvertisement(await this.#list(names, signal), this.#remote.address);
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

  async #list(names: readonly string[], signal: AbortSignal | undefined): Promise<string> {
    const args = ["ls-remote", "--symref", this.#remote.name, ...names];
    const options = { signal, configuration: this.#remote.configuration };
    const { exitCode, stdout, stderr } = await this.#git.run(args, options);
    if (exitCode !== 0) throw toRemoteError("ls-remote", stderr, this.#remote);
    if (stdout.length > 0 || !this.#remote.address.startsWith("http"))
      return stdout.toString("utf8");
    // To Git any web page that answers is a server of files, here one without a ref. Only packets
    // prove that a Git server says so.
    const again = await this.#git.run(args, { ...options, tracesPackets: true });
    if (again.exitCode !== 0) throw toRemoteError("ls-remote", again.stderr, this.#remote);
    if (/packet:.*(?:# service=|version \d|ls-refs)/.test(again.stderr))
      return again.stdout.toString("utf8");
    throw remoteBroken(`${this.#remote.address}: this is not how a Git server answers.`);
  }

  async #readLocal(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const args = ["for-each-ref", "--format=%(objectname) %(refname)", "--", local];
    const lines = (await this.#git.runOrFail(args, { signal })).toString("utf8").split("\n");
    return new Map(lines.filter(Boolean).map((line) => [line.slice(41), line.slice(0, 40)]));
  }

  async #remove(names: readonly string[], signal: AbortSignal): Promise<void> {
    for (const name of names) await this.#git.runOrFail(["update-ref", "-d", name], { signal });
  }

  #toState(present: ReadonlyMap<string, string>): RemoteState {
    return { head: present.get(toLocal(this.#branch)), ledger: present.get(toLocal(ledger)) };
  }
}

/** `<id>\t<name>`, and `ref: <name>\tHEAD` for what HEAD points at. */
function parseAdvertisement(text: string, address: string): Advertisement {
  let headBranch: string | undefined;
  const ids = new Map<string, string>();
  for (const line of text.split("\n").filter(Boolean)) {
    const [value = "", name = ""] = line.split("\t");
    if (value.startsWith("ref: ")) {
      const target = value.slice("ref: ".length);
      if (name === "HEAD" && target.startsWith("refs/heads/") && isFullRef(target)) {
        headBranch = target;
      }
    } else if (isObjectId(value)) {
      ids.set(name, value);
    } else if (/^[0-9a-f]{64}$/.test(value)) {
      throw repositoryUnsupported(`${address} has SHA-256 object ids.`);
    } else {
      throw remoteBroken(`${address}: its list of refs cannot be read.`);
    }
  }
  return { headBranch, ids };
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
