import { isBlocking } from "../../domain/finding.ts";
import type { CheckReport, MoveReport } from "../../usecases/app.ts";
import { clean } from "../ansi.ts";
import { renderMoment } from "./time.ts";
import type { View } from "./view.ts";

/** The last line of a check: the one thing to do now. */
export function renderNextStep(report: CheckReport, { paint, now }: View): string {
  return `${paint("cyan", "Next:")} ${clean(nextStep(report, now))}`;
}

function nextStep(report: CheckReport, now: Date): string {
  return report.outcome === "failed" ? repair(report) : proceed(report, now);
}

/** The first obstacle in the order in which one would clear them. */
function repair(report: CheckReport): string {
  const { conflicts, findings, policy, refusals, moves, pullRequest } = report;
  if (conflicts.length > 0) return "merge the registry's branch into yours, and push.";
  if (findings.some(isBlocking)) return "correct the errors, and push.";
  if (refusals.length > 0) return "take out what would not take effect, and push.";
  const failed = moves.find(({ outcome }) => outcome === "failed");
  if (failed && pullRequest !== undefined && needsApprovalOnly(failed)) {
    return `ask somebody else for "cairn pr approve ${pullRequest}".`;
  }
  if (failed?.version !== undefined) {
    return `"cairn explain ${failed.asset}@${failed.version} --to ${failed.stage}" says what to do.`;
  }
  if (policy?.outcome === "failed") return "ask an owner of the policy to approve.";
  return "clear what failed, and check again.";
}

function needsApprovalOnly({ gates }: MoveReport): boolean {
  return gates.every(({ gate, outcome }) => outcome !== "failed" || gate === "approvals");
}

function proceed({ pullRequest, outcome, moves }: CheckReport, now: Date): string {
  if (pullRequest === undefined) return '"cairn pr open" proposes it.';
  const merge = `"cairn pr merge ${pullRequest}"`;
  if (outcome === "passed") return `${merge} makes it so.`;
  const last = latestWait(moves);
  const when = last === undefined ? "" : ` until ${renderMoment(last, now)}`;
  return `nothing but time is missing${when}; ${merge} may come before.`;
}

/** A move waits for the slowest of its gates. */
export function latestWait(moves: readonly MoveReport[]): string | undefined {
  return moves
    .flatMap(({ until }) => until ?? [])
    .sort((left, right) => Date.parse(left) - Date.parse(right))
    .at(-1);
}
