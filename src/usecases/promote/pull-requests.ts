import type { AccessPolicy } from "../../domain/promotion/policy.ts";
import type { PullRequest, PullRequestSummary } from "../../domain/pull-request.ts";
import type {
  ActingRequest,
  CheckRequest,
  MergePullRequestRequest,
  MergeReport,
  OpenPullRequestRequest,
  ProposalReport,
  PullRequestDetail,
  PullRequestItem,
  ReviewRequest,
  CheckReport,
} from "../app-promote.ts";
import { pullRequestEnded } from "../../forge/errors.ts";
import type { RegistrySession } from "../session.ts";
import { checkPullRequest } from "./check-pull-request.ts";
import { branchNeeded, nothingToPropose, revisionUnknown, workTreeMissing } from "./errors.ts";
import { mergeChecked } from "./merge-checked.ts";
import { unopened } from "./preview.ts";
import { readSituation, type Situation } from "./situation.ts";
import { actingAccount, nameOf } from "./who.ts";

/** A pull request by its number, or a commit of the clone, as if it were proposed. */
export async function check(
  session: RegistrySession,
  { pullRequest: number, revision = "HEAD" }: CheckRequest,
): Promise<CheckReport> {
  const situation = await readSituation(session);
  if (number !== undefined) {
    return checkPullRequest(session, situation, await session.forge.get(number));
  }
  const head = await bringCommit(session, revision);
  const open = await session.forge.list(["open"]);
  const proposed = open.find((pullRequest) => pullRequest.head === head);
  const { author } = await session.mirror.readCommit(head);
  const change =
    proposed === undefined
      ? unopened(head, author, session.clock.now())
      : await session.forge.get(proposed.number);
  return checkPullRequest(session, situation, change);
}

export async function listPullRequests(
  session: RegistrySession,
  { states }: { readonly states: readonly PullRequest["state"][] },
): Promise<{ readonly items: readonly PullRequestItem[]; readonly next: undefined }> {
  const { inForce } = await readSituation(session);
  const items = await session.forge.list(states);
  return {
    items: items.map((item) => pullRequestItem(item, inForce.policies.access)),
    next: undefined,
  };
}

export async function showPullRequest(
  session: RegistrySession,
  { number }: { readonly number: number },
): Promise<PullRequestDetail> {
  const situation = await readSituation(session);
  return detailOf(session, situation, await session.forge.get(number));
}

/** Proposes a commit of the clone under the name of its branch; again, it moves the pull request. */
export async function openPullRequest(
  session: RegistrySession,
  request: OpenPullRequestRequest,
): Promise<ProposalReport> {
  const situation = await readSituation(session);
  const { access } = situation.inForce.policies;
  const by = await actingAccount(session, request.as, access);
  const branch = request.branch ?? (await session.checkedOutBranch());
  if (branch === undefined || `refs/heads/${branch}` === session.mirror.branch) {
    throw branchNeeded();
  }
  const head = await bringCommit(session, request.revision ?? "HEAD");
  if (await session.mirror.isAncestor(head, situation.head)) {
    throw nothingToPropose("The branch has this commit already.", "Commit your change first.");
  }
  const [subject = "", ...rest] = (await session.mirror.readCommit(head)).message.split("\n");
  const { title = subject, body = rest.join("\n").trim(), labels = [] } = request;
  const known = (await session.forge.ofBranch(branch)).find(({ state }) => state === "open");
  const pullRequest = await session.forge.open({ title, body, by, labels, branch, head });
  return {
    pullRequest: pullRequestItem(pullRequest, access),
    created: known?.number !== pullRequest.number,
    check: await checkPullRequest(session, situation, pullRequest),
    merged: undefined,
  };
}

/** Records a verdict about the head as it is now, unless the request says what was looked at. */
export async function reviewPullRequest(
  session: RegistrySession,
  { number, verdict, body = "", commit, as }: ReviewRequest,
): Promise<PullRequestDetail> {
  const situation = await readSituation(session);
  const by = await actingAccount(session, as, situation.inForce.policies.access);
  const seen = commit ?? (await session.forge.get(number)).head;
  const reviewed = await session.forge.review(number, { by, verdict, body, commit: seen });
  return detailOf(session, situation, reviewed);
}

