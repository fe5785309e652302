import { isAtLeast, levelOf } from "./accounts.ts";
import { created, notFound, ok, Refusal, unprocessable } from "./answers.ts";
import { formatTime } from "./clock.ts";
import type { LateReview } from "./lies.ts";
import type { Json, Pull, Repository, Review } from "./model.ts";
import { pageOf } from "./paging.ts";
import { note, payloadShape, tellPull, touch } from "./pull-events.ts";
import { associationOf, pullShape } from "./pull-shape.ts";
import { collaborator } from "./repositories.ts";
import { need, onRepository, parameter, pullOf, textOf, textsOf } from "./route-kit.ts";
import type { RepositoryCall, Route } from "./routing.ts";
import { nodeId, repositoryUrl, userShape } from "./shapes.ts";
import type { World } from "./world.ts";

const reading = need("read", "pull_requests");
const reviewing = need("write", "pull_requests", "read");
const managing = need("write", "pull_requests");

export const reviewRoutes: readonly Route[] = [
  onRepository("GET", "/pulls/{pull_number}/reviews", reading, async (call) => {
    const pull = pullOf(call);
    const seen = pull.reviews.filter(
      ({ state, user }) => state !== "PENDING" || user.id === call.session.account.id,
    );
    return pageOf(call, seen, (review) => reviewShape(call.world, pull, review));
  }),
  onRepository("POST", "/pulls/{pull_number}/reviews", reviewing, submit),
  onRepository("GET", "/pulls/{pull_number}/reviews/{review_id}", reading, (call) => {
    const pull = pullOf(call);
    return ok(reviewShape(call.world, pull, reviewOf(call, pull)));
  }),
  onRepository("PUT", "/pulls/{pull_number}/reviews/{review_id}/dismissals", managing, dismiss),
  onRepository("GET", "/pulls/{pull_number}/requested_reviewers", reading, (call) => {
    const shape = pullShape(call.world, pullOf(call));
    return ok({ users: shape["requested_reviewers"], teams: shape["requested_teams"] });
  }),
  onRepository("POST", "/pulls/{pull_number}/requested_reviewers", managing, askReviewers),
  onRepository("DELETE", "/pulls/{pull_number}/requested_reviewers", managing, unaskReviewers),
];

const states = {
  APPROVE: "APPROVED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
  COMMENT: "COMMENTED",
} as const;

async function submit(call: RepositoryCall): Promise<ReturnType<typeof ok>> {
  const { world, session, body } = call;
  const pull = pullOf(call);
  const event = textOf(body, "event");
  const verdict = Object.entries(states).find(([name]) => name === event)?.[1];
  if (event !== undefined && verdict === undefined) {
    throw unprocessable(
      "Variable $event of type PullRequestReviewEvent was provided invalid value",
    );
  }
  const text = textOf(body, "body") ?? "";
  refuseUnfit(pull, session.account.id, { verdict, text });
  const commit = textOf(body, "commit_id") ?? pull.head.sha;
  if (!(await isOfPull(pull, commit))) {
    throw unprocessable("commit_id is not part of the pull request");
  }
  const review = addReview(world, pull, {
    user: session.account,
    body: text,
    state: verdict ?? "PENDING",
    commit,
    submittedAt: world.clock.stamp(),
  });
  await tellReview(world, pull, review, "submitted");
  return ok(reviewShape(world, pull, review));
}

function refuseUnfit(
  pull: Pull,
  user: number,
  { verdict, text }: { readonly verdict: string | undefined; readonly text: string },
): void {
  const isOwn = user === pull.author.id;
  if (isOwn && verdict === "APPROVED") {
    throw unprocessable("Review Can not approve your own pull request");
  }
  if (isOwn && verdict === "CHANGES_REQUESTED") {
    throw unprocessable("Review Can not request changes on your own pull request");
  }
  if (text === "" && (verdict === "CHANGES_REQUESTED" || verdict === "COMMENTED")) {
    throw unprocessable("Review Body can't be blank");
  }
}

async function isOfPull(pull: Pull, commit: string): Promise<boolean> {
  if (pull.commits.includes(commit) || commit === pull.head.sha) return true;
  // A commit that a force-push removed is still one that could be looked at.
  return pull.timeline.some((entry) => entry.event === "committed" && entry.commit === commit);
}

function addReview(world: World, pull: Pull, draft: Omit<Review, "id">): Review {
  const review: Review = { ...draft, id: world.nextId() };
  pull.reviews.push(review);
  if (review.state === "PENDING") return review;
  pull.reviewers.delete(review.user.login.toLowerCase());
  note(world, pull, { event: "reviewed", actor: review.user, review }, review.submittedAt);
  return review;
}

