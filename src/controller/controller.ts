import type { Clock } from "../shared/clock.ts";
import type { Logger } from "../shared/log.ts";
import type { App } from "../usecases/app.ts";
import type { TimedCondition } from "./conditions.ts";
import { nothingToServe } from "./errors.ts";
import { Metrics } from "./metrics.ts";
import { WorkQueue } from "./queue.ts";
import { ReconcileLoop, type Work } from "./reconcile.ts";
import type { ServedRegistry } from "./serve-context.ts";
import type { Timer } from "./timer.ts";
import { startTriggers } from "./triggers/start.ts";
import type { StopTrigger } from "./triggers/trigger.ts";

export interface ControllerOptions {
  readonly registries: readonly ServedRegistry[];
  readonly work: Work;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: () => number;
  readonly log: Logger;
  readonly limits?: Partial<ControllerLimits>;
}

export interface ControllerLimits {
  /** Registries worked on at once: each is a Git process and a few streams. */
  readonly concurrency: number;
  readonly backoffBaseMs: number;
  /** Also the longest that a host which came back waits for Cairn. */
  readonly backoffMaxMs: number;
  readonly noProgressMs: number;
  /** How long `stop` lets the run in flight finish, and then how long it lets it abort. */
  readonly graceMs: number;
  readonly abortMs: number;
}

const defaultLimits: ControllerLimits = {
  concurrency: 4,
  backoffBaseMs: 1000,
  backoffMaxMs: 60_000,
  noProgressMs: 600_000,
  graceMs: 20_000,
  abortMs: 5000,
};

/** One registry as those see it who only look. */
export interface RegistryView {
  readonly name: string;
  readonly url: string;
  readonly app: App;
  conditions(): readonly TimedCondition[];
  /** Why its loop does not get on, or `undefined`. */
  stallReason(): string | undefined;
}

/** The controller as HTTP sees it. */
export interface ControllerView {
  readonly registries: readonly RegistryView[];
  readonly metrics: Pick<Metrics, "contentType" | "render">;
}

/** Keeps registries true from `start` to `stop`. */
export class Controller {
  readonly #options: ControllerOptions;
  readonly #limits: ControllerLimits;
  readonly #loops = new Map<string, ReconcileLoop>();
  readonly #queue: WorkQueue;
  readonly #metrics: Metrics;
  readonly #abort = new AbortController();
  #triggers: readonly StopTrigger[] = [];

  constructor(options: ControllerOptions) {
    if (options.registries.length === 0) throw nothingToServe();
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    const { timer, random } = options;
    const { concurrency, backoffBaseMs: baseMs, backoffMaxMs: maxMs } = this.#limits;
    this.#queue = new WorkQueue({
      run: async (name) => (await this.#loops.get(name)?.run()) ?? { retry: false },
      concurrency,
      backoff: { baseMs, maxMs },
      timer,
      random,
    });
    this.#metrics = new Metrics(() => this.#queue.depth);
    for (const registry of options.registries) {
      this.#loops.set(registry.name, this.#createLoop(registry));
    }
  }

  get view(): ControllerView {
    const { registries } = this.#options;
    return {
      registries: registries.map((registry) => this.#viewOf(registry)),
      metrics: this.#metrics,
    };
  }

  /** Rejects with `CONTROLLER_CRON_INVALID`, and then nothing runs. */
  start(): void {
    const { registries, timer, random, log } = this.#options;
    const stops: StopTrigger[] = [];
    try {
      for (const registry of registries) {
        const { name } = registry;
        const enqueue = (): void => this.#queue.enqueue(name);
        const requestVerify = (): void => {
          this.#loops.get(name)?.requestVerify();
          enqueue();
        };
        stops.push(...startTriggers(registry, { enqueue, requestVerify, timer, random, log }));
      }
    } finally {
      this.#triggers = stops;
    }
    for (const { name } of registries) this.#queue.enqueue(name);
  }

  /** Lets the run in flight finish, then cancels it, then leaves it: always ends in bounded time. */
  async stop(): Promise<void> {
    const { timer, log } = this.#options;
    await Promise.all(this.#triggers.map(async (stop) => stop()));
    const idle = this.#queue.stop();
    if (await isInTime(idle, this.#limits.graceMs, timer)) return;
    log.warn({}, "the run in flight takes too long and is cancelled");
    this.#abort.abort();
    if (await isInTime(idle, this.#limits.abortMs, timer)) return;
    log.error({}, "the run in flight does not end; leaving it");
  }

  #createLoop(registry: ServedRegistry): ReconcileLoop {
    const { work, clock, timer, log } = this.#options;
    return new ReconcileLoop({
      registry,
      work,
      signal: this.#abort.signal,
      noProgressMs: this.#limits.noProgressMs,
      clock,
      timer,
      log: log.child({ registry: registry.name }),
      metrics: this.#metrics,
    });
  }

  #viewOf({ name, url, app, pollMs }: ServedRegistry): RegistryView {
    const loop = this.#loops.get(name);
    // Idle, a loop runs with every poll, or waits for its next try.
    const idleLimitMs = 3 * pollMs + this.#limits.backoffMaxMs;
    return {
      name,
      url,
      app,
      conditions: () => loop?.conditions ?? [],
      stallReason: () => loop?.stallReason(idleLimitMs),
    };
  }
}

async function isInTime(work: Promise<void>, limitMs: number, timer: Timer): Promise<boolean> {
  let cancel = (): void => undefined;
  const late = new Promise<boolean>((resolve) => {
    cancel = timer.after(limitMs, () => resolve(false));
  });
  const done = work.then(() => true);
  return Promise.race([done, late]).finally(() => cancel());
}
