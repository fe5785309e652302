import type { HeadMove } from "./head-history.ts";
import { readFields, type Fields } from "./shapes.ts";

const nothing = /^0+$/;

/** The activity of one branch as GitHub lists it, newest first; here the oldest is first. */
export function readActivity(entries: readonly unknown[], ref: string): readonly HeadMove[] {
  return entries
    .map((entry) => readFields(entry, "an activity of a branch"))
    .filter((entry) => entry.string("ref") === ref)
    .map(toMove)
    .toReversed();
}

function toMove(entry: Fields): HeadMove {
  return {
    before: commitOf(entry, "before"),
    after: commitOf(entry, "after"),
    at: entry.date("timestamp"),
    // Nobody: a deploy key, or an account that is gone.
    by: entry.has("actor") ? entry.account("actor") : undefined,
    isForced: entry.string("activity_type") === "force_push",
  };
}

function commitOf(entry: Fields, name: string): string | undefined {
  const id = entry.commit(name);
  return nothing.test(id) ? undefined : id;
}