/** A review that is told of long after it was submitted. */
export function addLateReview(world: World, late: LateReview): number {
  const pull = world.repositories.get(late.repository).pulls.get(late.pullRequest);
  if (pull === undefined) throw new Error(`no pull request ${late.pullRequest}`);
  const review = addReview(world, pull, {
    user: world.accounts.get(late.by),
    body: "",
    state: late.state,
    commit: late.commit ?? pull.head.sha,
    submittedAt: late.submittedAt,
  });
  pull.timeline.sort((one, other) => one.at.getTime() - other.at.getTime());
  void tellReview(world, pull, review, "submitted");
  return review.id;
}

async function tellReview(world: World, pull: Pull, review: Review, action: string): Promise<void> {
  if (review.state === "PENDING") return;
  const { repository } = pull;
  await world.deliveries.tell(repository, "pull_request_review", () => ({
    action,
    review: { ...reviewShape(world, pull, review), state: review.state.toLowerCase() },
    pull_request: pullShape(world, pull),
    ...payloadShape(world, repository, review.user),
  }));
}

function reviewOf(call: RepositoryCall, pull: Pull): Review {
  const id = Number(parameter(call, "review_id"));
  const review = pull.reviews.find((found) => found.id === id);
  if (review === undefined) throw notFound();
  return review;
}

async function dismiss(call: RepositoryCall): Promise<ReturnType<typeof ok>> {
  const { world, session, body } = call;
  const pull = pullOf(call);
  const review = reviewOf(call, pull);
  const message = textOf(body, "message") ?? "";
  if (message === "") throw unprocessable("Message can't be blank");
  if (review.state !== "APPROVED" && review.state !== "CHANGES_REQUESTED") {
    const state = review.state.toLowerCase();
    throw unprocessable(`Can not dismiss a ${state} pull request review`);
  }
  const entry = { event: "review_dismissed", review, state: review.state, message } as const;
  review.state = "DISMISSED";
  note(world, pull, { ...entry, actor: session.account });
  await tellReview(world, pull, review, "dismissed");
  return ok(reviewShape(world, pull, review));
}

async function askReviewers(call: RepositoryCall): Promise<ReturnType<typeof ok>> {
  const { world, session, body, repository } = call;
  const pull = pullOf(call);
  const accounts = textsOf(body, "reviewers").map((login) => askable(call, pull, login));
  const teams = textsOf(body, "team_reviewers");
  if (teams.some((slug) => world.accounts.team(repository.owner.login, slug) === undefined)) {
    throw notCollaborators(repository);
  }
  for (const reviewer of accounts) {
    pull.reviewers.set(reviewer.login.toLowerCase(), reviewer);
    note(world, pull, { event: "review_requested", actor: session.account, reviewer });
    const more = { requested_reviewer: userShape(world, reviewer) };
    await tellPull(world, pull, { action: "review_requested", by: session.account, more });
  }
  for (const team of teams) {
    pull.reviewTeams.add(team);
    note(world, pull, { event: "review_requested", actor: session.account, team });
    await tellPull(world, pull, { action: "review_requested", by: session.account });
  }
  return created(pullShape(world, pull));
}

function askable({ world, repository }: RepositoryCall, pull: Pull, login: string): Review["user"] {
  const account = world.accounts.find(login);
  if (account?.id === pull.author.id) {
    throw new Refusal(422, "Review cannot be requested from pull request author.");
  }
  const isFit =
    account !== undefined &&
    (collaborator(repository, account) ||
      world.accounts.isMember(repository.owner.login, account)) &&
    isAtLeast(levelOf(repository, account), "read");
  if (!isFit) throw notCollaborators(repository);
  return account;
}

function notCollaborators({ fullName }: Repository): Refusal {
  return new Refusal(
    422,
    `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${fullName} repository.`,
  );
}

async function unaskReviewers(call: RepositoryCall): Promise<ReturnType<typeof ok>> {
  const { world, session, body } = call;
  const pull = pullOf(call);
  for (const login of textsOf(body, "reviewers")) {
    const reviewer = pull.reviewers.get(login.toLowerCase());
    if (reviewer === undefined) continue;
    pull.reviewers.delete(login.toLowerCase());
    note(world, pull, { event: "review_request_removed", actor: session.account, reviewer });
  }
  for (const team of textsOf(body, "team_reviewers")) pull.reviewTeams.delete(team);
  touch(pull, world.clock.stamp());
  await tellPull(world, pull, { action: "review_request_removed", by: session.account });
  return ok(pullShape(world, pull));
}

export function reviewShape(world: World, pull: Pull, review: Review): Json {
  const url = `${repositoryUrl(world, pull.repository)}/pulls/${pull.number}`;
  const web = `${world.url}/${pull.repository.fullName}/pull/${pull.number}`;
  const html = `${web}#pullrequestreview-${review.id}`;
  const isPending = review.state === "PENDING";
  return {
    id: review.id,
    node_id: nodeId("PullRequestReview", review.id),
    user: userShape(world, review.user),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: url,
    author_association: associationOf(world, pull.repository, review.user),
    _links: { html: { href: html }, pull_request: { href: url } },
    ...(!isPending && { submitted_at: formatTime(review.submittedAt) }),
    commit_id: review.commit,
  };
}
