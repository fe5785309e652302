import { isJsonObject, parseJsonObject } from "../../shared/json.ts";
import type { CheckReport } from "../app-promote.ts";
import type { Cache } from "../ledger/cache.ts";

/** What was reported of one pull request, by what it was judged. All of it can be found again. */
export interface Reported {
  /** Of what a list tells of it. */
  readonly listed: string;
  /** The host's own mark of the conversation, where it has one. */
  readonly revision?: string;
  /** Of the branch, the ledger, the policy and its people. */
  readonly world: string;
  /** Of what was said and pushed. */
  readonly conversation: string;
  /** Of what other programs say of the head, where that was still missing. */
  readonly statuses?: string;
  /** When time may decide otherwise. */
  readonly until?: string;
  /** When it was judged. */
  readonly at: string;
  /** Why the host would not merge it. */
  readonly refusal?: string;
  readonly outcome?: Outcome;
  /** What was known of others that propose the same commit; absent where there are none. */
  readonly rivals?: string;
}

type Outcome = CheckReport["outcome"];

/** Of a commit that a merge queue made. */
export interface ReportedGroup {
  readonly world: string;
  readonly at: string;
}

const cacheKey = "reported.json";
const cacheVersion = 1;

/** What was reported, so that it is not done again. Lost or torn it costs time and nothing else. */
export class ReportMemory {
  readonly #cache: Cache;
  readonly #pullRequests: Map<string, Reported>;
  readonly #groups: Map<string, ReportedGroup>;
  /** When each was last tried, counted in tries: whatever fails again and again comes last. */
  readonly #tries = new Map<number, number>();
  #count = 0;
  #isChanged = false;

  private constructor(cache: Cache, { pullRequests, groups }: Remembered) {
    this.#cache = cache;
    this.#pullRequests = pullRequests;
    this.#groups = groups;
  }

  static async of(cache: Cache): Promise<ReportMemory> {
    const known = memories.get(cache);
    if (known !== undefined) return known;
    const memory = new ReportMemory(cache, parseMemory(await cache.get(cacheKey)));
    memories.set(cache, memory);
    return memory;
  }

  get(number: number): Reported | undefined {
    return this.#pullRequests.get(String(number));
  }

  set(number: number, reported: Reported): void {
    this.#pullRequests.set(String(number), reported);
    this.#isChanged = true;
  }

  forget(number: number): void {
    this.#isChanged = this.#pullRequests.delete(String(number)) || this.#isChanged;
    this.#tries.delete(number);
  }

  group(head: string): ReportedGroup | undefined {
    return this.#groups.get(head);
  }

  setGroup(head: string, reported: ReportedGroup): void {
    this.#groups.set(head, reported);
    this.#isChanged = true;
  }

  tried(number: number): void {
    this.#count += 1;
    this.#tries.set(number, this.#count);
  }

  /** Zero for what was never tried. */
  lastTry(number: number): number {
    return this.#tries.get(number) ?? 0;
  }

  /** What is neither open nor in the queue any more is forgotten. */
  keepOnly(numbers: readonly number[], heads: readonly string[] | undefined): void {
    const open = new Set(numbers);
    for (const number of this.#pullRequests.keys()) {
      if (!open.has(Number(number))) this.forget(Number(number));
    }
    // Of what always failed nothing else is known.
    for (const number of this.#tries.keys()) if (!open.has(number)) this.#tries.delete(number);
    if (heads === undefined) return;
    const queued = new Set(heads);
    for (const head of this.#groups.keys()) {
      if (!queued.has(head)) this.#isChanged = this.#groups.delete(head) || this.#isChanged;
    }
  }

  async save(): Promise<void> {
    if (!this.#isChanged) return;
    this.#isChanged = false;
    const text = JSON.stringify({
      version: cacheVersion,
      pullRequests: Object.fromEntries(this.#pullRequests),
      groups: Object.fromEntries(this.#groups),
    });
    await this.#cache.set(cacheKey, text);
  }
}

/** One for each session: a cache that cannot be written must not make every run start anew. */
const memories = new WeakMap<Cache, ReportMemory>();

interface Remembered {
  readonly pullRequests: Map<string, Reported>;
  readonly groups: Map<string, ReportedGroup>;
}

function parseMemory(text: string | undefined): Remembered {
  // A torn cache is no cache.
  const value = parseJsonObject(text ?? "");
  if (value?.["version"] !== cacheVersion) {
    return { pullRequests: new Map(), groups: new Map() };
  }
  return {
    pullRequests: readAll(value["pullRequests"], readReported),
    groups: readAll(value["groups"], readGroup),
  };
}

type Texts = Readonly<Record<string, string>>;

function readAll<Value>(
  value: unknown,
  read: (texts: Texts) => Value | undefined,
): Map<string, Value> {
  if (!isJsonObject(value)) return new Map();
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const texts = isJsonObject(item) ? Object.entries(item) : [];
    const strings = texts.flatMap(([name, text]) =>
      typeof text === "string" ? [[name, text] as const] : [],
    );
    const parsed = read(Object.fromEntries(strings));
    return parsed === undefined ? [] : [[key, parsed] as const];
  });
  return new Map(entries);
}

function readReported({
  listed,
  world,
  conversation,
  at,
  revision,
  statuses,
  until,
  refusal,
  outcome,
  rivals,
}: Texts): Reported | undefined {
  if (listed === undefined || world === undefined) return undefined;
  if (conversation === undefined || at === undefined) return undefined;
  return {
    listed,
    world,
    conversation,
    at,
    ...(revision === undefined ? {} : { revision }),
    ...(statuses === undefined ? {} : { statuses }),
    ...(until === undefined ? {} : { until }),
    ...(refusal === undefined ? {} : { refusal }),
    ...(isOutcome(outcome) ? { outcome } : {}),
    ...(rivals === undefined ? {} : { rivals }),
  };
}

function isOutcome(text: string | undefined): text is Outcome {
  return text === "passed" || text === "failed" || text === "pending";
}

function readGroup({ world, at }: Texts): ReportedGroup | undefined {
  return world === undefined || at === undefined ? undefined : { world, at };
}
