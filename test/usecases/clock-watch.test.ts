import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Clock } from "../../src/shared/clock.ts";
import { ClockWatch } from "../../src/usecases/clock-watch.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** A machine whose wall clock somebody sets while real time passes. */
class SetClock implements Clock {
  #wallMs = Date.parse("2026-03-01T12:00:00Z");
  #realMs = 5000;

  now(): Date {
    return new Date(this.#wallMs);
  }

  monotonicMs(): number {
    return this.#realMs;
  }

  pass(ms: number): void {
    this.#realMs += ms;
    this.#wallMs += ms;
  }

  set(byMs: number): void {
    this.#wallMs += byMs;
  }
}

function watched(): { readonly clock: SetClock; readonly watch: ClockWatch } {
  const clock = new SetClock();
  return { clock, watch: new ClockWatch(clock) };
}

describe("a clock that jumps", () => {
  it.each([
    { byMs: 2 * hourMs, says: "jumped forward by 120 minutes" },
    { byMs: 61 * secondMs, says: "jumped forward by 1 minutes" },
    { byMs: -2 * hourMs, says: "jumped back by 120 minutes" },
    { byMs: -61 * secondMs, says: "jumped back by 1 minutes" },
    { byMs: 3650 * 24 * hourMs, says: "jumped forward by 5256000 minutes" },
  ])("by $byMs ms is not believed until it was steady for an hour", ({ byMs, says }) => {
    const { clock, watch } = watched();
    expect(watch.problem()).toBeUndefined();
    clock.pass(minuteMs);
    clock.set(byMs);
    expect(watch.problem()).toContain(says);
    clock.pass(hourMs - 1);
    expect(watch.problem()).toContain(says);
    clock.pass(1);
    expect(watch.problem()).toBeUndefined();
    clock.pass(24 * hourMs);
    expect(watch.problem()).toBeUndefined();
  });

  it("and is set right again has jumped again: the hour begins anew", () => {
    const { clock, watch } = watched();
    clock.set(hourMs);
    expect(watch.problem()).toContain("forward");
    clock.pass(59 * minuteMs);
    clock.set(-hourMs);
    expect(watch.problem()).toContain("back by 60 minutes");
    clock.pass(59 * minuteMs);
    expect(watch.problem()).toContain("back");
    clock.pass(minuteMs);
    expect(watch.problem()).toBeUndefined();
  });

  it("is noticed also when nobody looked for long; the hour counts from the look", () => {
    const { clock, watch } = watched();
    clock.set(hourMs);
    clock.pass(5 * hourMs);
    expect(watch.problem()).toContain("forward by 60 minutes");
    clock.pass(hourMs);
    expect(watch.problem()).toBeUndefined();
  });

  it("before the process began is nothing that it could know of", () => {
    const clock = new SetClock();
    clock.set(-48 * hourMs);
    expect(new ClockWatch(clock).problem()).toBeUndefined();
  });
});

describe("a clock that is only corrected", () => {
  it.each([
    { name: "a leap second", byMs: secondMs },
    { name: "a minute forward", byMs: minuteMs },
    { name: "a minute back", byMs: -minuteMs },
  ])("by $name is believed", ({ byMs }) => {
    const { clock, watch } = watched();
    clock.set(byMs);
    expect(watch.problem()).toBeUndefined();
  });

  it("slews by five minutes in the course of a day, looked at every minute", () => {
    const { clock, watch } = watched();
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      clock.pass(minuteMs);
      clock.set((5 * minuteMs) / (24 * 60));
      expect(watch.problem()).toBeUndefined();
    }
  });
});

it("believes exactly those clocks that made no jump in the last hour", () => {
  const step = fc.record({
    passMs: fc.integer({ min: 0, max: 2 * hourMs }),
    setMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: -minuteMs, max: minuteMs }),
      fc.integer({ min: minuteMs + 1, max: 10 * hourMs }),
      fc.integer({ min: -10 * hourMs, max: -minuteMs - 1 }),
    ),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const { clock, watch } = watched();
      let steadyForMs = Number.POSITIVE_INFINITY;
      for (const { passMs, setMs } of steps) {
        clock.pass(passMs);
        clock.set(setMs);
        steadyForMs = Math.abs(setMs) > minuteMs ? 0 : steadyForMs + passMs;
        expect(watch.problem() === undefined).toBe(steadyForMs >= hourMs);
      }
    }),
  );
});
