import type { ProposalReport, ProposeRequest } from "../app-promote.ts";
import type { RegistrySession } from "../session.ts";
import { checkChange } from "./check.ts";
import { mergeChecked } from "./merge-checked.ts";
import { propose, type Proposal, type Proposed } from "./propose.ts";
import { pullRequestItem } from "./pull-requests.ts";
import type { Situation } from "./situation.ts";
import { actingAccount } from "./who.ts";

export type Proposing = Omit<Proposal, "by" | "labels" | "body"> & { readonly body?: string };

/** Opens the pull request of a command and reports on it. */
export async function submit(
  session: RegistrySession,
  situation: Situation,
  request: ProposeRequest,
  proposing: Proposing,
): Promise<ProposalReport> {
  const { as, labels = [], reason = "" } = request;
  const by = await actingAccount(session, as, situation.inForce.policies.access);
  const body = proposing.body ?? reason;
  const proposal = { ...proposing, body, by, labels };
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
    const check = await checkChange(session, situation, pullRequest);
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
