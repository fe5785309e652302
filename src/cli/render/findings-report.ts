import type { Finding } from "../../domain/finding.ts";
import type { AcceptanceReport, FixReport, ValidateReport } from "../../usecases/app.ts";
import { clean, type Paint } from "../ansi.ts";
import { renderExcerpt, type ExcerptView } from "./findings-excerpt.ts";
import { renderFinding, renderFindingCounts } from "./findings.ts";
import { renderCount } from "./size.ts";

export interface ReportView extends ExcerptView {
  readonly showAccepted: boolean;
}

/** What `validate` says: what it changed, each finding with its line, and the counts. */
export function renderReport(report: ValidateReport, view: ReportView): string {
  const { findings, assets, fixes, acceptance } = report;
  const { paint } = view;
  return [
    renderFixes(fixes ?? [], paint),
    renderExcerpts(report, view),
    acceptance === undefined ? "" : renderAcceptance(acceptance),
    renderFindingCounts(findings, assets, paint),
  ]
    .filter((block) => block !== "")
    .join("\n\n");
}

/** Grouped by file, with an empty line between two files whose lines are shown. */
function renderExcerpts(
  { findings, excerpts = [] }: Pick<ValidateReport, "findings" | "excerpts">,
  view: ReportView,
): string {
  const texts = new Map(excerpts.map(({ path, line, text }) => [placeKey(path, line), text]));
  const groups = new Map<string, string[]>();
  for (const finding of findings) {
    if (finding.accepted !== undefined && !view.showAccepted) continue;
    const group = groups.get(finding.path) ?? [];
    group.push(renderWithLine(finding, texts, view));
    groups.set(finding.path, group);
  }
  const gap = texts.size === 0 ? "\n" : "\n\n";
  return [...groups.values()].map((group) => group.join("\n")).join(gap);
}

function renderWithLine(
  finding: Finding,
  texts: ReadonlyMap<string, string>,
  view: ReportView,
): string {
  const { path, line } = finding;
  const text = line === undefined ? undefined : texts.get(placeKey(path, line));
  const head = renderFinding(finding, view.paint);
  return text === undefined ? head : `${head}\n${renderExcerpt(finding, text, view)}`;
}

function placeKey(path: string, line: number): string {
  return `${line} ${path}`;
}

function renderFixes(fixes: readonly FixReport[], paint: Paint): string {
  const titles = { fixed: "Corrected", proposed: "Would be corrected", left: "Left for a person" };
  const blocks = (["fixed", "proposed", "left"] as const).flatMap((outcome) => {
    const those = fixes.filter((fix) => fix.outcome === outcome);
    if (those.length === 0) return [];
    return [[paint("bold", titles[outcome]), ...those.map((fix) => renderFix(fix, paint))]];
  });
  return blocks.map((rows) => rows.join("\n")).join("\n\n");
}

/** Like a diff: the place, the lines as they were, the lines as they are. */
function renderFix({ path, line, rule, before, after }: FixReport, paint: Paint): string {
  const place = line === undefined ? clean(path) : `${clean(path)}:${line}`;
  return [
    `  ${place} ${paint("dim", `[${clean(rule)}]`)}`,
    ...before.map((text) => paint("red", `  - ${showLine(text)}`)),
    ...after.map((text) => paint("green", `  + ${showLine(text)}`)),
  ].join("\n");
}

/** What cannot be seen is what some fixes are about. */
function showLine(text: string): string {
  return clean(text.replaceAll("\ufeff", "<byte order mark>").replaceAll("\t", "    ")).slice(
    0,
    200,
  );
}

function renderAcceptance({ findings, entries, until, unpublished }: AcceptanceReport): string {
  const first =
    entries === 0
      ? "There is nothing more to accept."
      : `Accepted ${renderCount(findings, "finding")} until ${clean(until)}: ${renderCount(entries, "entry", "entries")} of accept in registry.yaml.`;
  if (unpublished.length === 0) return first;
  const shown = unpublished.slice(0, 5).map(clean).join(", ");
  const more = unpublished.length > 5 ? ` and ${unpublished.length - 5} more` : "";
  return `${first}\nNot published before it is corrected, whatever is accepted: ${shown}${more}.`;
}
