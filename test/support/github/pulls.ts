import { invalid, created, ok, Refusal } from "./answers.ts";
import { levelOf, isAtLeast } from "./accounts.ts";
import { mergeRoute } from "./merging.ts";
import type { Pull, Repository } from "./model.ts";
import { note, tellPull } from "./pull-events.ts";
import { changesOf, fullPullShape, pullShape } from "./pull-shape.ts";
import { changePull, closePull } from "./pull-state.ts";
import { pageOf } from "./paging.ts";
import { bringCommit, inTurn, moveRefs } from "./repositories.ts";
import { need, onRepository, pullOf, textOf } from "./route-kit.ts";
import { commitShape } from "./shapes.ts";
import type { RepositoryCall, Route } from "./routing.ts";

const reading = need("read", "pull_requests");

/** GitHub lists no more files of a pull request than these. */
const mostFiles = 3000;

export const pullRoutes: readonly Route[] = [
  onRepository("GET", "/pulls", reading, async (call) =>
    pageOf(call, listed(call), (pull) => pullShape(call.world, pull)),
  ),
  onRepository("POST", "/pulls", need("write", "pull_requests", "read"), async (call) =>
    inTurn(call.repository, async () => {
      const pull = await open(call);
      await tellPull(call.world, pull, { action: "opened", by: pull.author });
      return created(await fullPullShape(call.world, pull, { withMergeability: false }));
    }),
  ),
  onRepository("GET", "/pulls/{pull_number}", reading, async (call) =>
    ok(await fullPullShape(call.world, pullOf(call), { withMergeability: true })),
  ),
  onRepository(
    "PATCH",
    "/pulls/{pull_number}",
    need("write", "pull_requests", "read"),
    async (call) =>
      inTurn(call.repository, async () => {
        const pull = pullOf(call);
        requireAuthorOrWriter(call, pull);
        await update(call, pull);
        return ok(await fullPullShape(call.world, pull, { withMergeability: false }));
      }),
  ),
  onRepository("GET", "/pulls/{pull_number}/commits", reading, async (call) =>
    pageOf(call, pullOf(call).commits.slice(0, 250), async (id) => {
      const commit = await call.repository.commits.get(id);
      return commit === undefined ? null : commitShape(call.world, call.repository, commit);
    }),
  ),
  onRepository("GET", "/pulls/{pull_number}/files", reading, files),
  onRepository("GET", "/commits/{commit_sha}/pulls", reading, async (call) => {
    const found = call.repository.pullsByCommit.get(call.parameters["commit_sha"] ?? "") ?? [];
    return pageOf(call, [...found], (pull) => pullShape(call.world, pull));
  }),
  mergeRoute,
];

function requireAuthorOrWriter({ session, repository }: RepositoryCall, pull: Pull): void {
  const isWriter =
    session.kind !== "user" || isAtLeast(levelOf(repository, session.account), "write");
  if (isWriter || session.account.id === pull.author.id) return;
  throw new Refusal(403, "You must have write access to this repository or be the author.");
}

function listed({ repository, query }: RepositoryCall): readonly Pull[] {
  const state = query.get("state") ?? "open";
  const base = query.get("base");
  const head = query.get("head");
  const found = candidates(repository, head, state).filter(
    (pull) =>
      (state === "all" || pull.state === state) &&
      (base === null || pull.base.branch === base) &&
      (head === null || headName(pull).toLowerCase() === head.toLowerCase()),
  );
  const sort = query.get("sort") ?? "created";
  const key = (pull: Pull) =>
    sort === "updated" ? pull.updatedAt.getTime() * 1e6 + pull.number : pull.number;
  const isAscending = (query.get("direction") ?? (sort === "created" ? "desc" : "asc")) === "asc";
  return found.sort((one, other) => (isAscending ? 1 : -1) * (key(one) - key(other)));
}

