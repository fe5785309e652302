import type { CommitInfo, TreeItem } from "../../src/git/git.ts";
import { byCodeUnits } from "../../src/shared/json.ts";
import { missing } from "./memory-objects.ts";

type Commits = ReadonlyMap<string, CommitInfo>;
type Items = ReadonlyMap<string, TreeItem>;

/** A commit and all before it, parents before children. */
export function reachableFrom(commits: Commits, tip: string): Commits {
  const found = new Map<string, CommitInfo>();
  const open = [tip];
  while (open.length > 0) {
    const id = open.at(-1) ?? "";
    const commit = commits.get(id) ?? missing(id);
    const next = commit.parents.filter((parent) => !found.has(parent));
    if (next.length > 0) {
      open.push(...next);
    } else {
      found.set(id, commit);
      open.pop();
    }
  }
  return found;
}

/** Of the common ancestors that no other one follows, the newest. */
export function findMergeBase(commits: Commits, left: string, right: string): string | undefined {
  const ofRight = reachableFrom(commits, right);
  const common = [...reachableFrom(commits, left).values()].filter(({ id }) => ofRight.has(id));
  // What is before a common one is common as well, so that looking one step back is enough.
  const older = new Set(common.flatMap(({ parents }) => parents));
  const best = common.filter(({ id }) => !older.has(id));
  return best.sort((a, b) => b.committer.timestamp - a.committer.timestamp)[0]?.id;
}

export interface Sides {
  readonly base: Items;
  readonly ours: Items;
  readonly theirs: Items;
}

/** File by file: what one side changed is taken, what both changed otherwise is a conflict. */
export function mergeTrees({ base, ours, theirs }: Sides): {
  readonly items: readonly TreeItem[];
  readonly conflicts: readonly string[];
} {
  const items = new Map<string, TreeItem>();
  const conflicts: string[] = [];
  for (const path of new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])) {
    const [before, left, right] = [base.get(path), ours.get(path), theirs.get(path)];
    const isConflict = !isSame(left, right) && !isSame(left, before) && !isSame(right, before);
    const taken = isSame(left, before) ? right : left;
    if (isConflict) conflicts.push(path);
    else if (taken !== undefined) items.set(path, taken);
  }
  const inTheWay = [...items.keys()].filter((path) =>
    [...items.keys()].some((other) => other.startsWith(`${path}/`)),
  );
  conflicts.push(...inTheWay);
  return { items: [...items.values()], conflicts: conflicts.sort(byCodeUnits) };
}

function isSame(left: TreeItem | undefined, right: TreeItem | undefined): boolean {
  return left?.objectId === right?.objectId && left?.mode === right?.mode;
}
