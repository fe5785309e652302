import { branchOfRef } from "../../domain/branch-of-ref.ts";
import type { PullRequest, PullRequestSummary } from "../../domain/pull-request.ts";
import { redact } from "../../shared/redact.ts";
import type { CheckReport } from "../app-promote.ts";
import type { RegistrySession } from "../session.ts";
import { checkChange } from "./check.ts";
import type { Situation } from "./situation.ts";

/** What merging a pull request would do; one that is for another branch would do nothing here. */
export async function checkPullRequest(
  session: RegistrySession,
  situation: Situation,
  pullRequest: PullRequest,
): Promise<CheckReport> {
  const refusal = refusalOfBase(session, pullRequest);
  if (refusal === undefined) return checkChange(session, situation, pullRequest);
  const { number, head } = pullRequest;
  const { state, head: base } = situation;
  return {
    registry: state.registry,
    pullRequest: number,
    head,
    base,
    outcome: "failed",
    summary: refusal,
    conflicts: [],
    findings: [],
    otherFindings: 0,
    versions: [],
    moves: [],
    policy: undefined,
    refusals: [refusal],
    warnings: [],
    deliveries: [],
    impact: [],
  };
}

/** Why Cairn does not merge a pull request, whatever its check says and whoever asks for it. */
export function refusalToMerge(
  session: Pick<RegistrySession, "mirror">,
  pullRequest: Pick<PullRequestSummary, "base" | "isDraft">,
): string | undefined {
  if (pullRequest.isDraft === true) {
    return "It is a draft: mark it as ready for review, then merge it";
  }
  return refusalOfBase(session, pullRequest);
}

function refusalOfBase(
  session: Pick<RegistrySession, "mirror">,
  pullRequest: Pick<PullRequestSummary, "base">,
): string | undefined {
  const { base = "" } = pullRequest;
  if (isForBranch(pullRequest, session)) return undefined;
  return `It is for the branch ${redact(base).slice(0, 200)}, and the registry is ${branchOfRef(session.mirror.branch)}: change what it is to be merged into`;
}

/** A pull request that wants to be merged somewhere else is not this registry's. */
export function isForBranch(
  { base }: Pick<PullRequestSummary, "base">,
  { mirror }: Pick<RegistrySession, "mirror">,
): boolean {
  return base === undefined || base === branchOfRef(mirror.branch);
}
