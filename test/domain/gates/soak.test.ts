import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { soak } from "../../../src/domain/gates/soak.ts";
import type { Stay } from "../../../src/domain/promotion/facts.ts";
import { facts } from "../promotion/builders.ts";

const day = { hours: 24 };

function stay(since: string, until?: string): Stay {
  return { version: "4", since, ...(until === undefined ? {} : { until }) };
}

describe("soak", () => {
  it.each([
    { name: "long enough", test: [stay("2026-03-02T10:00:00Z")], outcome: "passed" },
    { name: "exactly long enough", test: [stay("2026-03-03T10:00:00Z")], outcome: "passed" },
    { name: "a second short", test: [stay("2026-03-03T10:00:01Z")], outcome: "waiting" },
    { name: "never there", test: [], outcome: "failed" },
    {
      name: "another version was there",
      test: [{ version: "3", since: "2026-01-01T00:00:00Z" }],
      outcome: "failed",
    },
    {
      name: "it was there long enough before",
      test: [stay("2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z")],
      outcome: "passed",
    },
    {
      name: "it left too soon",
      test: [stay("2026-02-01T00:00:00Z", "2026-02-01T23:59:59Z")],
      outcome: "failed",
    },
    {
      name: "two short stays are not a long one",
      test: [
        stay("2026-02-01T00:00:00Z", "2026-02-01T20:00:00Z"),
        stay("2026-02-02T00:00:00Z", "2026-02-02T20:00:00Z"),
      ],
      outcome: "failed",
    },
    {
      name: "the longest stay counts, not the newest",
      test: [stay("2026-02-01T00:00:00Z", "2026-02-03T00:00:00Z"), stay("2026-03-04T09:00:00Z")],
      outcome: "passed",
    },
    { name: "the clock went back", test: [stay("2026-03-05T00:00:00Z")], outcome: "waiting" },
    { name: "a moment that is none", test: [stay("yesterday")], outcome: "failed" },
    {
      name: "an end that is no moment",
      test: [stay("2026-02-01T00:00:00Z", "later")],
      outcome: "failed",
    },
  ])("$name: $outcome", ({ test, outcome }) => {
    expect(soak.evaluate(day, facts({ history: { test } })).outcome).toBe(outcome);
  });

  it("knows when it is over", () => {
    const verdict = soak.evaluate({ hours: 72 }, facts());
    expect(verdict).toMatchObject({ outcome: "waiting", until: "2026-03-05T10:00:00Z" });
  });

  it.each([
    { name: "it jumped", given: { clockProblem: "it went back by an hour" } },
    { name: "it says nothing", given: { now: "" } },
  ])("waits without an end while the clock cannot be believed: $name", ({ given }) => {
    const verdict = soak.evaluate(day, facts(given));
    expect(verdict.outcome).toBe("waiting");
    expect(verdict).not.toHaveProperty("until");
  });

  it.each([
    { name: "in the first stage there is nothing to wait in", given: { stage: "dev" } },
    { name: "a stage that the registry does not have", given: { stage: "qa" } },
  ])("fails: $name", ({ given }) => {
    expect(soak.evaluate(day, facts(given)).outcome).toBe("failed");
  });

  it("turns from waiting to passed as time goes by, and never back", () => {
    const moment = fc.integer({ min: 0, max: 200 * 3_600_000 });
    const stays = fc.array(fc.tuple(moment, fc.option(moment, { nil: undefined })), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(stays, moment, moment, fc.integer({ min: 1, max: 100 }), (list, a, b, hours) => {
        const test = list.map(([since, length]) =>
          stay(iso(since), length === undefined ? undefined : iso(since + length)),
        );
        const at = (now: number) =>
          soak.evaluate({ hours }, facts({ now: iso(now), history: { test } }));
        const [before, after] = [at(Math.min(a, b)), at(Math.max(a, b))];
        const later = before.outcome === "waiting" ? ["waiting", "passed"] : [before.outcome];
        expect(later).toContain(after.outcome);
        const until = Date.parse("until" in before ? before.until : "");
        fc.pre(!Number.isNaN(until));
        expect([at(until - 1).outcome, at(until).outcome]).toEqual(["waiting", "passed"]);
      }),
    );
  });
});

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
