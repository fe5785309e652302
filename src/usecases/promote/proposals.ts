import type { Account } from "../../domain/pull-request.ts";
import type { ProposalReport, ProposeRequest } from "../app-promote.ts";
import type { RegistrySession } from "../session.ts";
import { checkChange } from "./check.ts";
import { mergeChecked } from "./merge-checked.ts";
import { propose, type Proposal } from "./propose.ts";
import { pullRequestItem } from "./pull-requests.ts";
import type { Situation } from "./situation.ts";
import { actingAccount } from "./who.ts";

export type Proposing = Omit<Proposal, "by" | "labels" | "body"> & { readonly body?: string };

/** Opens the pull request of a command, checks it, and merges it where that was asked. */
export async function submit(
  session: RegistrySession,
  situation: Situation,
  { as, labels = [], reason, merge = false }: ProposeRequest,
  proposing: Proposing,
): Promise<ProposalReport> {
  const { access } = situation.inForce.policies;
  const by: Account = await actingAccount(session, as, access);
  const body = proposing.body ?? reason ?? "";
  const { pullRequest, created } = await propose(session, situation.head, {
    ...proposing,
    body,
    by,
    labels,
  });
  if (!merge) {
    const check = await checkChange(session, situation, pullRequest);
    const item = pullRequestItem(pullRequest, access);
    return { pullRequest: item, created, check, merged: undefined };
  }
  const { commit, check } = await mergeChecked(session, situation, {
    pullRequest,
    by,
    method: "merge",
    force: false,
  });
  const merged = commit === undefined ? undefined : { commit };
  const now = commit === undefined ? pullRequest : await session.forge.get(pullRequest.number);
  return { pullRequest: pullRequestItem(now, access), created, check, merged };
}