/** Open ones are indexed: a list of them does not look at all that ever were. */
function candidates(repository: Repository, head: string | null, state: string): Pull[] {
  if (state !== "open" || head !== null) return [...repository.pulls.values()];
  return [...repository.openByBase.values()].flatMap((pulls) => [...pulls]);
}

function headName({ head }: Pull): string {
  return `${head.repository.owner.login}:${head.branch}`;
}

async function open(call: RepositoryCall): Promise<Pull> {
  const { repository, body, world, session } = call;
  const branch = textOf(body, "base") ?? "";
  const from = headOf(call);
  const sha = await from.repository.refs.get(`refs/heads/${from.branch}`);
  if (sha === undefined) throw invalid("PullRequest", "head");
  const base = await repository.refs.get(`refs/heads/${branch}`);
  if (base === undefined) throw invalid("PullRequest", "base");
  refuseSecond(repository, from, branch);
  await bringCommit(from.repository, repository, sha);
  const commits = await repository.commits.between(base, sha);
  if (commits.length === 0) {
    const message = `No commits between ${branch} and ${textOf(body, "head") ?? ""}`;
    throw new Refusal(422, "Validation Failed", {
      errors: [{ resource: "PullRequest", code: "custom", message }],
    });
  }
  const title = textOf(body, "title") ?? "";
  if (title === "") throw missing("title");
  const at = world.clock.stamp();
  const number = repository.nextNumber;
  Object.assign(repository, { nextNumber: number + 1 });
  const pull: Pull = {
    ...newConversation(),
    id: world.nextId(),
    number,
    repository,
    title,
    body: textOf(body, "body") ?? null,
    author: session.account,
    createdAt: at,
    updatedAt: at,
    isDraft: body["draft"] === true,
    base: { branch, sha: base },
    head: { ...from, sha },
    commits: [],
  };
  await moveRefs(repository, [{ ref: `refs/pull/${number}/head`, to: sha }]);
  repository.pulls.set(number, pull);
  changePull(pull, { commits });
  for (const commit of commits) {
    note(world, pull, { event: "committed", actor: pull.author, commit }, at);
  }
  return pull;
}

function newConversation(): Pick<
  Pull,
  | "state"
  | "closedAt"
  | "merge"
  | "labels"
  | "reviewers"
  | "reviewTeams"
  | "reviews"
  | "commentCount"
  | "timeline"
> {
  return {
    state: "open",
    closedAt: undefined,
    merge: undefined,
    labels: new Set(),
    reviewers: new Map(),
    reviewTeams: new Set(),
    reviews: [],
    commentCount: 0,
    timeline: [],
  };
}

/** `branch` of this repository, or `owner:branch` of one in its network. */
function headOf({ repository, body, world }: RepositoryCall): Omit<Pull["head"], "sha"> {
  const head = textOf(body, "head") ?? "";
  const [, owner = repository.owner.login, branch = ""] = /^(?:([^:]+):)?(.*)$/s.exec(head) ?? [];
  const name = textOf(body, "head_repo") ?? repository.name;
  const known = owner.toLowerCase() === repository.owner.login.toLowerCase();
  const from = known ? repository : world.repositories.find(`${owner}/${name}`);
  if (from === undefined || (from !== repository && from.parent !== repository)) {
    throw invalid("PullRequest", "head");
  }
  return { repository: from, branch };
}

function refuseSecond(repository: Repository, from: Omit<Pull["head"], "sha">, base: string): void {
  const open = [...(from.repository.openByHead.get(from.branch) ?? [])];
  const isKnown = open.some((pull) => pull.repository === repository && pull.base.branch === base);
  if (!isKnown) return;
  const name = `${from.repository.owner.login}:${from.branch}`;
  const message = `A pull request already exists for ${name}.`;
  throw new Refusal(422, "Validation Failed", {
    errors: [{ resource: "PullRequest", code: "custom", message }],
  });
}

function missing(field: string): Refusal {
  return new Refusal(422, "Validation Failed", {
    errors: [{ resource: "PullRequest", code: "missing_field", field }],
  });
}

