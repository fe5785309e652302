import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSumLess } from "../../../src/domain/gates/decimal.ts";
import { metrics, type MetricsSettings } from "../../../src/domain/gates/metrics.ts";
import type { Evaluation, PromotionFacts } from "../../../src/domain/promotion/facts.ts";
import { evaluation, facts } from "../promotion/builders.ts";

const on = "taxi-holdout";
const noWorse = { no_worse_than: "current" } as const;

interface Row {
  readonly name: string;
  readonly settings: MetricsSettings;
  readonly evaluations?: readonly Evaluation[];
  readonly runs?: readonly Evaluation[];
  readonly outcome: "passed" | "failed";
}

function judge({ settings, evaluations, runs }: Row, given: Partial<PromotionFacts> = {}) {
  return metrics.evaluate(
    settings,
    facts({
      evaluations: evaluations ?? [evaluation({ r2: 0.912 })],
      runsEvaluations: runs ?? [evaluation({ r2: 0.921 })],
      ...given,
    }),
  );
}

const validation = { split: "validation" };
const test = { split: "test" };

describe("metrics", () => {
  it.each<Row>([
    { name: "at least", settings: { on, r2: { min: 0.9 } }, outcome: "passed" },
    { name: "exactly the least", settings: { on, r2: { min: 0.912 } }, outcome: "passed" },
    { name: "less than the least", settings: { on, r2: { min: 0.913 } }, outcome: "failed" },
    { name: "at most", settings: { on, r2: { max: 0.912 } }, outcome: "passed" },
    { name: "more than the most", settings: { on, r2: { max: 0.9 } }, outcome: "failed" },
    { name: "worse than current", settings: { on, r2: noWorse }, outcome: "failed" },
    {
      name: "worse, but tolerated",
      settings: { on, r2: { ...noWorse, tolerance: 0.01 } },
      outcome: "passed",
    },
    {
      name: "lower is better",
      settings: { on, r2: { ...noWorse, better: "lower" } },
      outcome: "passed",
    },
    {
      name: "lower is better, and it is higher",
      settings: { on, r2: { ...noWorse, better: "lower", tolerance: 0.1 } },
      runs: [evaluation({ r2: 0.8 })],
      outcome: "failed",
    },
    {
      name: "exactly as much worse as is tolerated",
      settings: { on, r2: { ...noWorse, tolerance: 0.01 } },
      evaluations: [evaluation({ r2: 0.94 })],
      runs: [evaluation({ r2: 0.95 })],
      outcome: "passed",
    },
    {
      name: "exactly as much higher as is tolerated",
      settings: { on, r2: { ...noWorse, tolerance: 0.2, better: "lower" } },
      evaluations: [evaluation({ r2: 0.3 })],
      runs: [evaluation({ r2: 0.1 })],
      outcome: "passed",
    },
    {
      name: "a tolerance that is no number",
      settings: { on, r2: { ...noWorse, tolerance: Number.POSITIVE_INFINITY } },
      outcome: "failed",
    },
    {
      name: "one of two metrics",
      settings: { on, r2: { min: 0.9 }, f1: { min: 0.5 } },
      outcome: "failed",
    },
    { name: "no such data", settings: { on: "other", r2: { min: 0 } }, outcome: "failed" },
    { name: "no evaluation", settings: { on, r2: { min: 0 } }, evaluations: [], outcome: "failed" },
    {
      name: "an evaluation that cannot be read",
      settings: { on, r2: { min: 0 } },
      evaluations: [evaluation({}, { problem: "metrics.json is missing" })],
      outcome: "failed",
    },
    {
      name: "a metric with the name of an object's own method",
      settings: { on, toString: { min: 0 } },
      outcome: "failed",
    },
    ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((r2) => ({
      name: `a metric of ${r2}`,
      settings: { on, r2: { min: 0, max: 1 } },
      evaluations: [evaluation({ r2 })],
      outcome: "failed" as const,
    })),
    {
      name: "two splits, one asked for",
      settings: { on: { data: on, split: "test" }, r2: { min: 0.9 } },
      evaluations: [evaluation({ r2: 0.5 }, validation), evaluation({ r2: 0.95 }, test)],
      outcome: "passed",
    },
    {
      name: "two splits, none asked for",
      settings: { on, r2: { min: 0 } },
      evaluations: [evaluation({ r2: 0.5 }, validation), evaluation({ r2: 0.95 })],
      outcome: "failed",
    },
    {
      name: "two evaluations on the same",
      settings: { on, r2: { min: 0 } },
      evaluations: [evaluation({ r2: 0.5 }), evaluation({ r2: 0.95 })],
      outcome: "failed",
    },
    {
      name: "a split that was not evaluated",
      settings: { on: { data: on, split: "test" }, r2: { min: 0 } },
      outcome: "failed",
    },
    {
      name: "current has another split",
      settings: { on, r2: { ...noWorse, tolerance: 1 } },
      runs: [evaluation({ r2: 0.5 }, validation)],
      outcome: "failed",
    },
    {
      name: "current has the same split",
      settings: { on, r2: noWorse },
      evaluations: [evaluation({ r2: 0.5 }, test)],
      runs: [evaluation({ r2: 0.9 }, validation), evaluation({ r2: 0.5 }, test)],
      outcome: "passed",
    },
    {
      name: "current has no evaluation",
      settings: { on, r2: noWorse },
      runs: [],
      outcome: "failed",
    },
    {
      name: "current has two",
      settings: { on, r2: noWorse },
      runs: [evaluation({ r2: 0 }), evaluation({ r2: 0 })],
      outcome: "failed",
    },
    {
      name: "current lacks the metric",
      settings: { on, r2: noWorse },
      runs: [evaluation({ f1: 0 })],
      outcome: "failed",
    },
    {
      name: "current is no number",
      settings: { on, r2: noWorse },
      runs: [evaluation({ r2: Number.NaN })],
      outcome: "failed",
    },
  ])("$name: $outcome", (row) => {
    expect(judge(row).outcome).toBe(row.outcome);
  });

  it("compares with nothing where nothing runs", () => {
    const row: Row = { name: "", settings: { on, r2: noWorse }, runs: [], outcome: "passed" };
    expect(judge(row, { runs: undefined })).toEqual({
      outcome: "passed",
      reason: "r2 on taxi-holdout is 0.912, nothing runs in prod to compare with.",
    });
  });

  it.each([
    {
      settings: { on, r2: { min: 0.9, max: 1, ...noWorse, tolerance: 0.01 } },
      reason:
        "r2 on taxi-holdout is 0.912, at least 0.9 asked; at most 1 asked; current 3 has 0.921, 0.01 tolerated.",
    },
    {
      settings: { on, r2: noWorse },
      reason: "r2 on taxi-holdout is 0.912, current 3 has 0.921: worse.",
    },
    {
      settings: { on, r2: { min: 0.9 }, f1: { min: 0.5 } },
      reason: "f1 on taxi-holdout is missing: add the metric to that evaluation.",
    },
    {
      settings: { on: { data: on, split: "test" }, r2: { min: 0.9 } },
      reason:
        'Version 4 has no evaluation on taxi-holdout (test): evaluate it there and add the result to "evaluations" in the metadata file.',
    },
  ])("says $reason", ({ settings, reason }) => {
    expect(judge({ name: "", settings, outcome: "passed" }).reason).toBe(reason);
  });

  it("asks for the split", () => {
    const evaluations = [evaluation({ r2: 1 }, validation), evaluation({ r2: 1 }, test)];
    const { reason } = judge({
      name: "",
      settings: { on, r2: {} },
      evaluations,
      outcome: "failed",
    });
    expect(reason).toContain("(splits: test, validation)");
  });
});

describe("decimals", () => {
  const cent = fc.integer({ min: -1_000_000, max: 1_000_000 });

  it("add up as on paper", () => {
    fc.assert(
      fc.property(cent, cent, cent, (left, add, right) => {
        expect(isSumLess(left / 100, add / 100, right / 100)).toBe(left + add < right);
      }),
    );
  });

  it("of any size can be compared", () => {
    const any = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(any, any, (left, right) => {
        expect(isSumLess(left, 0, right)).toBe(left < right);
      }),
    );
  });
});