export async function commentOnPullRequest(
  session: RegistrySession,
  { number, body, as }: ActingRequest & { readonly number: number; readonly body: string },
): Promise<PullRequestDetail> {
  const situation = await readSituation(session);
  const by = await actingAccount(session, as, situation.inForce.policies.access);
  return detailOf(session, situation, await session.forge.comment(number, { by, body }));
}

/** Rejects with the forge's error for one that is not open; an unready one is reported, not merged. */
export async function mergePullRequest(
  session: RegistrySession,
  { number, method, force = false, as }: MergePullRequestRequest,
): Promise<MergeReport> {
  const situation = await readSituation(session);
  const by = await actingAccount(session, as, situation.inForce.policies.access);
  const pullRequest = await session.forge.get(number);
  const { state } = pullRequest;
  if (state !== "open") throw pullRequestEnded(number, state);
  const { commit, check } = await mergeChecked(session, situation, {
    pullRequest,
    by,
    method,
    force,
  });
  return { number, commit, check };
}

export async function closePullRequest(
  session: RegistrySession,
  {
    number,
    reason = "",
    as,
  }: ActingRequest & { readonly number: number; readonly reason?: string },
): Promise<PullRequestDetail> {
  const situation = await readSituation(session);
  const by = await actingAccount(session, as, situation.inForce.policies.access);
  return detailOf(session, situation, await session.forge.close(number, { by, reason }));
}

async function bringCommit(
  { mirror, workTree }: RegistrySession,
  revision: string,
): Promise<string> {
  if (workTree === undefined) throw workTreeMissing();
  for (const name of fullNames(revision)) {
    const commit = await mirror.fetchCommitFrom(workTree, name);
    if (commit !== undefined) return commit;
  }
  throw revisionUnknown(revision);
}

/** What a person may mean by a name, in the order in which git looks. */
function fullNames(revision: string): readonly string[] {
  const isFull = /^(?:HEAD|refs\/.*|[0-9a-f]{40})(?:[~^].*)?$/.test(revision);
  if (isFull) return [revision];
  return ["refs/tags", "refs/heads", "refs/remotes"].map((folder) => `${folder}/${revision}`);
}

async function detailOf(
  session: RegistrySession,
  situation: Situation,
  pullRequest: PullRequest,
): Promise<PullRequestDetail> {
  const { access } = situation.inForce.policies;
  const isOpen = pullRequest.state === "open";
  return {
    ...pullRequestItem(pullRequest, access),
    body: pullRequest.body,
    pushes: pullRequest.pushes.map(({ head, by, at }) => ({
      head,
      by: by === undefined ? "somebody unknown" : nameOf(by, access),
      ...(at === undefined ? {} : { at }),
    })),
    reviews: pullRequest.reviews.map(({ by, verdict, commit, at, body }) => ({
      by: nameOf(by, access),
      verdict,
      commit,
      at,
      body,
    })),
    comments: pullRequest.comments.map((comment) => ({
      ...comment,
      by: nameOf(comment.by, access),
    })),
    check: isOpen ? await checkPullRequest(session, situation, pullRequest) : undefined,
  };
}

/** A pull request as lists have it, with people by their names in the policy. */
export function pullRequestItem(
  pullRequest: PullRequestSummary,
  access: AccessPolicy | undefined,
): PullRequestItem {
  const { number, title, state, author, openedAt, head, branch, labels, merged } = pullRequest;
  const { base, fork, isDraft } = pullRequest;
  return {
    number,
    title,
    state,
    author: nameOf(author, access),
    openedAt,
    head,
    branch,
    ...(base === undefined ? {} : { base }),
    ...(fork === undefined ? {} : { fork }),
    ...(isDraft === undefined ? {} : { isDraft }),
    labels,
    merged:
      merged === undefined
        ? undefined
        : { commit: merged.commit, at: merged.at, by: nameOf(merged.by, access) },
  };
}