async function update(call: RepositoryCall, pull: Pull): Promise<void> {
  const { body, world } = call;
  const by = call.session.account;
  const title = textOf(body, "title");
  const text = textOf(body, "body");
  const changes: Record<string, unknown> = {};
  if (title !== undefined && title !== pull.title) {
    changes["title"] = { from: pull.title };
    note(world, pull, { event: "renamed", actor: by, from: pull.title, to: title });
    Object.assign(pull, { title });
  }
  if (text !== undefined && text !== pull.body) {
    changes["body"] = { from: pull.body };
    Object.assign(pull, { body: text, updatedAt: world.clock.stamp() });
  }
  const base = textOf(body, "base");
  if (base !== undefined && base !== pull.base.branch) {
    changes["base"] = { ref: { from: pull.base.branch }, sha: { from: pull.base.sha } };
    await retarget(call, pull, base);
  }
  if (Object.keys(changes).length > 0) {
    await tellPull(world, pull, { action: "edited", by, more: { changes } });
  }
  const state = textOf(body, "state");
  if (state === "closed" && pull.state === "open") await closePull(world, pull, by);
  if (state === "open" && pull.state === "closed") await reopen(call, pull);
}

async function retarget(call: RepositoryCall, pull: Pull, branch: string): Promise<void> {
  const { repository, world } = call;
  const sha = await repository.refs.get(`refs/heads/${branch}`);
  if (sha === undefined || pull.state === "closed") throw invalid("PullRequest", "base");
  const { head } = pull;
  refuseSecond(repository, head, branch);
  const commits = await repository.commits.between(sha, head.sha);
  if (commits.length === 0) {
    const message = `There are no new commits between base branch '${branch}' and head branch '${head.branch}'`;
    throw invalid("PullRequest", "base", message);
  }
  changePull(pull, { base: { branch, sha }, commits });
  note(world, pull, { event: "base_ref_changed", actor: call.session.account });
}

async function reopen(call: RepositoryCall, pull: Pull): Promise<void> {
  const { world, session } = call;
  const { head } = pull;
  const tip = head.repository.isRemoved
    ? undefined
    : await head.repository.refs.get(`refs/heads/${head.branch}`);
  if (pull.merge !== undefined || tip === undefined) {
    const message = "state cannot be changed. The pull request cannot be reopened.";
    throw invalid("PullRequest", "state", message);
  }
  refuseSecond(call.repository, head, pull.base.branch);
  const base = (await call.repository.refs.get(`refs/heads/${pull.base.branch}`)) ?? pull.base.sha;
  await bringCommit(head.repository, call.repository, tip);
  await moveRefs(call.repository, [{ ref: `refs/pull/${pull.number}/head`, to: tip }]);
  const commits = await call.repository.commits.between(base, tip);
  changePull(pull, { state: "open", closedAt: undefined, head: { ...head, sha: tip }, commits });
  note(world, pull, { event: "reopened", actor: session.account });
  await tellPull(world, pull, { action: "reopened", by: session.account });
}

async function files(call: RepositoryCall): ReturnType<typeof pageOf> {
  const { repository, world } = call;
  const pull = pullOf(call);
  const changed = (await changesOf(pull)).slice(0, mostFiles);
  const web = `${world.url}/${repository.fullName}`;
  const api = `${world.apiUrl}/repos/${repository.fullName}`;
  return pageOf(call, changed, ({ path, status, blob, additions, deletions }) => ({
    sha: blob,
    filename: path,
    status,
    additions,
    deletions,
    changes: additions + deletions,
    blob_url: `${web}/blob/${pull.head.sha}/${encodeURI(path)}`,
    raw_url: `${web}/raw/${pull.head.sha}/${encodeURI(path)}`,
    contents_url: `${api}/contents/${encodeURI(path)}?ref=${pull.head.sha}`,
  }));
}
