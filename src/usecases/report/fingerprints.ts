import { policyInForce } from "../../domain/ledger/state.ts";
import type { Account, PullRequest, PullRequestSummary } from "../../domain/pull-request.ts";
import type { CommitStatus } from "../../forge/host-services.ts";
import { sha256 } from "../../shared/digest.ts";
import type { Situation } from "../promote/situation.ts";

/** Two worlds with the same print judge every pull request alike. */
export function worldPrint({ head, state, inForce }: Situation): string {
  const { commit, digest, since } = policyInForce(state);
  const teams = [...(inForce.policies.access?.teams ?? [])]
    .map(([name, { members, problem }]) => JSON.stringify([name, [...members].sort(), problem]))
    .sort();
  return print([head, state.head, commit, digest, since, teams]);
}

/** Of what a list tells, but for the mark of the conversation: that changes with Cairn's own words. */
export function listedPrint(pullRequest: PullRequestSummary): string {
  const { head, base, labels, isDraft, fork, author } = pullRequest;
  return print([head, base, [...labels].sort(), isDraft, fork, accountOf(author)]);
}

/** Of everything that decides; comments decide nothing, and Cairn's own is one of them. */
export function conversationPrint(pullRequest: PullRequest): string {
  const { openedAt, pushes, reviews, retargetedAt } = pullRequest;
  return print([
    listedPrint(pullRequest),
    openedAt,
    retargetedAt,
    pushes.map(({ head, by, at }) => [head, by === undefined ? [] : accountOf(by), at]),
    reviews.map(({ id, by, verdict, commit, at }) => [id, accountOf(by), verdict, commit, at]),
  ]);
}

/** In whatever order the host tells them. */
export function statusesPrint(statuses: readonly CommitStatus[]): string {
  return print(statuses.map(({ name, outcome }) => JSON.stringify([name, outcome])).sort());
}

function accountOf({ login, name, email, isBot, signingKey }: Account): readonly unknown[] {
  return [login, name, email, isBot, signingKey];
}

function print(values: readonly unknown[]): string {
  return sha256(JSON.stringify(values));
}
