import type { GateReport, MetricChange, MoveReport } from "../../usecases/app.ts";
import { formatDelta, formatNumber } from "../../usecases/promote/format-number.ts";
import { clean } from "../ansi.ts";
import { renderMark } from "./marks.ts";
import { renderMoment } from "./time.ts";
import type { View } from "./view.ts";

/** `prod: models/taxi-fare 1 → 2 (promotion)`, a line per gate, then how the metrics change. */
export function renderMove(move: MoveReport, view: View): string {
  const { stage, asset, runs, version, move: kind, gates, metrics } = move;
  const step = `${clean(runs ?? "nothing")} → ${clean(version ?? "nothing")}`;
  const head = `${clean(stage)}: ${clean(asset)} ${step} (${kind})`;
  const width = Math.max(0, ...gates.map(({ gate }) => clean(gate).length));
  return [
    view.paint("bold", head),
    ...gates.map((gate) => `  ${renderGate(gate, width, isAskedTwice(gate, gates), view)}`),
    ...metrics.map((metric) => `  ${renderMetric(metric)}`),
  ].join("\n");
}

/** Two rules may ask the same gate with other settings; only then it matters which one spoke. */
function isAskedTwice({ gate }: GateReport, gates: readonly GateReport[]): boolean {
  return gates.filter((other) => other.gate === gate).length > 1;
}

function renderGate(report: GateReport, width: number, namesRule: boolean, view: View): string {
  const { gate, rule, outcome, reason, until } = report;
  const { paint, now } = view;
  const parts = [
    `${renderMark(outcome, paint)} ${clean(gate).padEnd(width)}  ${clean(reason)}`,
    ...(until === undefined ? [] : [paint("yellow", `until ${clean(renderMoment(until, now))}`)]),
    ...(rule === undefined || !namesRule ? [] : [paint("dim", `[${clean(rule)}]`)]),
  ];
  return parts.join("  ");
}

function renderMetric({ metric, from, to }: MetricChange): string {
  return `${clean(metric)} ${formatNumber(from)} → ${formatNumber(to)} (${formatDelta(from, to)})`;
}
