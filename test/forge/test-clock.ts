import type { Clock } from "../../src/shared/clock.ts";

/** A clock that tests move. */
export class TestClock implements Clock {
  seconds = 1_800_000_000;

  /** A minute passes, or what is said. */
  tick(seconds = 60): void {
    this.seconds += seconds;
  }

  now(): Date {
    return new Date(this.seconds * 1000 + 250);
  }

  monotonicMs(): number {
    return this.seconds * 1000;
  }
}
