import type { Account, MergeMethod, PullRequest } from "../../domain/pull-request.ts";
import type { CheckReport } from "../app-promote.ts";
import type { RegistrySession } from "../session.ts";
import { checkPullRequest, refusalToMerge } from "./check-pull-request.ts";
import type { Situation } from "./situation.ts";

export interface MergeInput {
  readonly pullRequest: PullRequest;
  readonly by: Account;
  readonly method: MergeMethod;
  /** Although the check fails: what fails takes no effect. */
  readonly force: boolean;
  /** Also when time is missing; the rest is then done when it has come. Default: yes. */
  readonly waits?: boolean;
}

/**
 * Merges exactly the head that was checked, unless the check fails. What only waits for time may be
 * merged: the rest is done when the time has come.
 */
export async function mergeChecked(
  session: RegistrySession,
  situation: Situation,
  { pullRequest, by, method, force, waits = true }: MergeInput,
): Promise<{ readonly commit: string | undefined; readonly check: CheckReport }> {
  const check = await checkPullRequest(session, situation, pullRequest);
  const refusal = refusalToMerge(session, pullRequest);
  if (refusal !== undefined) {
    const refused = { outcome: "failed", summary: refusal, refusals: [refusal] } as const;
    return { commit: undefined, check: { ...check, ...refused } };
  }
  const isReady = check.outcome === "passed" || (check.outcome === "pending" && waits);
  if (check.conflicts.length > 0 || (!isReady && !force)) {
    return { commit: undefined, check };
  }
  const { number, head: expectedHead } = pullRequest;
  const outcome = await session.forge.merge(number, { by, method, expectedHead });
  if (outcome.outcome === "merged") return { commit: outcome.commit, check };
  // Somebody was faster: what is there now was not looked at.
  const moved = outcome.outcome === "conflict" ? outcome.paths : [];
  const summary =
    outcome.outcome === "conflict"
      ? `It conflicts with the branch in ${outcome.paths.join(", ")}`
      : `Somebody pushed in the meantime: the head is ${outcome.head.slice(0, 12)} now`;
  return {
    commit: undefined,
    check: { ...check, outcome: "failed", conflicts: moved, summary },
  };
}
