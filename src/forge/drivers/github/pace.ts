import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../../shared/clock.ts";
import { cancelled } from "./failures.ts";

export interface PaceOptions {
  /** How many may go at once. */
  readonly burst: number;
  /** After how long one more may go. */
  readonly spacingMs: number;
  readonly clock: Clock;
}

/**
 * Spreads writes: GitHub asks for about one a second. A few may follow each other at once, or a
 * check would wait behind a comment. First come, first served.
 */
export class Pace {
  readonly #options: PaceOptions;
  /** When the bucket is full again. */
  #fullAt: number;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#fullAt = options.clock.monotonicMs();
  }

  /** Resolves when it is the caller's turn. */
  async turn(signal?: AbortSignal): Promise<void> {
    const { burst, spacingMs, clock } = this.#options;
    const now = clock.monotonicMs();
    this.#fullAt = Math.max(this.#fullAt, now) + spacingMs;
    const waitMs = this.#fullAt - now - burst * spacingMs;
    if (waitMs <= 0) return;
    try {
      await sleep(waitMs, undefined, signal === undefined ? {} : { signal });
    } catch {
      throw cancelled("a write that waited for its turn");
    }
  }
}
