import type { LedgerState } from "../../domain/ledger/state.ts";
import type { GitMirror } from "../../git/git.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Cache } from "../ledger/cache.ts";
import { loadState } from "../ledger/load-state.ts";

/** The world as one look at the remote found it. */
export interface Observation {
  readonly head: string | undefined;
  readonly ledger: string | undefined;
  readonly state: LedgerState | undefined;
  readonly tags: RemoteTags;
}

export async function observe(
  mirror: GitMirror,
  cache: Cache,
  signal?: AbortSignal,
): Promise<Observation> {
  const { head, ledger } = await mirror.fetch(signal);
  const state = await loadState(mirror, ledger, cache);
  return { head, ledger, state, tags: new RemoteTags(mirror, signal) };
}

/** How long a look at every tag holds. */
const allTagsEveryMs = 15 * 60_000;

/** When every tag was last looked at; one per session, so a daemon looks at them every 15 minutes. */
export class TagSchedule {
  readonly #clock: Clock;
  #lookedMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isDue(): boolean {
    return (
      this.#lookedMs === undefined || this.#clock.monotonicMs() - this.#lookedMs >= allTagsEveryMs
    );
  }

  /** Once what was seen is recorded, and not before: a lost race looks again. */
  looked(): void {
    this.#lookedMs = this.#clock.monotonicMs();
  }
}

/**
 * The remote's tags, fetched when first asked for and not before: a look that finds nothing new
 * never asks, and a small change asks for the tags of its own assets only.
 */
export class RemoteTags {
  readonly #mirror: GitMirror;
  readonly #signal: AbortSignal | undefined;
  readonly #looked = new Set<string>();
  readonly #found = new Map<string, string>();
  #all: ReadonlyMap<string, string> | undefined;

  constructor(mirror: GitMirror, signal: AbortSignal | undefined) {
    this.#mirror = mirror;
    this.#signal = signal;
  }

  /** Name without `refs/tags/` to the id of the tag object. */
  async all(): Promise<ReadonlyMap<string, string>> {
    this.#all ??= withoutPrefix(await this.#mirror.fetchTags(undefined, this.#signal));
    return this.#all;
  }

  /** The tags of these assets and perhaps others; asked for again, as they were seen first. */
  async of(assets: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (this.#all !== undefined || assets.length > manyAssets) return this.all();
    const unseen = assets.filter((asset) => !this.#looked.has(asset));
    if (unseen.length === 0) return this.#found;
    const prefixes = unseen.flatMap((asset) => [`refs/tags/${asset}@`, `refs/tags/${asset}#`]);
    const tags = await this.#mirror.fetchTags(prefixes, this.#signal);
    for (const [name, object] of withoutPrefix(tags)) this.#found.set(name, object);
    for (const asset of unseen) this.#looked.add(asset);
    return this.#found;
  }
}

/** From here on one request for everything is cheaper than many for each. */
const manyAssets = 50;

function withoutPrefix(refs: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...refs].map(([ref, object]) => [ref.slice("refs/tags/".length), object]));
}
