import { formatTime } from "./clock.ts";
import { linesOf, runGit } from "./git-program.ts";
import { noCommit, type Account, type ActivityType, type Json, type Pull } from "./model.ts";
import type { Repository } from "./model.ts";
import { note, payloadShape, tellPull } from "./pull-events.ts";
import { changePull, closePull, markMerged } from "./pull-state.ts";
import { bringCommit, moveRefs } from "./repositories.ts";
import { dismissesStale } from "./rules.ts";
import { userShape } from "./shapes.ts";
import type { World } from "./world.ts";

/** A ref that has moved already. */
export interface RefUpdate {
  readonly ref: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

interface Moved extends RefUpdate {
  readonly by: Account;
  /** New commits, oldest first. */
  readonly brought: readonly string[];
  readonly isForced: boolean;
  readonly type: ActivityType;
}

/** All that follows from refs that moved: activity, pull requests, webhooks. */
export async function refsMoved(
  world: World,
  repository: Repository,
  updates: readonly RefUpdate[],
  cause: { readonly by: Account; readonly type?: ActivityType; readonly merging?: Pull },
): Promise<void> {
  for (const update of updates) {
    if (update.before === update.after) continue;
    const moved = await describe(repository, update, cause);
    const branch = /^refs\/heads\/(.*)$/s.exec(update.ref)?.[1];
    if (branch !== undefined) {
      noteActivity(world, repository, moved);
      await headMoved(world, repository, branch, moved);
      await baseMoved(world, { repository, branch, moved, merging: cause.merging });
    }
    await tellPush(world, repository, moved);
  }
}

async function describe(
  repository: Repository,
  update: RefUpdate,
  { by, type }: { readonly by: Account; readonly type?: ActivityType },
): Promise<Moved> {
  const { before, after } = update;
  if (before === undefined || after === undefined || update.ref.startsWith("refs/tags/")) {
    const created = before === undefined ? "branch_creation" : "branch_deletion";
    return { ...update, by, brought: [], isForced: false, type: type ?? created };
  }
  const range = ["rev-list", "--reverse", "--left-right", `${before}...${after}`];
  const sides = linesOf(await runGit(repository.folder, range));
  const isForced = sides.some((line) => line.startsWith("<"));
  const brought = sides.filter((line) => line.startsWith(">")).map((line) => line.slice(1));
  return { ...update, by, brought, isForced, type: type ?? (isForced ? "force_push" : "push") };
}

function noteActivity(world: World, repository: Repository, moved: Moved): void {
  const { ref, before, after, type, by } = moved;
  const at = world.clock.stamp();
  repository.activity.push({
    id: world.nextId(),
    ref,
    before: before ?? noCommit,
    after: after ?? noCommit,
    type,
    actor: by,
    at,
  });
  Object.assign(repository, { pushedAt: at });
}

async function headMoved(
  world: World,
  from: Repository,
  branch: string,
  moved: Moved,
): Promise<void> {
  for (const pull of openIn(from.openByHead, branch)) {
    if (moved.after === undefined) {
      note(world, pull, { event: "head_ref_deleted", actor: moved.by });
      await closePull(world, pull, moved.by);
    } else {
      await synchronize(world, pull, { ...moved, after: moved.after });
    }
  }
}

async function synchronize(
  world: World,
  pull: Pull,
  moved: Moved & { readonly after: string },
): Promise<void> {
  const { repository, head } = pull;
  const { after, by } = moved;
  await bringCommit(head.repository, repository, after);
  const base = (await repository.refs.get(`refs/heads/${pull.base.branch}`)) ?? pull.base.sha;
  const commits = await repository.commits.between(base, after);
  await moveRefs(repository, [{ ref: `refs/pull/${pull.number}/head`, to: after }]);
  const known = new Set(pull.commits);
  const at = world.clock.stamp();
  if (moved.isForced) {
    note(world, pull, { event: "head_ref_force_pushed", actor: by, before: head.sha, after }, at);
  }
  for (const commit of commits) {
    if (!known.has(commit)) note(world, pull, { event: "committed", actor: by, commit }, at);
  }
  changePull(pull, { head: { ...head, sha: after }, base: { ...pull.base, sha: base }, commits });
  adaptReviews(world, pull, moved);
  const more = { before: head.sha, after };
  await tellPull(world, pull, { action: "synchronize", by, more });
  if (commits.length === 0) await closePull(world, pull, by);
}

/** What a push does to the reviews: rulesets may dismiss them, and this GitHub may lie about them. */
function adaptReviews(world: World, pull: Pull, moved: Moved): void {
  const isStale = dismissesStale(pull);
  for (const review of pull.reviews) {
    if (review.state !== "APPROVED") continue;
    if (isStale) {
      review.state = "DISMISSED";
      const message = "";
      const state = "APPROVED";
      note(world, pull, { event: "review_dismissed", actor: moved.by, review, state, message });
    } else if (world.deceit.isRebinding && moved.isForced) {
      review.commit = moved.after ?? review.commit;
    }
  }
}

/** A copy: what happens to them changes the index. */
function openIn(index: ReadonlyMap<string, ReadonlySet<Pull>>, branch: string): readonly Pull[] {
  return Array.from(index.get(branch) ?? []);
}

/** Pull requests whose head is in the base now were merged by that push; without a base they end. */
async function baseMoved(
  world: World,
  push: {
    readonly repository: Repository;
    readonly branch: string;
    readonly moved: Moved;
    readonly merging: Pull | undefined;
  },
): Promise<void> {
  const { repository, branch, moved, merging } = push;
  const brought = new Set(moved.brought);
  for (const pull of openIn(repository.openByBase, branch)) {
    if (pull === merging) continue;
    if (moved.after === undefined) await closePull(world, pull, moved.by);
    else if (brought.has(pull.head.sha)) {
      const commit = await mergeCommitOf(repository, pull, moved.after);
      await markMerged(world, pull, { by: moved.by, commit, brought: pull.commits });
    }
  }
}

/** The commit on the branch itself that brought the head. */
async function mergeCommitOf(repository: Repository, pull: Pull, tip: string): Promise<string> {
  const path = ["rev-list", "--first-parent", "--ancestry-path", tip, `^${pull.head.sha}`];
  return linesOf(await runGit(repository.folder, path)).at(-1) ?? pull.head.sha;
}

async function tellPush(world: World, repository: Repository, moved: Moved): Promise<void> {
  const { ref, before, after, by } = moved;
  await world.deliveries.tell(repository, "push", async () => ({
    ref,
    before: before ?? noCommit,
    after: after ?? noCommit,
    ...payloadShape(world, repository, by),
    pusher: { name: by.login, email: `${by.login}@users.noreply.localhost` },
    created: before === undefined,
    deleted: after === undefined,
    forced: moved.isForced,
    base_ref: null,
    compare: `${world.url}/${repository.fullName}/compare/${before ?? ""}...${after ?? ""}`,
    commits: await Promise.all(moved.brought.slice(-20).map((id) => pushed(repository, id))),
    head_commit: after === undefined ? null : await pushed(repository, after),
  }));
  const event = before === undefined ? "create" : after === undefined ? "delete" : undefined;
  if (event === undefined) return;
  await world.deliveries.tell(repository, event, () => ({
    ref: ref.replace(/^refs\/(?:heads|tags)\//, ""),
    ref_type: ref.startsWith("refs/tags/") ? "tag" : "branch",
    master_branch: repository.defaultBranch,
    description: null,
    pusher_type: "user",
    repository: payloadShape(world, repository, by)["repository"],
    sender: userShape(world, by),
  }));
}

async function pushed(repository: Repository, id: string): Promise<Json | null> {
  const commit = await repository.commits.get(id);
  if (commit === undefined) return null;
  const { name, email } = commit.author;
  const author = { name, email };
  return {
    id: commit.id,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: formatTime(commit.committer.date),
    author,
    committer: { name: commit.committer.name, email: commit.committer.email },
    added: [],
    removed: [],
    modified: [],
  };
}
