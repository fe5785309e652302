import type { DoubleClock } from "./double.ts";

const second = 1000;

/**
 * Real time (or a time that stands) plus the ticks. What is handed out to events grows by at least
 * a second each time: GitHub's times have no fractions, and tests compare them.
 */
export class Clock implements DoubleClock {
  readonly #wall: () => number;
  #ticked = 0;
  #last = 0;

  constructor(start?: Date) {
    const fixed = start?.getTime();
    this.#wall = fixed === undefined ? () => Date.now() : () => fixed;
  }

  /** For expiry and budgets: events do not move it. */
  wall(): number {
    return this.#wall() + this.#ticked;
  }

  now(): Date {
    return new Date(Math.max(this.wall(), this.#last));
  }

  /** The time of a new event. */
  stamp(): Date {
    const wall = Math.floor(this.wall() / second) * second;
    this.#last = Math.max(wall, this.#last + second);
    return new Date(this.#last);
  }

  tick(milliseconds: number): void {
    this.#ticked += milliseconds;
  }
}

/** `2026-06-01T12:00:00Z`, as GitHub writes it. */
export function formatTime(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
