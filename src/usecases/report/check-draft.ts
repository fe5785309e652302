import { isFixable, type Finding, type Severity } from "../../domain/finding.ts";
import type { CheckAnnotation, CheckDraft } from "../../forge/host-services.ts";
import type { CheckReport } from "../app-promote.ts";
import { headlineOf } from "../promote/headline.ts";
import { plainLine } from "../promote/markdown-text.ts";
import { renderCheckMarkdown } from "../promote/render-check-markdown.ts";

/** Hosts take them in portions, and nobody reads more. */
const mostAnnotations = 200;
const mostLetters = 1000;

const levelOf = {
  error: "failure",
  warning: "warning",
  info: "notice",
} as const satisfies Record<Severity, CheckAnnotation["level"]>;

const rank = { failure: 0, warning: 1, notice: 2 } as const;

export interface DraftInput {
  readonly report: CheckReport;
  /** The commit that shows it. */
  readonly head: string;
  /** What is to be said besides. */
  readonly notes?: readonly string[];
  /** Whether a file is at that commit as it was judged, so that its lines are the same. */
  readonly hasFile: (path: string) => boolean;
}

/** A check as a host shows it: findings at their lines, everything else in the summary. */
export function draftCheck({ report, head, notes = [], hasFile }: DraftInput): CheckDraft {
  const placed: CheckAnnotation[] = [];
  const others: Finding[] = [];
  for (const finding of worstFirst(report.findings)) {
    const annotation = placed.length < mostAnnotations ? annotate(finding, hasFile) : undefined;
    if (annotation === undefined) others.push(finding);
    else placed.push(annotation);
  }
  const said = placed.length === 0 ? [] : [countOf(placed.length)];
  const shown = { ...report, head, findings: others };
  return {
    head,
    outcome: report.outcome,
    title: headlineOf(report),
    summary: renderCheckMarkdown(shown, { notes: [...notes, ...said], showsBase: true }),
    annotations: placed,
  };
}

function countOf(count: number): string {
  return count === 1 ? "1 finding is at its line." : `${count} findings are at their lines.`;
}

/** Of each level in the order of the report. */
function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort(
    (left, right) => rank[levelOfFinding(left)] - rank[levelOfFinding(right)],
  );
}

/** What is accepted fails nothing. */
function levelOfFinding({ severity, accepted }: Finding): CheckAnnotation["level"] {
  return accepted === undefined ? levelOf[severity] : "notice";
}

function annotate(finding: Finding, hasFile: DraftInput["hasFile"]): CheckAnnotation | undefined {
  const { path, line, column, rule, message } = finding;
  if (line === undefined || !isCount(line) || !hasFile(path)) return undefined;
  const fix = isFixable(finding) ? ' "cairn validate --fix" corrects it.' : "";
  return {
    path,
    line,
    ...(column === undefined || !isCount(column) ? {} : { column }),
    level: levelOfFinding(finding),
    title: plainLine(rule),
    message: plainLine(message, mostLetters) + fix,
  };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
