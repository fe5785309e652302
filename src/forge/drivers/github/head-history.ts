import type { Account, Push } from "../../../domain/pull-request.ts";

/** The head of a pull request was moved, as the activity of its branch tells. */
export interface HeadMove {
  /** `undefined`: the branch was not there. */
  readonly before: string | undefined;
  /** `undefined`: the branch is not there any more. */
  readonly after: string | undefined;
  /** ISO 8601; the host knows no more than the second. */
  readonly at: string;
  readonly by: Account | undefined;
  readonly isForced: boolean;
}

/** A force-push as the timeline tells; which commits those were, not every host says. */
export interface ForcePush {
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly at: string;
  readonly by: Account | undefined;
}

/** A pull request, as far as the moves of its head depend on it. */
export interface Proposal {
  readonly head: string;
  readonly openedAt: string;
  /** When it was merged or closed. */
  readonly endedAt: string | undefined;
}

/**
 * The moves that lead up to the head without a gap, oldest first, from whatever the activity of
 * the branch says: it may be late, miss what is old, and go on after the end. None when it does not
 * know the head.
 */
export function movesUpTo(
  { head, endedAt }: Proposal,
  activity: readonly HeadMove[],
): readonly HeadMove[] {
  const before = activity.filter(({ at }) => endedAt === undefined || !isLater(at, endedAt));
  const last = before.findLastIndex(({ after }) => after === head);
  // What is open and was moved on is not what was read: the one or the other is old.
  if (endedAt === undefined && last !== before.length - 1) return [];
  let first = last;
  while (first > 0 && before[first - 1]?.after === before[first]?.before) first -= 1;
  return last < 0 ? [] : before.slice(first, last + 1);
}

/** Whether every move since a moment is among these, which lead up to the head without a gap. */
export function coversSince(moves: readonly HeadMove[], moment: string): boolean {
  const [first] = moves;
  return first !== undefined && (first.before === undefined || !isLater(first.at, moment));
}

/**
 * The pushes of a pull request, the first with the head that it was opened with. What the host does
 * not know is a push by nobody that is known, so that nobody is taken for the only author.
 */
export function pushesOf(
  proposal: Proposal,
  moves: readonly HeadMove[],
  forced: readonly ForcePush[],
): readonly Push[] {
  const isWhole = coversSince(moves, proposal.openedAt);
  const told = isWhole ? movesSinceOpening(proposal, moves) : moves;
  const pushes = told.flatMap(({ after, by, at }) =>
    after === undefined ? [] : [{ head: after, by, at }],
  );
  if (isWhole) return pushes;
  if (pushes.length > 0) return [...unknownPush(moves[0]?.before), ...pushes];
  const known = forced.flatMap(({ before, after, by, at }, index) => [
    ...(index === 0 ? unknownPush(before) : []),
    ...(after === undefined ? [] : [{ head: after, by, at }]),
  ]);
  return known.at(-1)?.head === proposal.head ? known : [...known, ...unknownPush(proposal.head)];
}

/** From the one that brought the head it was opened with. */
function movesSinceOpening(
  { openedAt }: Proposal,
  moves: readonly HeadMove[],
): readonly HeadMove[] {
  // In the same second it may have come before or after: then it is one of its pushes.
  const opening = moves.findLastIndex(({ at }) => isLater(openedAt, at));
  return moves.slice(Math.max(opening, 0));
}

function unknownPush(head: string | undefined): readonly Push[] {
  return head === undefined ? [] : [{ head, by: undefined, at: undefined }];
}

/** By the second, because the host rounds down; both in UTC, so that they compare as text. */
export function isLater(left: string, right: string): boolean {
  return left.slice(0, secondLength) > right.slice(0, secondLength);
}

const secondLength = "2026-11-21T14:35:36".length;
