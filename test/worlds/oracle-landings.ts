import { findMergeBase } from "../support/memory-merge.ts";
import { historyOf } from "./oracle-approvals.ts";
import type { PullFacts, World } from "./world.ts";

/** What came to the branch at once: the unit that is judged. */
export interface Landing {
  readonly commit: string;
  readonly before: string;
  readonly pull: PullFacts | undefined;
}

/**
 * Pull requests as one, other commits alone. Where the branch was turned around, the step to the
 * merge that did it is one. What an earlier look had nothing to say about is not looked at again.
 * Where nothing landed, the branch as it is may say more to a newer ledger.
 */
export function landingsOf(
  world: World,
  { processed, recorded }: { readonly processed: string; readonly recorded: string },
): readonly Landing[] {
  const { head } = world;
  if (processed === head || recorded === head) {
    return [{ commit: head, before: head, pull: undefined }];
  }
  const chain = chainSince(world, recorded);
  const first = world.remote.objects.commits.get(chain[0] ?? "");
  const holder = chain.findIndex((commit) => historyOf(world, commit).has(recorded));
  const turned = first?.parents[0] === recorded ? -1 : holder;
  const all = [
    ...(turned < 0 ? [] : [{ commit: chain[turned] ?? "", before: recorded, pull: undefined }]),
    ...groupChain(world, chain.slice(turned + 1), chain[turned] ?? recorded),
  ];
  const seen = historyOf(world, processed);
  return all.filter(({ commit }) => !seen.has(commit));
}

function chainSince(world: World, start: string): readonly string[] {
  const old = historyOf(world, start);
  const chain: string[] = [];
  let next: string | undefined = world.head;
  while (next !== undefined && !old.has(next)) {
    chain.unshift(next);
    next = world.remote.objects.commits.get(next)?.parents[0];
  }
  return chain;
}

function groupChain(world: World, chain: readonly string[], start: string): readonly Landing[] {
  const landings: Landing[] = [];
  let before = start;
  for (const [index, commit] of chain.entries()) {
    const number = world.landed.get(commit);
    if (number !== undefined && world.landed.get(chain[index + 1] ?? "") === number) continue;
    const pull = number === undefined ? undefined : world.pulls.get(number);
    landings.push({ commit, before, pull });
    before = commit;
  }
  return landings;
}

/** Where a pull request left the branch. */
export function baseOf(world: World, before: string, pull: PullFacts): string | undefined {
  return findMergeBase(world.remote.objects.commits, before, pull.head);
}
