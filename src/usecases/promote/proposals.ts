import { reviewersOf, type ReviewQuestion } from "../../domain/promotion/reviewers.ts";
import type { ProposalReport, ProposeRequest } from "../app-promote.ts";
import type { RegistrySession } from "../session.ts";
import { checkPullRequest } from "./check-pull-request.ts";
import { mergeChecked } from "./merge-checked.ts";
import { propose, type Proposal, type Proposed } from "./propose.ts";
import { pullRequestItem } from "./pull-requests.ts";
import type { Situation } from "./situation.ts";
import { actingAccount } from "./who.ts";

export interface Proposing extends Pick<Proposal, "title" | "slug" | "files"> {
  readonly body?: string;
  /** What it is, for lists: `cairn:promotion`. */
  readonly label: string;
  /** What the people are asked who are to look at it. */
  readonly asks: readonly ReviewQuestion[];
}

/** Opens the pull request of a command and reports on it. */
export async function submit(
  session: RegistrySession,
  situation: Situation,
  request: ProposeRequest,
  proposing: Proposing,
): Promise<ProposalReport> {
  const { as, labels = [], reason = "" } = request;
  const { policies } = situation.inForce;
  const by = await actingAccount(session, as, policies.access);
  const { asks, label, body = reason, ...rest } = proposing;
  const reviewers = reviewersOf(policies, asks, by);
  const proposal = { ...rest, body, by, labels: [label, ...labels], reviewers };
  return reportProposed(
    session,
    situation,
    request,
    await propose(session, situation.head, proposal),
  );
}

/** Checks what was proposed, and merges it where that was asked. */
export async function reportProposed(
  session: RegistrySession,
  situation: Situation,
  { as, merge = false }: ProposeRequest,
  { pullRequest, created }: Proposed,
): Promise<ProposalReport> {
  const { access } = situation.inForce.policies;
  if (!merge) {
    const check = await checkPullRequest(session, situation, pullRequest);
    const item = pullRequestItem(pullRequest, access);
    return { pullRequest: item, created, check, merged: undefined };
  }
  const { commit, check } = await mergeChecked(session, situation, {
    pullRequest,
    by: await actingAccount(session, as, access),
    method: "merge",
    force: false,
  });
  const merged = commit === undefined ? undefined : { commit };
  const now = commit === undefined ? pullRequest : await session.forge.get(pullRequest.number);
  return { pullRequest: pullRequestItem(now, access), created, check, merged };
}
