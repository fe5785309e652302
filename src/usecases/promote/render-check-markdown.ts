import { formatSize } from "../../shared/units.ts";
import type {
  CheckReport,
  GateReport,
  ImpactItem,
  MetricChange,
  MoveReport,
  PlannedDelivery,
  PolicyChangeReport,
  PredictedVersion,
} from "../app-promote.ts";
import { formatDelta, formatNumber } from "./format-number.ts";
import { headlineOf } from "./headline.ts";
import { code, prose } from "./markdown-text.ts";

/** GitHub takes 65 536; the rest is for what a host puts around it. */
const mostCharacters = 60_000;
const mostRows = 50;
/** Moves that get a table of their own. */
const mostTables = 20;
/** Names in one row, before the rest is only counted. */
const mostNames = 20;

const marks = {
  passed: "✅",
  failed: "❌",
  waiting: "⏳",
  pending: "⏳",
  error: "❌",
  warning: "⚠️",
  info: "ℹ️",
} as const;

/** A block of rows, of which those at the end may be left out. */
interface Section {
  readonly before: string;
  /** Rendered only while there is room. */
  readonly rows: readonly (() => string)[];
  readonly after: string;
  /** How many rows there would be. */
  readonly total: number;
}

export interface MarkdownOptions {
  /** What is to be said besides, each in a line. */
  readonly notes?: readonly string[];
  /**
   * Also the tip of the branch that it was checked with. A comment does without: it would change
   * with every commit on the branch, though nothing else did.
   */
  readonly showsBase?: boolean;
}

/**
 * A check as a comment for the pull request: what happens and what stands against it at the top,
 * the rest folded. Whatever names, reasons and paths say, they make no link, image, mention,
 * reference, HTML, formula or table cell, and start no line. The same report is always the same text.
 */
export function renderCheckMarkdown(report: CheckReport, options: MarkdownOptions = {}): string {
  const { outcome, moves, policy, deliveries } = report;
  const title = `${marks[outcome]} **Check ${outcome}** ${prose(headlineOf(report))}`;
  const place = renderPlace(report, options);
  const blocking = (path: string): string => `- ${marks.failed} ${path}`;
  const warn = (text: string): string => `- ${marks.warning} ${prose(text)}`;
  const passing = moves.flatMap((move) =>
    move.gates
      .filter(({ outcome: verdict }) => verdict === "passed")
      .map((gate) => ({ move, gate })),
  );
  const sections = [
    listed("", [...report.warnings, ...(options.notes ?? [])], warn),
    listed("", moves.length > 1 ? moves : [], (move) => `- ${renderMoveLine(move, deliveries)}`),
    listed("**Conflicts with the branch**", report.conflicts, (path) => blocking(code(path))),
    listed("**Would not take effect**", report.refusals, (reason) => blocking(prose(reason))),
    ...(policy === undefined
      ? []
      : [listed(`**Policy change ${policy.outcome}**`, policyRows(policy), (row) => row)]),
    ...moves.slice(0, mostTables).map(openGates),
    folded("Findings", report.findings, renderFinding),
    folded("New versions", report.versions, renderVersion),
    folded("Gates that pass", passing, renderPassing),
    folded("Metrics", moves.flatMap(toMetrics), renderMetric),
    folded("Deliveries", deliveries, renderDelivery),
    folded("Impact", report.impact, renderImpact),
  ];
  const room = mostCharacters - title.length - place.length;
  return `${title}${fitSections(sections, room)}${place}`;
}

function renderPlace({ head, base }: CheckReport, { showsBase = false }: MarkdownOptions): string {
  const merged = showsBase ? ` merged with ${code(base.slice(0, 10))}` : "";
  return `\n\nCommit ${code(head.slice(0, 10))}${merged}.\n`;
}

/** Takes sections in order while there is room. */
function fitSections(sections: readonly Section[], mostLength: number): string {
  const note = "\n\nNot everything fits here: `cairn check` shows the rest.";
  let text = "";
  let isComplete = true;
  for (const section of sections) {
    if (section.total === 0) continue;
    const part = fitSection(section, mostLength - note.length - text.length);
    isComplete &&= part !== undefined;
    text += part ?? "";
  }
  return isComplete ? text : `${text}${note}`;
}

/** Rows that do not fit are counted; `undefined` when there is no room for a single one. */
function fitSection({ before, rows, after, total }: Section, room: number): string | undefined {
  const more = (count: number): string => (count > 0 ? `\n\n… and ${count} more.` : "");
  let left = room - before.length - after.length - more(total).length;
  const fitting: string[] = [];
  for (const render of left > 0 ? rows : []) {
    const row = `\n${render()}`;
    left -= row.length;
    if (left < 0) break;
    fitting.push(row);
  }
  if (fitting.length === 0) return undefined;
  return `${before}${fitting.join("")}${more(total - fitting.length)}${after}`;
}

type Render<Item> = (item: Item) => string;

function listed<Item>(title: string, items: readonly Item[], render: Render<Item>): Section {
  const rows = items.slice(0, mostRows).map((item) => () => render(item));
  return { before: title === "" ? "\n" : `\n\n${title}\n`, rows, after: "", total: items.length };
}

