import { coversSince, isLater, type ForcePush, type HeadMove } from "./head-history.ts";

/** How the head of a pull request was moved, as far as the host says. */
export interface HeadHistory {
  readonly openedAt: string;
  /** Without a gap up to the head; empty when the host does not show them. */
  readonly moves: readonly HeadMove[];
  /** All there were, oldest first. */
  readonly forced: readonly ForcePush[];
  /** Closed and opened again: meanwhile the branch could be moved, and the head was not. */
  readonly wasReopened: boolean;
}

/**
 * The commit that a review saw. GitHub gives an approval to the new head when a force-push leaves
 * the change as it was; the date of the review stays. So what its `commit` says is believed unless
 * it became the head afterwards, and then it is the head of that moment, if only one can have been.
 * `undefined` whenever there is a doubt.
 */
export function seenCommit(
  { commit, at }: { readonly commit: string | undefined; readonly at: string },
  history: HeadHistory,
): string | undefined {
  if (commit === undefined || isLater(history.openedAt, at)) return undefined;
  return coversSince(history.moves, at)
    ? seenInMoves(commit, at, history)
    : seenBesideForcePushes(commit, at, history);
}

/** Every move since the review is known. */
function seenInMoves(
  commit: string,
  at: string,
  { moves, wasReopened }: HeadHistory,
): string | undefined {
  const newest = moves.findLast(({ after }) => after === commit);
  if (newest === undefined || isLater(at, newest.at)) return commit;
  const late = moves.filter((move) => !isLater(at, move.at));
  const heads = headsDuring(at, moves);
  if (heads.has(commit) && (heads.size === 1 || late.every(({ isForced }) => !isForced))) {
    return commit;
  }
  const [only] = heads;
  return heads.size === 1 && !wasReopened ? only : undefined;
}

/** What can have been the head during the second of a review. */
function headsDuring(at: string, moves: readonly HeadMove[]): ReadonlySet<string> {
  const earlier = moves.filter((move) => isLater(at, move.at));
  const during = moves.filter((move) => !isLater(at, move.at) && !isLater(move.at, at));
  // A branch that was deleted leaves its pull request with the head it had.
  const start =
    earlier.findLast(({ after }) => after !== undefined)?.after ??
    moves.slice(earlier.length)[0]?.before;
  return new Set([start, ...during.map(({ after }) => after)].filter((id) => id !== undefined));
}

/** Only the force-pushes are known, and perhaps the newest moves: plain pushes may have been between. */
function seenBesideForcePushes(
  commit: string,
  at: string,
  { moves, forced, wasReopened }: HeadHistory,
): string | undefined {
  if (moves.some(({ after }) => after === commit)) return undefined;
  const late = forced.filter((push) => !isLater(at, push.at));
  const [next] = late;
  if (next === undefined) return commit;
  if (late.some(({ after }) => after === undefined)) return undefined;
  const earlier = forced.filter((push) => isLater(at, push.at));
  const last = earlier.at(-1)?.after;
  if (late.every(({ after }) => after !== commit)) {
    const known = [next.before, ...earlier.flatMap(({ before, after }) => [before, after])];
    return known.includes(commit) ? commit : undefined;
  }
  // Two force-pushes in a row, the one from where the other led to: nothing was between.
  const isCertain = last !== undefined && last === next.before && isLater(next.at, at);
  return isCertain && !wasReopened ? last : undefined;
}
