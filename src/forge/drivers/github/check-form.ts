import type { CheckAnnotation, CheckDraft } from "../../host-services.ts";
import { sha256 } from "../../../shared/digest.ts";
import { cutBytes, cutLine, cutMarkdown } from "./cut-markdown.ts";

/** GitHub's limits: https://docs.github.com/rest/checks/runs#create-a-check-run */
const maxSummaryBytes = 65_535;
const maxTitle = 255;
const maxMessageBytes = 60_000;
const mostAnnotations = 500;

/** A check in the words and sizes of GitHub's check runs. */
export interface CheckForm {
  readonly head: string;
  readonly state: CheckState;
  readonly output: { readonly title: string; readonly summary: string };
  readonly annotations: readonly RunAnnotation[];
  /** Names everything that is shown: equal ones need not be written again. */
  readonly digest: string;
  /** Of the annotations, which can be added to a run and not be taken away. */
  readonly annotationsDigest: string;
}

export type CheckState =
  | { readonly status: "in_progress" }
  | { readonly status: "completed"; readonly conclusion: "success" | "failure" };

export interface RunAnnotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly start_column?: number;
  readonly end_column?: number;
  readonly annotation_level: CheckAnnotation["level"];
  readonly title: string;
  readonly message: string;
}

export function formCheck(check: CheckDraft): CheckForm {
  const usable = check.annotations.flatMap((annotation) => formAnnotation(annotation) ?? []);
  const annotations = usable.slice(0, mostAnnotations);
  const hidden = check.annotations.length - annotations.length;
  const output = {
    title: cutLine(check.title, maxTitle) || "Cairn",
    summary: summaryOf(check.summary, hidden),
  };
  const { head } = check;
  const state = stateOf(check.outcome);
  const shown = JSON.stringify({ head, state, output, annotations });
  return {
    head,
    state,
    output,
    annotations,
    digest: sha256(shown),
    annotationsDigest: sha256(JSON.stringify(annotations)),
  };
}

function stateOf(outcome: CheckDraft["outcome"]): CheckState {
  if (outcome === "pending") return { status: "in_progress" };
  return { status: "completed", conclusion: outcome === "passed" ? "success" : "failure" };
}

function summaryOf(summary: string, hidden: number): string {
  if (hidden === 0) return cutMarkdown(summary, maxSummaryBytes);
  const are = hidden === 1 ? "note is" : "notes are";
  const sentence = `\n\n${hidden} more ${are} not shown at the files: \`cairn check\` shows all.`;
  return cutMarkdown(summary, maxSummaryBytes - sentence.length) + sentence;
}

/** One that GitHub would refuse would take all others of its batch along. */
function formAnnotation(annotation: CheckAnnotation): RunAnnotation | undefined {
  const { path, line, column, level, title, message } = annotation;
  if (!isRelative(path)) return undefined;
  const at = Number.isSafeInteger(line) && line > 0 ? line : 1;
  const columns = column !== undefined && Number.isSafeInteger(column) && column > 0;
  const shownTitle = cutLine(title, maxTitle);
  return {
    path,
    start_line: at,
    end_line: at,
    ...(columns ? { start_column: column, end_column: column } : {}),
    annotation_level: level,
    title: shownTitle,
    message: cutBytes(message, maxMessageBytes).trim() || shownTitle || "See the summary.",
  };
}

function isRelative(path: string): boolean {
  return (
    path !== "" && path.length <= 4096 && !/^\/|^[a-z]:|(?:^|\/)\.{1,2}(?:\/|$)|\0|\\/i.test(path)
  );
}
