import type { Clock } from "../shared/clock.ts";
import type { Logger } from "../shared/log.ts";
import type { App } from "../usecases/app.ts";
import type { TimedCondition } from "./conditions.ts";
import { HostRepository } from "./host-repository.ts";
import type { ControllerLimits } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import type { RunResult } from "./queue.ts";
import { ReconcileLoop, type Work } from "./reconcile.ts";
import type { ServedRegistry } from "./serve-context.ts";
import type { Timer } from "./timer.ts";
import { startTriggers } from "./triggers/start.ts";
import type { StopTrigger } from "./triggers/trigger.ts";

/** What the members of one controller share. */
export interface MemberOptions {
  readonly work: Work;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly random: () => number;
  readonly log: Logger;
  readonly limits: ControllerLimits;
  readonly metrics: Metrics;
  readonly enqueue: (name: string) => void;
}

/** One registry as those see it who only look. */
export interface RegistryView {
  readonly name: string;
  readonly url: string;
  readonly app: App;
  conditions(): readonly TimedCondition[];
  /** Why its loop does not get on, or `undefined`. */
  stallReason(): string | undefined;
}

/** One registry in the controller: its loop, what calls for it, and how it ends. */
export class Member {
  readonly registry: ServedRegistry;
  readonly view: RegistryView;
  readonly #options: MemberOptions;
  readonly #log: Logger;
  readonly #loop: ReconcileLoop;
  readonly #repository: HostRepository;
  readonly #abort = new AbortController();
  #triggers: readonly StopTrigger[] = [];
  #isEnding = false;
  #ended: Promise<boolean> | undefined;
  #closed: Promise<void> | undefined;

  constructor(registry: ServedRegistry, options: MemberOptions) {
    const { work, clock, timer, limits, metrics } = options;
    this.registry = registry;
    this.#options = options;
    this.#log = options.log.child({ registry: registry.name });
    this.#repository = new HostRepository(registry, clock, this.#log);
    this.#loop = new ReconcileLoop({
      registry,
      work,
      signal: this.#abort.signal,
      noProgressMs: limits.noProgressMs,
      clock,
      timer,
      log: this.#log,
      metrics,
    });
    this.view = viewOf(registry, this.#loop, limits);
  }

  /** Throws `CONTROLLER_CRON_INVALID`. */
  start(): void {
    const { timer, random } = this.#options;
    const enqueue = (): void => this.enqueue();
    const requestVerify = (): void => {
      this.#loop.requestVerify();
      enqueue();
    };
    const log = this.#log;
    this.#triggers = startTriggers(this.registry, { enqueue, requestVerify, timer, random, log });
    this.enqueue();
  }

  enqueue(): void {
    if (!this.#isEnding) this.#options.enqueue(this.registry.name);
  }

  run(): Promise<RunResult> {
    return this.#loop.run();
  }

  /** True when this is its repository. A member that does not know its own number finds it out. */
  takeHint(repositoryId: string): boolean {
    if (this.#repository.id === repositoryId) {
      this.enqueue();
      return true;
    }
    // The delivery that made it ask may have been about it.
    this.#repository.learn(() => this.enqueue());
    return false;
  }

  /**
   * Ends what calls for it; lets the run in flight finish, then cancels it, then leaves it: always
   * in bounded time. `idle` resolves when nothing of it runs. False when it was left: then it is
   * closed when it ends after all.
   */
  async end(idle: () => Promise<void>): Promise<boolean> {
    this.#ended ??= this.#end(idle);
    return this.#ended;
  }

  /** Frees what it held. */
  async close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #end(idle: () => Promise<void>): Promise<boolean> {
    const { timer, limits } = this.#options;
    this.#isEnding = true;
    await Promise.allSettled(this.#triggers.map(async (stop) => stop()));
    const ended = idle();
    let isEnded = await isInTime(ended, limits.graceMs, timer);
    if (!isEnded) {
      this.#log.warn({}, "the run in flight takes too long and is cancelled");
      this.#abort.abort();
      isEnded = await isInTime(ended, limits.abortMs, timer);
    }
    if (isEnded) {
      await this.close();
    } else {
      this.#log.error({}, "the run in flight does not end; leaving it");
      void ended.then(async () => this.close());
    }
    return isEnded;
  }

  async #close(): Promise<void> {
    try {
      await this.registry.app.close();
    } catch (error) {
      this.#log.warn({ error }, "the registry could not be closed");
    }
  }
}

function viewOf(
  { name, url, app, pollMs }: ServedRegistry,
  loop: ReconcileLoop,
  { backoffMaxMs }: ControllerLimits,
): RegistryView {
  // Idle, a loop runs with every poll, or waits for its next try.
  const idleLimitMs = 3 * pollMs + backoffMaxMs;
  return {
    name,
    url,
    app,
    conditions: () => loop.conditions,
    stallReason: () => loop.stallReason(idleLimitMs),
  };
}

async function isInTime(work: Promise<void>, limitMs: number, timer: Timer): Promise<boolean> {
  let cancel = (): void => undefined;
  const late = new Promise<boolean>((resolve) => {
    cancel = timer.after(limitMs, () => resolve(false));
  });
  const done = work.then(() => true);
  return Promise.race([done, late]).finally(() => cancel());
}
