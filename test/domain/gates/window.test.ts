import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PeriodSettings } from "../../../src/domain/gates/period.ts";
import { window, type WindowSettings } from "../../../src/domain/gates/window.ts";
import { facts } from "../promotion/builders.ts";

function at(now: string, settings: WindowSettings) {
  return window.evaluate(settings, facts({ now }));
}

const weekend = { cron: "0 0 * * FRI", duration: "72h", timezone: "Europe/Berlin" };
const mornings = { cron: "0 9 * * MON-FRI", duration: "3h" };

describe("window", () => {
  it.each<{ name: string; now: string; settings: WindowSettings; until?: string; is?: string }>([
    {
      name: "before it is denied",
      now: "2026-03-05T22:59:59Z",
      settings: { deny: [weekend] },
      is: "passed",
    },
    {
      name: "as it begins",
      now: "2026-03-05T23:00:00Z",
      settings: { deny: [weekend] },
      until: "2026-03-08T23:00:00Z",
    },
    {
      name: "just before it ends",
      now: "2026-03-08T22:59:59.999Z",
      settings: { deny: [weekend] },
      until: "2026-03-08T23:00:00Z",
    },
    {
      name: "as it ends",
      now: "2026-03-08T23:00:00Z",
      settings: { deny: [weekend] },
      is: "passed",
    },
    {
      name: "not allowed yet",
      now: "2026-03-06T08:00:00Z",
      settings: { allow: [mornings] },
      until: "2026-03-06T09:00:00Z",
    },
    { name: "allowed", now: "2026-03-06T09:00:00Z", settings: { allow: [mornings] }, is: "passed" },
    {
      name: "allowed to its end",
      now: "2026-03-06T12:00:00Z",
      settings: { allow: [mornings] },
      until: "2026-03-09T09:00:00Z",
    },
    {
      name: "denied wins over allowed",
      now: "2026-03-06T09:30:00Z",
      settings: { allow: [mornings], deny: [weekend] },
      until: "2026-03-09T09:00:00Z",
    },
    {
      name: "either may allow",
      now: "2026-03-06T15:00:00Z",
      settings: { allow: [mornings, { cron: "0 15 * * *", duration: "1h" }] },
      is: "passed",
    },
    {
      name: "the earliest opens",
      now: "2026-03-06T13:00:00Z",
      settings: { allow: [mornings, { cron: "0 15 * * *", duration: "1h" }] },
      until: "2026-03-06T15:00:00Z",
    },
    {
      name: "denied by two in turn",
      now: "2026-03-06T00:00:00Z",
      settings: { deny: [weekend, { cron: "0 22 * * SUN", duration: "11h" }] },
      until: "2026-03-09T09:00:00Z",
    },
    {
      name: "longer than its own rhythm",
      now: "2026-03-06T00:00:00Z",
      settings: { deny: [{ cron: "0 0 * * *", duration: "25h" }] },
    },
    {
      name: "once a year",
      now: "2026-03-06T00:00:00Z",
      settings: { allow: [{ cron: "0 0 1 3 *", duration: "1h" }] },
      until: "2027-03-01T00:00:00Z",
    },
    {
      name: "not within a year",
      now: "2026-03-06T00:00:00Z",
      settings: { allow: [{ cron: "0 0 29 2 *", duration: "1h" }] },
    },
    {
      name: "for longer than a year",
      now: "2026-03-06T00:00:00Z",
      settings: { deny: [{ cron: "0 0 1 3 *", duration: "60w" }] },
    },
    {
      name: "for longer than there is time",
      now: "2026-03-06T00:00:00Z",
      settings: { deny: [{ cron: "0 0 29 2 *", duration: "999999999w" }] },
    },
    {
      name: "every minute of every day",
      now: "2026-03-06T00:00:00Z",
      settings: { deny: [{ cron: "* * * * *", duration: "1m" }] },
    },
    {
      name: "minutes side by side",
      now: "2026-03-06T15:00:00Z",
      settings: { deny: [{ cron: "* 15-23 * * FRI", duration: "60s" }] },
      until: "2026-03-07T00:00:00Z",
    },
    { name: "nothing asked", now: "2026-03-06T00:00:00Z", settings: {}, is: "passed" },
  ])("$name", ({ now, settings, until, is = "waiting" }) => {
    const verdict = at(now, settings);
    expect(verdict.outcome).toBe(is);
    expect("until" in verdict ? verdict.until : undefined).toBe(until);
  });

  it("is not slowed down by a day that comes once in decades", () => {
    const rare = { cron: "0 0 29 2 */7", duration: "1100w" };
    const often = { cron: "* * * * *", duration: "1m" };
    const started = performance.now();
    expect(at("2026-03-06T00:00:00Z", { deny: [rare, often] })).not.toHaveProperty("until");
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it.each<{ period: PeriodSettings; says: string }>([
    { period: { ...mornings, cron: "0 0 0 * * FRI" }, says: "five fields" },
    {
      period: { ...mornings, timezone: "Europe/Atlantis" },
      says: '"Europe/Atlantis" is no time zone',
    },
    { period: { ...mornings, duration: "3 hours" }, says: "is not a duration" },
    { period: { ...mornings, duration: "0h" }, says: '"0h" is no length of time' },
  ])("fails closed: $says", ({ period, says }) => {
    for (const settings of [{ allow: [mornings, period] }, { deny: [period] }]) {
      const verdict = at("2026-03-06T09:00:00Z", settings);
      expect(verdict).toMatchObject({ outcome: "failed", reason: expect.stringContaining(says) });
    }
  });

  it.each([
    { clockProblem: "it went back by an hour" },
    { now: "" },
    { now: "1969-01-01T00:00:00Z" },
  ])("waits without an end while the clock cannot be believed: %j", (given) => {
    const verdict = window.evaluate({ deny: [weekend] }, facts(given));
    expect(verdict.outcome).toBe("waiting");
    expect(verdict).not.toHaveProperty("until");
  });
});

describe("summer time", () => {
  it.each([
    {
      name: "starts as the clock jumps",
      timezone: "Europe/Vienna",
      cron: "30 2 29 3 *",
      starts: "2026-03-29T01:00:00Z",
    },
    {
      name: "starts after the jump",
      timezone: "Europe/Vienna",
      cron: "0 3 29 3 *",
      starts: "2026-03-29T01:00:00Z",
    },
    {
      name: "starts before the jump",
      timezone: "Europe/Vienna",
      cron: "59 1 29 3 *",
      starts: "2026-03-29T00:59:00Z",
    },
    {
      name: "starts at the first of two",
      timezone: "Europe/Vienna",
      cron: "30 2 25 10 *",
      starts: "2026-10-25T00:30:00Z",
    },
    {
      name: "starts after both",
      timezone: "Europe/Vienna",
      cron: "0 3 25 10 *",
      starts: "2026-10-25T02:00:00Z",
    },
    {
      name: "jumps in New York",
      timezone: "America/New_York",
      cron: "15 2 8 3 *",
      starts: "2026-03-08T07:00:00Z",
    },
    {
      name: "doubles in New York",
      timezone: "America/New_York",
      cron: "15 1 1 11 *",
      starts: "2026-11-01T05:15:00Z",
    },
    {
      name: "jumps by half an hour",
      timezone: "Australia/Lord_Howe",
      cron: "10 2 4 10 *",
      starts: "2026-10-03T15:30:00Z",
    },
    {
      name: "after half an hour",
      timezone: "Australia/Lord_Howe",
      cron: "40 2 4 10 *",
      starts: "2026-10-03T15:40:00Z",
    },
    {
      name: "doubles by half an hour",
      timezone: "Australia/Lord_Howe",
      cron: "45 1 5 4 *",
      starts: "2026-04-04T14:45:00Z",
    },
    {
      name: "skips a whole day",
      timezone: "Pacific/Apia",
      cron: "0 12 30 12 *",
      starts: "2011-12-30T10:00:00Z",
    },
  ])("$name: $timezone $cron", ({ timezone, cron, starts }) => {
    const settings = { allow: [{ cron, duration: "1m", timezone }] };
    const before = new Date(Date.parse(starts) - 3_600_000).toISOString();
    expect(at(before, settings)).toMatchObject({ outcome: "waiting", until: starts });
    expect(at(starts, settings).outcome).toBe("passed");
  });

  it("does not start twice in an hour that comes twice", () => {
    const settings = {
      allow: [{ cron: "30 2 25 10 *", duration: "1m", timezone: "Europe/Vienna" }],
    };
    expect(at("2026-10-25T01:30:00Z", settings).outcome).toBe("waiting");
  });

  it("goes on when the clock goes back over midnight", () => {
    // On 5 March 2010 it was two o'clock at Casey, and then eleven on the day before.
    const period = { cron: "0 1 5 3 *", duration: "3h", timezone: "Antarctica/Casey" };
    expect(at("2010-03-04T15:30:00Z", { allow: [period] }).outcome).toBe("passed");
    expect(at("2010-03-04T15:30:00Z", { deny: [period] })).toMatchObject({
      until: "2010-03-04T17:00:00Z",
    });
    expect(at("2010-03-04T17:00:00Z", { allow: [period] }).outcome).toBe("waiting");
  });

  it("lasts as long as it says, whatever the clock shows", () => {
    const settings = { deny: [{ cron: "0 0 29 3 *", duration: "24h", timezone: "Europe/Vienna" }] };
    expect(at("2026-03-29T00:00:00Z", settings)).toMatchObject({ until: "2026-03-29T23:00:00Z" });
  });
});

describe("any window, in any of four zones", () => {
  const period = fc.record({
    cron: fc
      .tuple(
        fc.constantFrom("0", "30", "*/20", "5-50/15"),
        fc.constantFrom("*", "0", "1", "2", "3", "9-17", "*/6", "22"),
        fc.constantFrom("*", "*", "1", "29", "*/2"),
        fc.constantFrom("*", "*", "MAR", "OCT", "4,11"),
        fc.constantFrom("*", "*", "SUN", "MON-FRI", "0"),
      )
      .map((fields) => fields.join(" ")),
    duration: fc.constantFrom("1m", "45m", "1h", "9h", "24h", "72h"),
    timezone: fc.constantFrom("Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "UTC"),
  });
  const settings = fc.record({
    allow: fc.array(period, { maxLength: 2 }),
    deny: fc.array(period, { maxLength: 2 }),
  });
  // Half of them within a day and a half of a change of the clock.
  const changes = [
    "2026-03-08T07:00Z",
    "2026-03-29T01:00Z",
    "2026-10-03T15:30Z",
    "2026-10-25T01:00Z",
  ];
  const near = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -36 * 60, max: 36 * 60 }))
    .map(([change, minutes]) => Date.parse(change) + minutes * 60_000);
  const anywhere = fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2030, 0) });
  const moment = fc
    .oneof(near, anywhere)
    .map((milliseconds) => new Date(milliseconds).toISOString());

  it("is open at the end of the wait, and not a moment before", () => {
    fc.assert(
      fc.property(settings, moment, (given, now) => {
        const verdict = at(now, given);
        const until = Date.parse("until" in verdict ? verdict.until : "");
        fc.pre(!Number.isNaN(until));
        expect(until).toBeGreaterThan(Date.parse(now));
        const around = [until - 1, until].map(
          (time) => at(new Date(time).toISOString(), given).outcome,
        );
        expect(around).toEqual(["waiting", "passed"]);
      }),
      { numRuns: 200 },
    );
  });

  it("agrees with a search minute by minute", () => {
    fc.assert(
      fc.property(period, near, (given, now) => {
        const starts = startsAround(given, now);
        const length = durations[given.duration] ?? 0;
        const isInside = starts.some((start) => start <= now && now < start + length);
        const verdict = at(new Date(now).toISOString(), { allow: [given] });
        expect(verdict.outcome).toBe(isInside ? "passed" : "waiting");
      }),
      { numRuns: 60 },
    );
  });
});

