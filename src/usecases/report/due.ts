import type { PullRequestSummary } from "../../domain/pull-request.ts";
import { listedPrint } from "./fingerprints.ts";
import type { Reported, ReportMemory } from "./memory.ts";

/**
 * Why a pull request is looked at: it changed or its time has come; perhaps only words were said;
 * what it would be merged with moved; or it was long ago, and hosts do not tell everything.
 */
export type Due = "changed" | "talked" | "moved" | "old";

export interface DueItem {
  readonly summary: PullRequestSummary;
  readonly due: Due;
}

/** How long an answer holds, whatever the host says. */
const holdsMs = 10 * 60_000;

/** What one run takes on, so that nothing else waits for it long. */
const mostAtOnce = { changed: 50, moved: 20, old: 20 } as const;

interface Moment {
  readonly world: string;
  readonly now: Date;
  /** What is known of others that propose the same commit. */
  readonly rivals: string | undefined;
}

export function dueOf(
  summary: PullRequestSummary,
  known: Reported | undefined,
  { world, now, rivals }: Moment,
): Due | undefined {
  if (known === undefined || known.listed !== listedPrint(summary)) return "changed";
  if (known.rivals !== rivals || isTime(known, now)) return "changed";
  const isTalkedAbout = summary.revision === undefined || summary.revision !== known.revision;
  if (known.world !== world) {
    return isTalkedAbout && summary.revision !== undefined ? "changed" : "moved";
  }
  // It may be time for all of it, and then that is more than to read what was said.
  if (isOld(known, now)) return "old";
  return isTalkedAbout ? "talked" : undefined;
}

function isTime({ until }: Reported, now: Date): boolean {
  return until !== undefined && now.getTime() >= Date.parse(until);
}

/** Also when the clock was set back, or the date is none. */
export function isOld({ at }: Pick<Reported, "at">, now: Date): boolean {
  const ageMs = now.getTime() - Date.parse(at);
  return !(ageMs >= 0 && ageMs < holdsMs);
}

/** What this run does, in order, and whether it leaves something that nobody will call for. */
export function planRun(
  items: readonly DueItem[],
  memory: ReportMemory,
): { readonly items: readonly DueItem[]; readonly isCut: boolean } {
  // What was tried last comes last: nothing that fails again and again keeps others waiting.
  const ordered = [...items].sort(
    (left, right) => memory.lastTry(left.summary.number) - memory.lastTry(right.summary.number),
  );
  const of = (...kinds: readonly Due[]): readonly DueItem[] =>
    ordered.filter(({ due }) => kinds.includes(due));
  const [changed, moved, old] = [of("changed", "talked"), of("moved"), of("old")];
  return {
    items: [
      ...changed.slice(0, mostAtOnce.changed),
      ...moved.slice(0, mostAtOnce.moved),
      ...old.slice(0, mostAtOnce.old),
    ],
    isCut: of("changed").length > mostAtOnce.changed || moved.length > mostAtOnce.moved,
  };
}
