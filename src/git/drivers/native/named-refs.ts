import { createHash } from "node:crypto";
import { refRefused } from "../../errors.ts";
import { isFullRef } from "../../objects.ts";
import type { GitProgram } from "./program.ts";
import { isRefMissing, type RemoteCommands } from "./remote-commands.ts";
import type { RemoteRefs } from "./remote-refs.ts";

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
}

/** Copies of those refs of a remote that somebody asks for by name. */
export class NamedRefs {
  readonly #git: GitProgram;
  readonly #remote: RemoteCommands;
  readonly #watched: RemoteRefs;

  constructor({ git, remote, watched }: NamedRefsOptions) {
    this.#git = git;
    this.#remote = remote;
    this.#watched = watched;
  }

  /** Full names, or prefixes that end in a slash. Answers what of it the remote has. */
  async fetch(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    for (const name of names) {
      if (!isFullRef(name.endsWith("/") ? `${name}x` : name)) throw refRefused(name);
    }
    const asked = [...new Set(names)].sort();
    const found = new Map<string, string>();
    for (let start = 0; start < asked.length; start += namesAtOnce) {
      const some = asked.slice(start, start + namesAtOnce);
      await this.#bring(some, signal);
      for (const [name, id] of await this.#readLocal(some, signal)) found.set(name, id);
    }
    return found;
  }

  async #bring(names: readonly string[], signal: AbortSignal): Promise<void> {
    const witness = await this.#watched.witness(signal);
    const seen = witness === undefined ? [] : [witness];
    let present = names;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const refspecs = present.map((name) => `+${toPattern(name)}:${toLocal(name)}`);
        if (refspecs.length > 0)
          await this.#remote.fetch(["--prune"], [...seen, ...refspecs], signal);
        break;
      } catch (error) {
        if (!isRefMissing(error) || attempt === maxAttempts) throw error;
        present = await this.#choosePresent(names, witness, error, signal);
      }
    }
    const gone = names.filter((name) => !present.includes(name));
    await this.#forget(gone, signal);
  }

  /** Which names can be fetched. Throws the error when the remote does not show all it has. */
  async #choosePresent(
    names: readonly string[],
    witness: string | undefined,
    error: unknown,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const full = names.filter((name) => !name.endsWith("/"));
    const asked = witness === undefined ? full : [witness, ...full];
    const { ids } = await this.#remote.list(asked, signal);
    if (witness !== undefined && !ids.has(witness)) throw error;
    return names.filter((name) => name.endsWith("/") || ids.has(name));
  }

  async #readLocal(
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const folders = new Map(names.map((name) => [toFolder(name), name]));
    const args = ["for-each-ref", "--format=%(objectname) %(refname)", "--", ...folders.keys()];
    const printed = (await this.#git.runOrFail(args, { signal })).toString("utf8");
    const found = new Map<string, string>();
    for (const line of printed.split("\n").filter(Boolean)) {
      const local = line.slice(41);
      const folder = local.split("/", 4).join("/");
      const name = folders.get(folder);
      if (name === undefined) continue;
      const rest = name.endsWith("/") ? local.slice(folder.length + 1) : "";
      found.set(`${name}${rest}`, line.slice(0, 40));
    }
    return found;
  }

  async #forget(names: readonly string[], signal: AbortSignal): Promise<void> {
    if (names.length === 0) return;
    const input = names.map((name) => `delete ${toLocal(name)}\n`).join("");
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
