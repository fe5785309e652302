import type { WorkspaceOutcome } from "../../usecases/app.ts";
import { clean, type Paint, type Style } from "../ansi.ts";
import { renderSize } from "./size.ts";

const styleOf = {
  synced: "green",
  unchanged: "dim",
  failed: "red",
} as const satisfies Record<WorkspaceOutcome["outcome"], Style>;

/** What a sync did, one workspace a line, with the error of one that failed under it. */
export function renderOutcomes(outcomes: readonly WorkspaceOutcome[], paint: Paint): string {
  const width = Math.max(0, ...outcomes.map(({ workspace }) => clean(workspace).length));
  return outcomes.map((outcome) => renderOutcome(outcome, width, paint)).join("\n");
}

function renderOutcome(item: WorkspaceOutcome, width: number, paint: Paint): string {
  const { workspace, outcome, delivered, removed, sizeBytes, error } = item;
  const parts = [
    ...(delivered > 0 ? [`${delivered} delivered (${renderSize(sizeBytes)})`] : []),
    ...(removed > 0 ? [`${removed} removed`] : []),
  ];
  const line = `${clean(workspace).padEnd(width)}  ${paint(styleOf[outcome], outcome)}  ${parts.join(", ")}`;
  return [line.trimEnd(), ...(error ? renderProblem(error, paint) : [])].join("\n");
}

/** The error of a workspace, indented under its line: what, then what to do. */
export function renderProblem(
  error: { readonly code: string; readonly message: string; readonly hint?: string },
  paint: Paint,
): readonly string[] {
  const { code, message, hint } = error;
  return [
    `  ${paint("red", "error:")} ${clean(message)} ${paint("dim", `[${code}]`)}`,
    ...(hint === undefined ? [] : [`  ${paint("cyan", "hint:")} ${clean(hint)}`]),
  ];
}
