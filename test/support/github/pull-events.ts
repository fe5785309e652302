import { formatTime } from "./clock.ts";
import type { Account, Json, Pull, Repository, TimelineEntry } from "./model.ts";
import { fullPullShape } from "./pull-shape.ts";
import { repositoryShape, userShape } from "./shapes.ts";
import type { World } from "./world.ts";

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type NewEntry = Without<TimelineEntry, "id" | "at">;

/** Something happened: it is on the timeline, and the pull request was updated. */
export function note(world: World, pull: Pull, entry: NewEntry, at = world.clock.stamp()): void {
  pull.timeline.push({ ...entry, id: world.nextId(), at });
  touch(pull, at);
}

export function touch(pull: Pull, at: Date): void {
  if (at > pull.updatedAt) Object.assign(pull, { updatedAt: at });
}

/** What every payload has. */
export function payloadShape(world: World, repository: Repository, sender: Account): Json {
  return {
    repository: repositoryShape(world, repository),
    sender: userShape(world, sender),
    ...(repository.owner.type === "Organization" && {
      organization: { login: repository.owner.login, id: repository.owner.id },
    }),
  };
}

export async function tellPull(
  world: World,
  pull: Pull,
  news: { readonly action: string; readonly by: Account; readonly more?: Json },
): Promise<void> {
  await world.deliveries.tell(pull.repository, "pull_request", async () => ({
    action: news.action,
    number: pull.number,
    pull_request: await fullPullShape(world, pull, { withMergeability: false }),
    ...news.more,
    ...payloadShape(world, pull.repository, news.by),
  }));
}

export const timeOrNull = (time: Date | undefined): string | null =>
  time === undefined ? null : formatTime(time);
