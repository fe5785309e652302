import type { QueuedGroup } from "./double.ts";
import { makeCommits, type MergeMethod } from "./merging.ts";
import type { Account, Json, Pull, QueueEntry, Repository } from "./model.ts";
import { note, payloadShape } from "./pull-events.ts";
import { markMerged } from "./pull-state.ts";
import { refsMoved } from "./pushes.ts";
import { inTurn, moveRefs } from "./repositories.ts";
import { checkObstacles, mergeObstacles, rulesetsFor } from "./rules.ts";
import type { World } from "./world.ts";

/** Puts it behind those that wait already: its group holds them all. */
export async function enqueue(
  world: World,
  repository: Repository,
  number: number,
): Promise<QueuedGroup> {
  return inTurn(repository, async () => {
    const pull = repository.pulls.get(number);
    if (pull === undefined || pull.state === "closed") throw new Error(`#${number} is not open`);
    const target = `refs/heads/${pull.base.branch}`;
    const waiting = repository.queue.filter((entry) => entry.pull.base.branch === pull.base.branch);
    const base = waiting.at(-1)?.head ?? (await repository.refs.get(target)) ?? pull.base.sha;
    const by = pull.author;
    const method = methodOf(repository, target);
    const commits = await makeCommits(world, pull, { base, by, method });
    const head = commits.at(-1);
    if (head === undefined) throw new Error(`#${number} conflicts with what is before it`);
    const ref = `refs/heads/gh-readonly-queue/${pull.base.branch}/pr-${number}-${base}`;
    await moveRefs(repository, [{ ref, to: head }]);
    const entry: QueueEntry = { pull, ref, head, base, commits, by };
    repository.queue.push(entry);
    note(world, pull, { event: "added_to_merge_queue", actor: by });
    await refsMoved(world, repository, [{ ref, before: undefined, after: head }], { by });
    await tellGroup(world, entry, { action: "checks_requested" });
    return { pullRequest: number, ref, head, base };
  });
}

function methodOf(repository: Repository, ref: string): MergeMethod {
  const rules = rulesetsFor(repository, ref).find((found) => found.rules.mergeQueue === true);
  return rules?.rules.mergeQueueMethod ?? "merge";
}

/** Lands groups from the front as long as their required checks are green. */
export async function finishQueue(
  world: World,
  repository: Repository,
): Promise<readonly number[]> {
  return inTurn(repository, async () => {
    const landed: number[] = [];
    for (let entry = repository.queue[0]; entry !== undefined; entry = repository.queue[0]) {
      if ((await obstaclesOf(entry)).length > 0) break;
      repository.queue.shift();
      await land(world, entry);
      landed.push(entry.pull.number);
    }
    return landed;
  });
}

async function obstaclesOf({ pull, head, by }: QueueEntry): Promise<readonly string[]> {
  const { repository, base } = pull;
  const checks = rulesetsFor(repository, `refs/heads/${base.branch}`).flatMap(({ rules }) =>
    checkObstacles(repository, head, rules),
  );
  return [...checks, ...(await mergeObstacles(pull, by, { isQueued: true }))];
}

async function land(world: World, entry: QueueEntry): Promise<void> {
  const { pull, ref, head, commits, by } = entry;
  const { repository } = pull;
  const target = `refs/heads/${pull.base.branch}`;
  const before = await repository.refs.get(target);
  await moveRefs(repository, [
    { ref: target, to: head, from: before },
    { ref, to: undefined },
  ]);
  await markMerged(world, pull, { by, commit: head, brought: commits });
  const cause = { by, type: "merge_queue_merge", merging: pull } as const;
  await refsMoved(world, repository, [{ ref: target, before, after: head }], cause);
  await refsMoved(world, repository, [{ ref, before: head, after: undefined }], {
    by: queue(world),
  });
  await tellGroup(world, entry, { action: "destroyed", reason: "merged" });
}

function queue(world: World): Account {
  return world.accounts.owner("github-merge-queue[bot]");
}

async function tellGroup(world: World, entry: QueueEntry, news: Json): Promise<void> {
  const { pull, ref, head, base, by } = entry;
  await world.deliveries.tell(pull.repository, "merge_group", async () => ({
    ...news,
    merge_group: {
      head_sha: head,
      head_ref: ref,
      base_sha: base,
      base_ref: `refs/heads/${pull.base.branch}`,
      head_commit: await headCommit(pull, head),
    },
    ...payloadShape(world, pull.repository, by),
  }));
}

async function headCommit({ repository }: Pull, head: string): Promise<Json | null> {
  const commit = await repository.commits.get(head);
  if (commit === undefined) return null;
  const { author, committer, message, tree } = commit;
  return {
    id: head,
    tree_id: tree,
    message,
    timestamp: committer.date.toISOString(),
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
  };
}
