import type { Evaluation, PromotionFacts } from "../promotion/facts.ts";
import type { Result } from "../../shared/result.ts";
import { fail, ok } from "../../shared/result.ts";
import { isSumLess } from "./decimal.ts";
import type { Gate } from "./gate.ts";

/** Settings of the metrics gate: beside `on`, each key is a metric. */
export type MetricsSettings = {
  readonly on: DataName;
  readonly [metric: string]: DataName | MetricBound;
};

/** The data of an evaluation, with its split where it has several. */
export type DataName = string | { readonly data: string; readonly split: string };

export type MetricBound = {
  readonly min?: number;
  readonly max?: number;
  readonly no_worse_than?: "current";
  readonly tolerance?: number;
  readonly better?: "higher" | "lower";
};

export const metrics: Gate<MetricsSettings> = {
  name: "metrics",
  states: "Metrics of an evaluation are good enough, and no worse than those of what runs now.",
  bindsRollback: false,

  evaluate(settings, facts) {
    const evaluation = chooseEvaluation(settings.on, facts);
    if (!evaluation.ok) return { outcome: "failed", reason: evaluation.problem };
    const parts = Object.entries(settings).flatMap(([metric, bound]) =>
      isBound(bound) ? [checkMetric({ metric, bound, evaluation: evaluation.value, facts })] : [],
    );
    const broken = parts.filter(({ isGood }) => !isGood);
    const said = broken.length > 0 ? broken : parts;
    return {
      outcome: broken.length > 0 ? "failed" : "passed",
      reason: said.map(({ text }) => `${text}.`).join(" "),
    };
  },
};

interface Part {
  readonly isGood: boolean;
  readonly text: string;
}

interface MetricQuestion {
  readonly metric: string;
  readonly bound: MetricBound;
  readonly evaluation: Evaluation;
  readonly facts: PromotionFacts;
}

function isBound(value: DataName | MetricBound): value is MetricBound {
  return typeof value === "object" && !("data" in value);
}

/** Exactly one evaluation must be meant: with two, somebody could choose the better one. */
function chooseEvaluation(on: DataName, facts: PromotionFacts): Result<Evaluation, string> {
  const { data, split } = typeof on === "string" ? { data: on, split: undefined } : on;
  const name = describeData({ data, ...(split === undefined ? {} : { split }) });
  const found = facts.evaluations.filter(
    (evaluation) => evaluation.data === data && (split === undefined || evaluation.split === split),
  );
  const [evaluation, ...others] = found;
  if (evaluation === undefined) {
    return fail(
      `Version ${facts.version} has no evaluation on ${name}: evaluate it there and add the result to "evaluations" in the metadata file.`,
    );
  }
  if (others.length === 0) return ok(evaluation);
  const splits = new Set(found.map((one) => one.split ?? "none"));
  return fail(
    splits.size > 1
      ? `Version ${facts.version} has ${found.length} evaluations on ${data} (splits: ${[...splits].sort().join(", ")}): say in policies/promotion.yaml which one counts, as in "on: { data: ${data}, split: … }".`
      : `Version ${facts.version} has ${found.length} evaluations on ${name}: leave one of them in the metadata file.`,
  );
}

function describeData({ data, split }: { readonly data: string; readonly split?: string }): string {
  return split === undefined ? data : `${data} (${split})`;
}

function checkMetric(question: MetricQuestion): Part {
  const { metric, bound, evaluation } = question;
  const name = `${metric} on ${describeData(evaluation)}`;
  const value = readMetric(evaluation, metric);
  if (!value.ok) {
    return { isGood: false, text: `${name} ${value.problem}` };
  }
  const parts = [
    ...checkLimits(value.value, bound),
    ...(bound.no_worse_than === undefined ? [] : [compareWithCurrent(value.value, question)]),
  ];
  const texts = parts.map(({ text }) => text).join("; ");
  return {
    isGood: parts.every(({ isGood }) => isGood),
    text: `${name} is ${value.value}, ${texts}`,
  };
}

function readMetric(
  { problem, metrics: values }: Evaluation,
  metric: string,
): Result<number, string> {
  if (problem !== undefined) return fail(`cannot be read: ${problem}`);
  const value = Object.hasOwn(values, metric) ? values[metric] : undefined;
  if (value === undefined) return fail("is missing: add the metric to that evaluation");
  // NaN would pass no comparison, and Infinity some.
  return Number.isFinite(value) ? ok(value) : fail(`is ${value}, which is no measurement`);
}

function checkLimits(value: number, { min, max }: MetricBound): readonly Part[] {
  return [
    ...(min === undefined ? [] : [limit(value >= min, `at least ${min} asked`, "too low")]),
    ...(max === undefined ? [] : [limit(value <= max, `at most ${max} asked`, "too high")]),
  ];
}

/** What fails is said, or the reader has to do the sums. */
function limit(isGood: boolean, text: string, verdict: string): Part {
  return { isGood, text: isGood ? text : `${text}: ${verdict}` };
}

/** Compared as decimals, without rounding: see `isSumLess`. */
function compareWithCurrent(value: number, { metric, bound, ...question }: MetricQuestion): Part {
  const { facts, evaluation } = question;
  const { runs, stage } = facts;
  if (runs === undefined) return { isGood: true, text: `nothing runs in ${stage} to compare with` };
  const found = facts.runsEvaluations.filter(
    ({ data, split }) => data === evaluation.data && split === evaluation.split,
  );
  const [reference, ...others] = found;
  const current =
    reference === undefined || others.length > 0
      ? fail(`has ${found.length} evaluations on ${describeData(evaluation)}, one is needed`)
      : readMetric(reference, metric);
  if (!current.ok) {
    return {
      isGood: false,
      text: `but it cannot be compared with current ${runs}: there it ${current.problem}; override this gate once, or leave out no_worse_than`,
    };
  }
  const tolerance = bound.tolerance ?? 0;
  const isWorse =
    !Number.isFinite(tolerance) ||
    (bound.better === "lower"
      ? isSumLess(current.value, tolerance, value)
      : isSumLess(value, tolerance, current.value));
  const tolerated = tolerance > 0 ? `, ${tolerance} tolerated` : "";
  return limit(!isWorse, `current ${runs} has ${current.value}${tolerated}`, "worse");
}
