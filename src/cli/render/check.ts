import type {
  CheckReport,
  ImpactItem,
  PolicyChangeReport,
  PredictedVersion,
} from "../../usecases/app.ts";
import { clean, type Paint } from "../ansi.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderDeliveries, renderExtent } from "./deliveries.ts";
import { renderFindings } from "./findings.ts";
import { renderMark, renderOutcome } from "./marks.ts";
import { renderMove } from "./move.ts";
import { renderNextStep } from "./next-step.ts";
import { renderCount } from "./size.ts";
import type { View } from "./view.ts";

/** Everything a change would do, the verdict first and what to do next last. */
export function renderCheck(report: CheckReport, view: View): string {
  return joinBlocks([renderCheckBody(report, view), renderNextStep(report, view)]);
}

/** Without the last line, for those who know better what comes next. */
export function renderCheckBody(report: CheckReport, view: View): string {
  const { paint } = view;
  const { conflicts, findings, otherFindings, versions, moves, policy, refusals } = report;
  return joinBlocks([
    renderCheckLine(report, paint),
    renderWarnings(report.warnings, paint),
    renderList("Conflicts with the branch", conflicts, paint),
    renderFindings(findings, paint),
    renderOtherFindings(otherFindings, paint),
    versions.length === 0 ? "" : renderVersions(versions, paint),
    ...moves.map((move) => renderMove(move, view)),
    policy === undefined ? "" : renderPolicyChange(policy, paint),
    renderList("Would not take effect", refusals, paint),
    renderDeliveries(report.deliveries, paint),
    report.impact.length === 0 ? "" : renderImpact(report.impact, paint),
  ]);
}

/** `✗ failed  prod: taxi-fare 3 → 4; 2 of 7 gates fail`. */
export function renderCheckLine(
  { outcome, summary }: Pick<CheckReport, "outcome" | "summary">,
  paint: Paint,
): string {
  return `${renderOutcome(outcome, paint)}  ${clean(summary)}`.trimEnd();
}

/** What only waits is not wrong. */
export function exitCodeOfCheck({ outcome }: Pick<CheckReport, "outcome">): ExitCode {
  return outcome === "failed" ? ExitCode.findings : ExitCode.ok;
}

export function joinBlocks(blocks: readonly string[]): string {
  return blocks.filter((block) => block !== "").join("\n\n");
}

function renderList(title: string, items: readonly string[], paint: Paint): string {
  if (items.length === 0) return "";
  const lines = items.map((item) => `  ${renderMark("failed", paint)} ${clean(item)}`);
  return [paint("bold", title), ...lines].join("\n");
}

function renderWarnings(warnings: readonly string[], paint: Paint): string {
  return warnings.map((text) => `  ${paint("yellow", "!")} ${clean(text)}`).join("\n");
}

function renderOtherFindings(count: number, paint: Paint): string {
  if (count === 0) return "";
  const words = `${renderCount(count, "finding")} elsewhere that this change did not bring: run "cairn validate".`;
  return paint("dim", words);
}

function renderVersions(versions: readonly PredictedVersion[], paint: Paint): string {
  const lines = versions.map((item) => {
    const same = item.sameAs === undefined ? "" : `, same content as ${clean(item.sameAs)}`;
    return `  ${paint("green", "+")} ${clean(item.asset)} → ${clean(item.version)}, ${renderExtent(item)}${same}`;
  });
  return [paint("bold", "New versions"), ...lines].join("\n");
}

function renderPolicyChange(policy: PolicyChangeReport, paint: Paint): string {
  const { outcome, paths, reasons } = policy;
  return [
    `${paint("bold", "Policy")} ${renderOutcome(outcome, paint)}`,
    ...paths.map((path) => `  ${paint("yellow", "~")} ${clean(path)}`),
    ...reasons.map((reason) => `  ${renderMark(outcome, paint)} ${clean(reason)}`),
  ].join("\n");
}

function renderImpact(impact: readonly ImpactItem[], paint: Paint): string {
  const lines = impact.flatMap(({ asset, usedBy, runsIn }) => [
    `  ${clean(asset)}`,
    ...(usedBy.length === 0 ? [] : [`    used by ${usedBy.map(clean).join(", ")}`]),
    ...(runsIn.length === 0 ? [] : [`    runs in ${runsIn.map(clean).join(", ")}`]),
  ]);
  return [paint("bold", "Impact"), ...lines].join("\n");
}
