import type { PullRequestSummary } from "../../domain/pull-request.ts";
import { nameFew } from "../../domain/name-few.ts";
import type { CheckReport } from "../app-promote.ts";
import type { ReportMemory } from "./memory.ts";

type Outcome = CheckReport["outcome"];

/** More pull requests of one commit than this are not looked through. */
const mostRivals = 50;

const strictness: Readonly<Record<Outcome, number>> = { passed: 0, pending: 1, failed: 2 };

/** Which open pull requests propose the same commit. */
export type SharedHeads = ReadonlyMap<string, readonly PullRequestSummary[]>;

export function sharedHeads(open: readonly PullRequestSummary[]): SharedHeads {
  const byHead = new Map<string, PullRequestSummary[]>();
  for (const summary of open) {
    const same = byHead.get(summary.head) ?? [];
    byHead.set(summary.head, [...same.slice(-mostRivals), summary]);
  }
  return new Map([...byHead].filter(([, { length }]) => length > 1));
}

/**
 * Others whose check would be at the same commit. Of a fork only where all are: nobody from outside
 * can make the check of somebody else's work fail.
 */
function rivalsOf(
  { number, head, fork }: PullRequestSummary,
  shared: SharedHeads,
): readonly PullRequestSummary[] {
  const others = (shared.get(head) ?? []).filter((other) => other.number !== number);
  const own = others.filter((other) => other.fork === undefined);
  return fork === undefined || own.length > 0 ? own : others;
}

/** What is known of the rivals; `undefined` where there are none. */
export function rivalsPrint(
  summary: PullRequestSummary,
  shared: SharedHeads,
  memory: ReportMemory,
): string | undefined {
  const rivals = rivalsOf(summary, shared);
  if (rivals.length === 0) return undefined;
  return rivals
    .map(({ number }) => `${number} ${memory.get(number)?.outcome ?? ""}`)
    .sort()
    .join(", ");
}

/**
 * The number of the pull request whose answer stands at the commit: a check counts for all that
 * propose it, so that is the strictest answer, and of two alike the older.
 */
export function speakerOf(
  summary: PullRequestSummary,
  outcome: Outcome,
  { shared, memory }: { readonly shared: SharedHeads; readonly memory: ReportMemory },
): number {
  const { number, fork } = summary;
  const rivals = rivalsOf(summary, shared);
  const isOutside = fork !== undefined && rivals.some((rival) => rival.fork === undefined);
  const known = rivals.flatMap((rival) => {
    const said = memory.get(rival.number)?.outcome;
    // One that was not judged yet says its own word when it is.
    if (said === undefined && !isOutside) return [];
    return [{ number: rival.number, rank: said === undefined ? 0 : strictness[said] }];
  });
  const all = isOutside ? known : [{ number, rank: strictness[outcome] }, ...known];
  const [speaker] = all.sort((left, right) => right.rank - left.rank || left.number - right.number);
  return speaker?.number ?? number;
}

/** What people are told of it; nothing where nobody else proposes the commit. */
export function noteOfSpeaker(
  summary: PullRequestSummary,
  speaker: number,
  shared: SharedHeads,
): readonly string[] {
  const rivals = rivalsOf(summary, shared);
  if (rivals.length === 0) return [];
  if (speaker !== summary.number) {
    return [
      `#${speaker} proposes the same commit, and a check belongs to a commit: the one shown there is that of #${speaker}, and this is the answer for #${summary.number}.`,
    ];
  }
  const names = nameFew(rivals.map(({ number }) => `#${number}`));
  const verb = rivals.length === 1 ? "proposes" : "propose";
  return [`${names} ${verb} the same commit: of all answers this is the strictest.`];
}
