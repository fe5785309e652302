import { backoffMs, type BackoffLimits } from "./backoff.ts";
import type { Timer } from "./timer.ts";

/**
 * How a run ended, for the queue: finished, `again` with more to do, or to be tried again after a
 * failure, after `afterMs` at the soonest.
 */
export type RunResult =
  | { readonly retry: false; readonly again?: boolean }
  | { readonly retry: true; readonly afterMs?: number };

export interface QueueOptions {
  /** Reads the world anew each time; a rejection counts as a failure to retry. */
  readonly run: (name: string) => Promise<RunResult>;
  readonly concurrency: number;
  /** A run that takes longer gives its place to another name, as far as `slowPlaces` go. */
  readonly slowMs: number;
  readonly slowPlaces: number;
  /** How long a name rests after a run: a storm of hints is a few runs, and the first starts at once. */
  readonly restMs: number;
  readonly backoff: BackoffLimits;
  readonly timer: Timer;
  readonly random: () => number;
}

interface Entry {
  /** `waiting`: failed, and its time has not come. `resting`: ran just now. */
  state: "queued" | "running" | "waiting" | "resting";
  /** Somebody asked again while it ran or rested: what that run saw may be too old. */
  again: boolean;
  isRemoved: boolean;
  attempts: number;
  cancelWait: () => void;
  readonly onEnd: (() => void)[];
}

/**
 * Names to work on. A name is in it once, runs once at a time, and whoever enqueues it can be sure
 * that a run starts afterwards. While a failed name waits, a trigger does not hasten it: a
 * dependency that is down would be hit by every poll. Names take turns: one that is asked for all
 * the time goes behind those that wait.
 */
export class WorkQueue {
  readonly #options: QueueOptions;
  readonly #entries = new Map<string, Entry>();
  #ready: string[] = [];
  /** Runs in their first moments, and those that have become slow. */
  #quick = 0;
  #slow = 0;
  #stopped = false;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Names that are due or running or waiting for their next try. */
  get depth(): number {
    let depth = 0;
    for (const { state, again } of this.#entries.values()) {
      if (state !== "resting" || again) depth += 1;
    }
    return depth;
  }

  enqueue(name: string): void {
    if (this.#stopped) return;
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      const added = newEntry();
      this.#entries.set(name, added);
      this.#makeReady(name, added);
      this.#startRuns();
    } else if (entry.state === "running" || entry.state === "resting") {
      entry.again = true;
    }
  }

  /** Forgets that it was asked for; resolves when it does not run any more. */
  async remove(name: string): Promise<void> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    entry.cancelWait();
    if (entry.state !== "running") {
      this.#ready = this.#ready.filter((other) => other !== name);
      this.#entries.delete(name);
      return;
    }
    entry.again = false;
    entry.isRemoved = true;
    await new Promise<void>((resolve) => entry.onEnd.push(resolve));
  }

  /** Starts nothing any more; resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#entries.keys()].map(async (name) => this.remove(name)));
  }

  #startRuns(): void {
    while (!this.#stopped && this.#quick < this.#options.concurrency) {
      const name = this.#ready.shift();
      if (name === undefined) return;
      const entry = this.#entries.get(name);
      if (entry) void this.#run(name, entry);
    }
  }

  async #run(name: string, entry: Entry): Promise<void> {
    entry.state = "running";
    entry.again = false;
    const leave = this.#takePlace();
    const result = await this.#runOnce(name);
    leave();
    this.#settle(name, entry, result);
    this.#startRuns();
    for (const resolve of entry.onEnd.splice(0)) resolve();
  }

  /** What hangs must not keep the others from running. To be called when it has ended. */
  #takePlace(): () => void {
    const { timer, slowMs, slowPlaces } = this.#options;
    let isSlow = false;
    this.#quick += 1;
    const cancel = timer.after(slowMs, () => {
      if (this.#slow >= slowPlaces) return;
      isSlow = true;
      this.#slow += 1;
      this.#quick -= 1;
      this.#startRuns();
    });
    return () => {
      cancel();
      if (isSlow) this.#slow -= 1;
      else this.#quick -= 1;
    };
  }

  async #runOnce(name: string): Promise<RunResult> {
    try {
      return await this.#options.run(name);
    } catch {
      return { retry: true };
    }
  }

  #settle(name: string, entry: Entry, result: RunResult): void {
    const { isRemoved } = entry;
    entry.isRemoved = false;
    if (this.#stopped || (isRemoved && !entry.again)) {
      this.#entries.delete(name);
    } else if (result.retry && !isRemoved) {
      this.#wait(name, entry, result.afterMs ?? 0);
    } else {
      entry.attempts = 0;
      if (!result.retry && result.again === true && !isRemoved) entry.again = true;
      this.#rest(name, entry);
    }
  }

  #rest(name: string, entry: Entry): void {
    entry.state = "resting";
    entry.cancelWait = this.#options.timer.after(this.#options.restMs, () => {
      if (!entry.again) {
        this.#entries.delete(name);
        return;
      }
      this.#makeReady(name, entry);
      this.#startRuns();
    });
  }

  #wait(name: string, entry: Entry, leastMs: number): void {
    const { backoff, random, timer } = this.#options;
    const delayMs = Math.max(leastMs, backoffMs(entry.attempts, backoff, random));
    entry.attempts += 1;
    entry.state = "waiting";
    entry.cancelWait = timer.after(delayMs, () => {
      this.#makeReady(name, entry);
      this.#startRuns();
    });
  }

  #makeReady(name: string, entry: Entry): void {
    entry.state = "queued";
    entry.cancelWait = () => undefined;
    this.#ready.push(name);
  }
}

function newEntry(): Entry {
  return {
    state: "queued",
    again: false,
    isRemoved: false,
    attempts: 0,
    cancelWait: () => undefined,
    onEnd: [],
  };
}
