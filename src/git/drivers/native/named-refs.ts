import { createHash } from "node:crypto";
import { refRefused, remoteBroken } from "../../errors.ts";
import { isFullRef } from "../../objects.ts";
import type { FetchFailure } from "./fetch-failure.ts";
import { fetchByHalves } from "./halving.ts";
import type { GitProgram } from "./program.ts";
import type { RemoteCommands } from "./remote-commands.ts";
import type { RemoteRefs } from "./remote-refs.ts";
import { isBelow, RefusedRefs } from "./refused-refs.ts";

/**
 * Each name that was asked for has a folder of its own, so that `a` and `a/b`, which no repository
 * has at one time but a remote may have had one after the other, are never in each other's way.
 */
const root = "refs/cairn/remote";
const namesAtOnce = 200;
/** The remote may move between looking and fetching. */
const maxAttempts = 3;

export interface NamedRefsOptions {
  readonly git: GitProgram;
  readonly remote: RemoteCommands;
  readonly watched: RemoteRefs;
  /** Whether the local copy is whole: only then a remote's objects can be to blame. */
  readonly isSound: () => Promise<boolean>;
}

/** A ref of the remote, and where its copy is. */
interface Wanted {
  readonly ref: string;
  readonly id: string;
  readonly local: string;
}

/** Copies of those refs of a remote that somebody asks for by name. */
export class NamedRefs {
  readonly #git: GitProgram;
  readonly #remote: RemoteCommands;
  readonly #watched: RemoteRefs;
  readonly #isSound: () => Promise<boolean>;
  readonly #refused = new RefusedRefs();

  constructor({ git, remote, watched, isSound }: NamedRefsOptions) {
    this.#git = git;
    this.#remote = remote;
    this.#watched = watched;
    this.#isSound = isSound;
  }

  /**
   * Full names, or prefixes that end in a slash. Answers what of it the remote has, without the
   * refs whose objects are refused: whoever may push one must not stop all others.
   */
  async fetch(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    for (const name of names) {
      if (!isFullRef(name.endsWith("/") ? `${name}x` : name)) throw refRefused(name);
    }
    const asked = [...new Set(names)].sort();
    const found = new Map<string, string>();
    for (let start = 0; start < asked.length; start += namesAtOnce) {
      const some = asked.slice(start, start + namesAtOnce);
      await this.#bring(some, signal);
      for (const [name, id] of await this.#readNamed(some, signal)) found.set(name, id);
    }
    return found;
  }

  async #bring(names: readonly string[], signal: AbortSignal): Promise<void> {
    const witness = await this.#watched.witness(signal);
    let failure: FetchFailure | undefined;
    if (!this.#refused.hasBelow(names)) {
      failure = await this.#bringAll(names, witness, signal);
      if (failure === undefined) return;
      if (failure.reason === "other" || failure.reason === "missing") throw failure.error;
    }
    await this.#bringEach(names, { witness, failure }, signal);
  }

