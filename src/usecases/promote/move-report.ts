import type { Evaluation, PromotionFacts } from "../../domain/promotion/facts.ts";
import type { MetricChange, MoveReport } from "../app-promote.ts";
import type { JudgedMove } from "./judge-moves.ts";

/** A judged move for whoever asks; a withdrawal leaves no version. */
export function moveReport({ move, decision, facts }: JudgedMove): MoveReport {
  const { asset, stage, kind, version, runs } = move;
  return {
    asset,
    stage,
    move: kind,
    version: kind === "withdrawal" ? undefined : version,
    runs,
    outcome: decision.outcome,
    until: decision.until,
    gates: decision.results,
    metrics: facts === undefined ? [] : metricChanges(facts),
  };
}

/** Metrics that both have, measured on the same data. */
function metricChanges({ evaluations, runsEvaluations }: PromotionFacts): readonly MetricChange[] {
  return evaluations.flatMap((evaluation) => {
    const before = runsEvaluations.find((other) => isSameData(other, evaluation));
    if (before === undefined) return [];
    return Object.entries(evaluation.metrics).flatMap(([name, to]) => {
      const from = Object.hasOwn(before.metrics, name) ? before.metrics[name] : undefined;
      if (from === undefined) return [];
      const { data, split } = evaluation;
      const on = split === undefined ? data : `${data} (${split})`;
      return [{ metric: `${name} on ${on}`, from, to }];
    });
  });
}

function isSameData(left: Evaluation, right: Evaluation): boolean {
  return left.data === right.data && left.split === right.split;
}
