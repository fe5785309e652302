import type { ApplyReport, WorkspaceOutcome } from "../../usecases/app.ts";
import { isBlocking } from "../../domain/finding.ts";
import type { Paint } from "../ansi.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderFindings } from "./findings.ts";
import { renderPending } from "./pending.ts";
import { renderActions } from "./plan.ts";
import { renderConditions } from "./status.ts";
import { renderOutcomes } from "./workspaces.ts";

/** What was done, what each workspace has of it, and what keeps the rest back. */
export function renderApply(report: ApplyReport, paint: Paint): string {
  const { done, actions, workspaces, findings, pending, conditions } = report;
  const left = actions.length - done.length;
  const blocks = [
    renderActions(done, paint),
    renderOutcomes(workspaces, paint),
    pending.length > 0 ? renderPending(pending, paint) : "",
    renderFindings(findings, paint),
    renderConditions(conditions, paint),
    done.length === 0 ? "Nothing was to be done." : paint("green", `${done.length} done.`),
    left > 0 ? paint("yellow", `${left} left to do: run "cairn plan" to see them.`) : "",
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

/** A failed workspace weighs more than findings: it needs an operator, not an author. */
export function exitCodeOfApply(report: ApplyReport): ExitCode {
  const failed = exitCodeOfSync(report);
  return failed === ExitCode.ok ? exitCodeOfPlan(report) : failed;
}

/** Errors hold something back; a stalled registry holds back everything. */
export function exitCodeOfPlan({
  findings,
  conditions,
}: Pick<ApplyReport, "findings" | "conditions">): ExitCode {
  const isStalled = conditions.some(({ type, status }) => type === "Stalled" && status === "True");
  return isStalled || findings.some(isBlocking) ? ExitCode.findings : ExitCode.ok;
}

export function exitCodeOfSync({
  workspaces,
}: {
  readonly workspaces: readonly WorkspaceOutcome[];
}): ExitCode {
  const hasFailed = workspaces.some(({ outcome }) => outcome === "failed");
  return hasFailed ? ExitCode.failed : ExitCode.ok;
}
