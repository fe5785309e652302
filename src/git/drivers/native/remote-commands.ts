import { remoteBroken, repositoryUnsupported } from "../../errors.ts";
import { isFullRef, isObjectId } from "../../objects.ts";
import type { GitProgram } from "./program.ts";
import { judgeFetch, refMissing, type FetchFailure } from "./fetch-failure.ts";
import { toRemoteError, type Remote } from "./remote.ts";

/** What a remote said that it has. */
export interface Advertisement {
  /** The branch that the remote's HEAD points at, if it said so. */
  readonly headBranch: string | undefined;
  readonly ids: ReadonlyMap<string, string>;
}

/** A fetch that brings only what is asked for. */
export const fetchCommand = [
  "fetch",
  "--quiet",
  "--no-tags",
  "--no-write-fetch-head",
  "--no-recurse-submodules",
] as const;

export interface RemoteCommandsOptions {
  readonly git: GitProgram;
  readonly remote: Remote;
  /** Removes what a fetch that ended early leaves on the disk. */
  readonly cleanUp: () => Promise<void>;
}

/** The commands that read from a remote. */
export class RemoteCommands {
  readonly #git: GitProgram;
  readonly #remote: Remote;
  readonly #cleanUp: () => Promise<void>;

  constructor({ git, remote, cleanUp }: RemoteCommandsOptions) {
    this.#git = git;
    this.#remote = remote;
    this.#cleanUp = cleanUp;
  }

  async fetch(
    options: readonly string[],
    refspecs: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const failure = await this.tryFetch(options, refspecs, signal);
    if (failure !== undefined) throw failure.error;
  }

  /** Like `fetch`, for those who can do something about a failure. `undefined` when there is none. */
  async tryFetch(
    options: readonly string[],
    refspecs: readonly string[],
    signal: AbortSignal,
  ): Promise<FetchFailure | undefined> {
    const all = [...fetchCommand, ...options, this.#remote.name, ...refspecs];
    let isDone = false;
    try {
      const configuration = await this.#remote.configuration(signal);
      const { exitCode, stderr } = await this.#git.run(all, { signal, configuration });
      isDone = exitCode === 0;
      return isDone ? undefined : judgeFetch(stderr, this.#remote);
    } finally {
      if (!isDone) await this.#cleanUp();
    }
  }

  /** Git compares the ends of names: the answer may have more than was asked for. */
  async list(names: readonly string[], signal: AbortSignal | undefined): Promise<Advertisement> {
    return parseAdvertisement(await this.#list(names, signal), this.#remote.address);
  }

  async #list(names: readonly string[], signal: AbortSignal | undefined): Promise<string> {
    const args = ["ls-remote", "--symref", this.#remote.name, ...names];
    const options = { signal, configuration: await this.#remote.configuration(signal) };
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
}

/** True for the failure of a fetch that named a ref which the remote has not. */
export function isRefMissing(error: unknown): boolean {
  return error instanceof Error && error.message.includes(refMissing);
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
