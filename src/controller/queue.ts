import { backoffMs, type BackoffLimits } from "./backoff.ts";
import type { Timer } from "./timer.ts";

/** How a run ended, for the queue: finished, or to be tried again, after `afterMs` at the soonest. */
export type RunResult =
  | { readonly retry: false }
  | { readonly retry: true; readonly afterMs?: number };

export interface QueueOptions {
  /** Reads the world anew each time; a rejection counts as a failure to retry. */
  readonly run: (name: string) => Promise<RunResult>;
  readonly concurrency: number;
  readonly backoff: BackoffLimits;
  readonly timer: Timer;
  readonly random: () => number;
}

interface Entry {
  /** `waiting`: failed, and its time has not come. */
  state: "queued" | "running" | "waiting";
  /** Somebody asked again while it ran: what that run saw may be too old. */
  again: boolean;
  attempts: number;
  cancelWait: () => void;
}

/**
 * Names to work on. A name is in it once, runs once at a time, and whoever enqueues it can be sure
 * that a run starts afterwards. While a failed name waits, a trigger does not hasten it: a
 * dependency that is down would be hit by every poll.
 */
export class WorkQueue {
  readonly #options: QueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #ready: string[] = [];
  #running = 0;
  #stopped = false;
  #onIdle: (() => void)[] = [];

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Names that are due or running or waiting for their next try. */
  get depth(): number {
    return this.#entries.size;
  }

  enqueue(name: string): void {
    if (this.#stopped) return;
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      this.#entries.set(name, {
        state: "queued",
        again: false,
        attempts: 0,
        cancelWait: () => undefined,
      });
      this.#ready.push(name);
      this.#startRuns();
    } else if (entry.state === "running") {
      entry.again = true;
    }
  }

  /** Starts nothing any more; resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ready.length = 0;
    for (const [name, entry] of this.#entries) {
      entry.cancelWait();
      if (entry.state !== "running") this.#entries.delete(name);
    }
    if (this.#running === 0) return;
    await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  #startRuns(): void {
    while (!this.#stopped && this.#running < this.#options.concurrency) {
      const name = this.#ready.shift();
      if (name === undefined) return;
      const entry = this.#entries.get(name);
      if (entry) void this.#run(name, entry);
    }
  }

  async #run(name: string, entry: Entry): Promise<void> {
    entry.state = "running";
    entry.again = false;
    this.#running += 1;
    const result = await this.#runOnce(name);
    this.#running -= 1;
    this.#settle(name, entry, result);
    this.#startRuns();
    if (this.#running === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
  }

  async #runOnce(name: string): Promise<RunResult> {
    try {
      return await this.#options.run(name);
    } catch {
      return { retry: true };
    }
  }

  #settle(name: string, entry: Entry, result: RunResult): void {
    if (this.#stopped) {
      this.#entries.delete(name);
    } else if (result.retry) {
      this.#wait(name, entry, result.afterMs ?? 0);
    } else if (entry.again) {
      entry.attempts = 0;
      this.#makeReady(name, entry);
    } else {
      this.#entries.delete(name);
    }
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