  /** In one fetch, when nothing stands in the way. */
  async #bringAll(
    names: readonly string[],
    witness: string | undefined,
    signal: AbortSignal,
  ): Promise<FetchFailure | undefined> {
    const seen = witness === undefined ? [] : [witness];
    let present = names;
    for (let attempt = 1; present.length > 0; attempt += 1) {
      const refspecs = present.map((name) => `+${toPattern(name)}:${toLocal(name)}`);
      const failure = await this.#remote.tryFetch(["--prune"], [...seen, ...refspecs], signal);
      if (failure === undefined) break;
      if (failure.reason !== "missing" || attempt === maxAttempts) return failure;
      const full = names.filter((name) => !name.endsWith("/"));
      const ids = await this.#list(full, { witness, failure }, signal);
      present = names.filter((name) => name.endsWith("/") || ids.has(name));
    }
    const gone = names.filter((name) => !present.includes(name));
    await this.#forget(gone.map(toLocal), signal);
    return undefined;
  }

  /** Those that moved, by full name; what fails alone is left out and remembered. */
  async #bringEach(
    names: readonly string[],
    { witness, failure }: { witness: string | undefined; failure: FetchFailure | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    const patterns = names.map(toPattern);
    const ids = await this.#list(patterns, { witness, failure }, signal);
    this.#refused.look(names, ids);
    const all = [...ids].flatMap(([ref, id]) =>
      names.filter((name) => isBelow(ref, name)).map((name) => toWanted(name, ref, id)),
    );
    const wanted = all.filter(({ ref, id }) => !this.#refused.has(ref, id));
    const present = await this.#readLocal(names, signal);
    const kept = new Set(wanted.map(({ local }) => local));
    await this.#forget(
      [...present.keys()].filter((local) => !kept.has(local)),
      signal,
    );
    const changed = wanted.filter(({ id, local }) => present.get(local) !== id);
    const { culprits, leftOut, doubt } = await fetchByHalves(changed, async (group) =>
      this.#remote.tryFetch(
        [],
        group.map(({ ref, local }) => `+${ref}:${local}`),
        signal,
      ),
    );
    if (doubt !== undefined && !(await this.#isSound())) throw doubt.error;
    await this.#forget(
      leftOut.map(({ local }) => local),
      signal,
    );
    if (culprits.length === 0) return;
    // One that moved meanwhile may have failed for what it holds now, or held then.
    const after = await this.#list(patterns, { witness, failure }, signal);
    for (const { item, reason } of culprits) {
      if (after.get(item.ref) === item.id) this.#refused.add(item.ref, item.id, reason);
    }
  }

  /** Throws when the remote does not show all it has. */
  async #list(
    patterns: readonly string[],
    { witness, failure }: { witness: string | undefined; failure: FetchFailure | undefined },
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const asked = witness === undefined ? patterns : [witness, ...patterns];
    const { ids } = await this.#remote.list(asked, signal);
    if (witness !== undefined && !ids.has(witness)) {
      throw failure?.error ?? remoteBroken(`its list of refs lacks ${witness}.`);
    }
    return new Map([...ids].filter(([ref]) => isFullRef(ref)));
  }

  async #readNamed(
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const folders = new Map(names.map((name) => [toFolder(name), name]));
    const found = new Map<string, string>();
    for (const [local, id] of await this.#readLocal(names, signal)) {
      const folder = local.split("/", 4).join("/");
      const name = folders.get(folder);
      if (name === undefined) continue;
      const rest = name.endsWith("/") ? local.slice(folder.length + 1) : "";
      found.set(`${name}${rest}`, id);
    }
    return found;
  }

  /** The copies, by their local names. */
  async #readLocal(
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const format = "--format=%(objectname) %(refname)";
    const args = ["for-each-ref", format, "--", ...names.map(toFolder)];
    const printed = (await this.#git.runOrFail(args, { signal })).toString("utf8");
    const lines = printed.split("\n").filter(Boolean);
    return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
  }

  async #forget(locals: readonly string[], signal: AbortSignal): Promise<void> {
    if (locals.length === 0) return;
    const input = locals.map((local) => `delete ${local}\n`).join("");
    await this.#git.runOrFail(["update-ref", "--stdin"], { signal, input });
  }
}

function toPattern(name: string): string {
  return name.endsWith("/") ? `${name}*` : name;
}

function toFolder(name: string): string {
  return `${root}/${createHash("sha1").update(name).digest("hex")}`;
}

function toLocal(name: string): string {
  return `${toFolder(name)}/${name.endsWith("/") ? "*" : "ref"}`;
}

function toWanted(name: string, ref: string, id: string): Wanted {
  const rest = name.endsWith("/") ? ref.slice(name.length) : "ref";
  return { ref, id, local: `${toFolder(name)}/${rest}` };
}