function folded<Item>(title: string, items: readonly Item[], render: Render<Item>): Section {
  const rows = items.slice(0, mostRows).map((item) => () => `- ${render(item)}`);
  // Markdown inside HTML is read as such only after an empty line.
  const before = `\n\n<details><summary>${title} (${items.length})</summary>\n`;
  return { before, rows, after: "\n\n</details>", total: items.length };
}

/** `**prod**: taxi-fare 3 → 4, +0.01 r2 on taxi-holdout, 12 MiB to prod-eu`. */
function renderMoveLine(move: MoveReport, deliveries: readonly PlannedDelivery[]): string {
  const { stage, asset, runs, version, metrics } = move;
  const sizes = deliveries
    .filter((item) => item.stage === stage && item.asset === asset && item.version === version)
    .map(({ workspace, sizeBytes }) => `${formatSize(sizeBytes)} to ${code(workspace)}`);
  const parts = [
    `**${prose(stage)}**: ${code(asset)} ${prose(runs ?? "nothing")} → ${prose(version ?? "nothing")}`,
    ...metrics
      .slice(0, 3)
      .map(({ metric, from, to }) => `${formatDelta(from, to)} ${prose(metric)}`),
    ...sizes.slice(0, 3),
  ];
  return parts.join(", ");
}

function policyRows({ paths, reasons }: PolicyChangeReport): readonly string[] {
  return [...paths.map((path) => `- ${code(path)}`), ...reasons.map((why) => `- ${prose(why)}`)];
}

/** The gates that stand against a move. */
function openGates(move: MoveReport): Section {
  const { stage, asset, runs, version, outcome } = move;
  const step = `${prose(runs ?? "nothing")} → ${prose(version ?? "nothing")}`;
  const title = `${marks[outcome]} ${prose(stage)}: ${code(asset)} ${step} (${move.move})`;
  const gates = move.gates.filter((gate) => gate.outcome !== "passed");
  const rows = gates.slice(0, mostRows).map((gate) => () => {
    const { outcome: verdict, reason, until } = gate;
    const when = until === undefined ? "" : ` Until ${formatMoment(until)}.`;
    return `| ${marks[verdict]} | ${gateName(gate, move)} | ${prose(reason)}${when} |`;
  });
  const before = `\n\n#### ${title}\n\n| | gate | reason |\n| --- | --- | --- |`;
  return { before, rows, after: "", total: gates.length };
}

function renderPassing({
  move,
  gate,
}: {
  readonly move: MoveReport;
  readonly gate: GateReport;
}): string {
  const { stage, asset } = move;
  const place = `${prose(stage)}: ${code(asset)}`;
  return `${marks.passed} ${place}, ${gateName(gate, move)}: ${prose(gate.reason)}`;
}

/** With its rule, where several ask for the same gate. */
function gateName({ gate, rule }: GateReport, { gates }: MoveReport): string {
  const isAskedTwice = gates.filter((other) => other.gate === gate).length > 1;
  return isAskedTwice && rule !== undefined ? `${code(gate)} of ${code(rule)}` : code(gate);
}

function renderFinding(finding: CheckReport["findings"][number]): string {
  const { severity, rule, message, path, line, column } = finding;
  const place = [path, line, column].filter((part) => part !== undefined).join(":");
  return `${marks[severity]} ${code(place)} ${prose(message)} (${code(rule)})`;
}

function renderVersion({ asset, version, sameAs, files, sizeBytes }: PredictedVersion): string {
  const same = sameAs === undefined ? "" : `, same content as ${prose(sameAs)}`;
  return `${code(asset)} → ${prose(version)}, ${formatExtent(files, sizeBytes)}${same}`;
}

function toMetrics(move: MoveReport): readonly (MetricChange & { readonly move: MoveReport })[] {
  return move.metrics.map((metric) => ({ ...metric, move }));
}

function renderMetric({ move, metric, from, to }: ReturnType<typeof toMetrics>[number]): string {
  const change = `${formatNumber(from)} → ${formatNumber(to)} (${formatDelta(from, to)})`;
  return `${prose(move.stage)}: ${code(move.asset)}, ${prose(metric)} ${change}`;
}

function renderDelivery(delivery: PlannedDelivery): string {
  const { workspace, stage, region, asset, version, files, sizeBytes } = delivery;
  const place = `${code(workspace)} (${prose(stage)}, ${prose(region)})`;
  return `${place}: ${code(asset)} ${prose(version)}, ${formatExtent(files, sizeBytes)}`;
}

function renderImpact({ asset, usedBy, runsIn }: ImpactItem): string {
  const parts = [
    code(asset),
    ...(usedBy.length === 0 ? [] : [`used by ${formatNames(usedBy, code)}`]),
    ...(runsIn.length === 0 ? [] : [`runs in ${formatNames(runsIn, prose)}`]),
  ];
  return parts.join(", ");
}

function formatNames(names: readonly string[], format: Render<string>): string {
  const left = names.length - mostNames;
  return [...names.slice(0, mostNames).map(format), ...(left > 0 ? [`${left} more`] : [])].join(
    ", ",
  );
}

function formatExtent(files: number, sizeBytes: number): string {
  return `${files} ${files === 1 ? "file" : "files"}, ${formatSize(sizeBytes)}`;
}

function formatMoment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return prose(iso);
  const text = date.toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}
