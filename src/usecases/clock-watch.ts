import type { Clock } from "../shared/clock.ts";

/** Slewing and leap seconds stay below it. */
const toleratedMs = 60_000;
const steadyMs = 3_600_000;

/**
 * Notices when the wall clock jumps against the monotonic one. For an hour after that, gates about
 * time wait: a soak must not end because a clock was set (hard problem 14). A process that just
 * started has seen nothing yet, and believes the clock.
 */
export class ClockWatch {
  readonly #clock: Clock;
  #offsetMs: number;
  #jump: { readonly atMs: number; readonly byMs: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.now().getTime() - clock.monotonicMs();
  }

  /** Why the clock cannot be believed now, or `undefined`. */
  problem(): string | undefined {
    const nowMs = this.#clock.monotonicMs();
    const offsetMs = this.#clock.now().getTime() - nowMs;
    const byMs = offsetMs - this.#offsetMs;
    if (Math.abs(byMs) > toleratedMs) this.#jump = { atMs: nowMs, byMs };
    this.#offsetMs = offsetMs;
    if (this.#jump === undefined || nowMs - this.#jump.atMs >= steadyMs) return undefined;
    const minutes = Math.round(Math.abs(this.#jump.byMs) / 60_000);
    const direction = this.#jump.byMs > 0 ? "forward" : "back";
    return `The clock jumped ${direction} by ${minutes} minutes; time counts again when it was steady for an hour.`;
  }
}
