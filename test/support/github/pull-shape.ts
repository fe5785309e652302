import { createHash } from "node:crypto";
import { levelOf } from "./accounts.ts";
import { formatTime } from "./clock.ts";
import type { Account, Json, Pull, Repository } from "./model.ts";
import { mergeObstacles } from "./rules.ts";
import { nodeId, repositoryShape, repositoryUrl, userShape } from "./shapes.ts";
import type { World } from "./world.ts";

/** A pull request as lists tell it. */
export function pullShape(world: World, pull: Pull): Json {
  const { repository, number } = pull;
  const api = repositoryUrl(world, repository);
  const url = `${api}/pulls/${number}`;
  const issue = `${api}/issues/${number}`;
  const web = `${world.url}/${repository.fullName}/pull/${number}`;
  const links = {
    self: url,
    html: web,
    issue,
    comments: `${issue}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${api}/statuses/${pull.head.sha}`,
  };
  return {
    url,
    id: pull.id,
    node_id: nodeId("PullRequest", pull.id),
    html_url: web,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    issue_url: issue,
    number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: userShape(world, pull.author),
    body: pull.body,
    ...pullTimes(pull),
    merge_commit_sha: pull.merge?.commit ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [...pull.reviewers.values()].map((account) => userShape(world, account)),
    requested_teams: [...pull.reviewTeams].map((slug) => teamShape(world, repository, slug)),
    labels: [...pull.labels].map((name) => labelShape(world, repository, name)),
    milestone: null,
    draft: pull.isDraft,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    head: endShape(world, pull.head),
    base: endShape(world, { ...pull.base, repository }),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: associationOf(world, repository, pull.author),
    auto_merge: null,
    active_lock_reason: null,
  };
}

function pullTimes(pull: Pull): Json {
  const closed = pull.closedAt === undefined ? null : formatTime(pull.closedAt);
  return {
    created_at: formatTime(pull.createdAt),
    updated_at: formatTime(pull.updatedAt),
    closed_at: closed,
    merged_at: pull.merge === undefined ? null : formatTime(pull.merge.at),
  };
}

/** Head or base; the repository of a head may be gone. */
function endShape(world: World, end: Pull["head"]): Json {
  const { repository, branch, sha } = end;
  const owner = repository.owner;
  return {
    label: repository.isRemoved ? branch : `${owner.login}:${branch}`,
    ref: branch,
    sha,
    user: repository.isRemoved ? null : userShape(world, owner),
    repo: repository.isRemoved ? null : repositoryShape(world, repository),
  };
}

/** A pull request with everything that has to be computed. */
export async function fullPullShape(
  world: World,
  pull: Pull,
  options: { readonly withMergeability: boolean },
): Promise<Json> {
  const changes = await changesOf(pull);
  const isMerged = pull.merge !== undefined;
  return {
    ...pullShape(world, pull),
    merged: isMerged,
    ...(options.withMergeability && pull.state === "open"
      ? await mergeability(world, pull)
      : { mergeable: null, rebaseable: null, mergeable_state: "unknown" }),
    merged_by: pull.merge === undefined ? null : userShape(world, pull.merge.by),
    comments: pull.commentCount,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: pull.commits.length,
    additions: changes.reduce((sum, { additions }) => sum + additions, 0),
    deletions: changes.reduce((sum, { deletions }) => sum + deletions, 0),
    changed_files: changes.length,
  };
}

/** What it changes, against the base that it was last compared with. */
export async function changesOf(pull: Pull): ReturnType<Repository["commits"]["changes"]> {
  const base = pull.base.sha;
  const start = await pull.repository.commits.mergeBase(base, pull.head.sha);
  return start === undefined ? [] : pull.repository.commits.changes(start, pull.head.sha);
}

async function mergeability(world: World, pull: Pull): Promise<Json> {
  if (world.deceit.takeUnknownMergeable()) {
    return { mergeable: null, rebaseable: null, mergeable_state: "unknown" };
  }
  const { repository, base, head } = pull;
  const tip = (await repository.refs.get(`refs/heads/${base.branch}`)) ?? base.sha;
  const merge = await repository.commits.testMerge(tip, head.sha);
  if (merge === undefined) {
    return { mergeable: false, rebaseable: false, mergeable_state: "dirty" };
  }
  const obstacles = await mergeObstacles(pull, pull.author, { isQueued: false });
  const state = pull.isDraft ? "draft" : obstacles.length > 0 ? "blocked" : "clean";
  return { mergeable: true, rebaseable: true, mergeable_state: state, merge_commit_sha: merge };
}

export function labelShape(world: World, repository: Repository, name: string): Json {
  return {
    id: idOfName(name),
    node_id: nodeId("Label", name),
    url: `${repositoryUrl(world, repository)}/labels/${encodeURIComponent(name)}`,
    name,
    color: "ededed",
    default: false,
    description: null,
  };
}

/** Ids that a name always has. */
function idOfName(name: string): number {
  return Number.parseInt(createHash("sha256").update(name).digest("hex").slice(0, 8), 16);
}

export function teamShape(world: World, repository: Repository, slug: string): Json {
  const organization = repository.owner.login;
  const url = `${world.apiUrl}/organizations/${repository.owner.id}/team/${idOfName(slug)}`;
  return {
    id: idOfName(slug),
    node_id: nodeId("Team", slug),
    name: slug,
    slug,
    description: null,
    privacy: "closed",
    notification_setting: "notifications_enabled",
    permission: "pull",
    url,
    html_url: `${world.url}/orgs/${organization}/teams/${slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    parent: null,
    type: "organization",
    organization_id: repository.owner.id,
  };
}

export function associationOf(world: World, repository: Repository, account: Account): string {
  if (account.id === repository.owner.id) return "OWNER";
  if (world.accounts.isMember(repository.owner.login, account)) return "MEMBER";
  if (repository.permissions.has(account.login.toLowerCase())) return "COLLABORATOR";
  return levelOf(repository, account) === "none" ? "NONE" : "CONTRIBUTOR";
}