const minuteMs = 60_000;
const durations: Readonly<Record<string, number>> = {
  "1m": minuteMs,
  "45m": 45 * minuteMs,
  "1h": 60 * minuteMs,
  "9h": 540 * minuteMs,
  "24h": 1440 * minuteMs,
  "72h": 4320 * minuteMs,
};

/**
 * The slow way: walk through real time, and note when the local clock shows, or has just passed
 * over, a time that fits and that it has not shown before.
 */
function startsAround({ cron, timezone = "UTC" }: PeriodSettings, now: number): readonly number[] {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: timezone,
    dateStyle: "short",
    timeStyle: "short",
  });
  const localOf = (instant: number) =>
    Date.parse(`${format.format(instant).replace(" ", "T")}:00Z`);
  const first = Math.floor(now / minuteMs) * minuteMs - 75 * 60 * minuteMs;
  const starts: number[] = [];
  let shown = localOf(first - minuteMs);
  for (let instant = first; instant <= now; instant += minuteMs) {
    const local = localOf(instant);
    for (let passed = shown + minuteMs; passed <= local; passed += minuteMs) {
      if (isTimeOf(cron, new Date(passed))) starts.push(instant);
    }
    shown = Math.max(shown, local);
  }
  return starts;
}

function isTimeOf(cron: string, date: Date): boolean {
  const fields = cron.split(" ");
  const isFit = (index: number, value: number, min = 0) => fits(fields[index] ?? "", value, min);
  const days = [isFit(2, date.getUTCDate(), 1), isFit(4, date.getUTCDay())];
  const isEither = [fields[2], fields[4]].every((field) => !field?.startsWith("*"));
  return (
    isFit(0, date.getUTCMinutes()) &&
    isFit(1, date.getUTCHours()) &&
    isFit(3, date.getUTCMonth() + 1, 1) &&
    (isEither ? days.includes(true) : !days.includes(false))
  );
}

/** Only the forms that are drawn above. */
function fits(field: string, value: number, min: number): boolean {
  const named: Readonly<Record<string, string>> = {
    MAR: "3",
    OCT: "10",
    SUN: "0",
    "MON-FRI": "1-5",
  };
  return (named[field] ?? field).split(",").some((item) => {
    const [range = "", step = "1"] = item.split("/");
    const [low = "", high = low] = range === "*" ? [String(min), "59"] : range.split("-");
    return (
      value >= Number(low) && value <= Number(high) && (value - Number(low)) % Number(step) === 0
    );
  });
}
