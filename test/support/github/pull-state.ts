import type { Account, Pull } from "./model.ts";
import { note, tellPull } from "./pull-events.ts";
import { indexPull, put } from "./repositories.ts";
import type { World } from "./world.ts";

/** Sets the fields and keeps the indexes right. */
export function changePull(
  pull: Pull,
  change: Partial<Pick<Pull, "state" | "closedAt" | "merge" | "head" | "base" | "commits">>,
): void {
  const before = { head: pull.head, base: pull.base };
  Object.assign(pull, change);
  indexPull(pull, before);
  for (const commit of change.commits ?? []) put(pull.repository.pullsByCommit, commit, pull);
}

export async function closePull(world: World, pull: Pull, by: Account): Promise<void> {
  const at = world.clock.stamp();
  changePull(pull, { state: "closed", closedAt: at });
  note(world, pull, { event: "closed", actor: by }, at);
  await tellPull(world, pull, { action: "closed", by });
}

export async function markReady(world: World, pull: Pull): Promise<void> {
  if (!pull.isDraft) throw new Error(`#${pull.number} is no draft`);
  Object.assign(pull, { isDraft: false });
  const by = pull.author;
  note(world, pull, { event: "ready_for_review", actor: by });
  await tellPull(world, pull, { action: "ready_for_review", by });
}

/** It landed as `commit`; `brought` are all commits that are new on the base for it. */
export async function markMerged(
  world: World,
  pull: Pull,
  landing: {
    readonly by: Account;
    readonly commit: string;
    readonly brought: readonly string[];
  },
): Promise<void> {
  const { by, commit, brought } = landing;
  const at = world.clock.stamp();
  changePull(pull, { state: "closed", closedAt: at, merge: { at, by, commit } });
  for (const id of [commit, ...brought]) put(pull.repository.pullsByCommit, id, pull);
  note(world, pull, { event: "merged", actor: by, commit }, at);
  note(world, pull, { event: "closed", actor: by }, at);
  await tellPull(world, pull, { action: "closed", by });
}
