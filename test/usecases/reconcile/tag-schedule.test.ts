import { describe, expect, it } from "vitest";

import type { Clock } from "../../../src/shared/clock.ts";
import { TagSchedule } from "../../../src/usecases/reconcile/observe.ts";

describe("the schedule of looks at every tag", () => {
  it.each([
    { name: "is due at the start", lookedAt: undefined, minutes: 0, due: true },
    { name: "is not due right after a look", lookedAt: 0, minutes: 0, due: false },
    { name: "is not due before a quarter of an hour", lookedAt: 0, minutes: 14.9, due: false },
    { name: "is due after a quarter of an hour", lookedAt: 0, minutes: 15, due: true },
  ])("$name", ({ lookedAt, minutes, due }) => {
    let monotonicMs = 0;
    const clock: Clock = { now: () => new Date(0), monotonicMs: () => monotonicMs };
    const schedule = new TagSchedule(clock);
    if (lookedAt !== undefined) schedule.looked();
    monotonicMs = minutes * 60_000;

    expect(schedule.isDue).toBe(due);
  });
});
