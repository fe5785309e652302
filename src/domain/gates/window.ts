import { fail, ok, type Result } from "../../shared/result.ts";
import type { Gate } from "./gate.ts";
import { earliest, formatInstant, latest, parseInstant } from "./instant.ts";
import { parsePeriod, type Period, type PeriodSettings } from "./period.ts";

/** Settings of the window gate. */
export type WindowSettings = {
  readonly allow?: readonly PeriodSettings[];
  readonly deny?: readonly PeriodSettings[];
};

export const window: Gate<WindowSettings> = {
  name: "window",
  states:
    "The stage is entered only at certain times; what is denied is denied even if it is allowed too.",
  bindsRollback: false,

  evaluate(settings, { now: text, clockProblem, stage }) {
    const periods = parseWindow(settings);
    if (!periods.ok) {
      return {
        outcome: "failed",
        reason: `The window cannot be read, so it stays closed: ${periods.problem}`,
      };
    }
    const now = parseInstant(text);
    if (clockProblem !== undefined || now === undefined) {
      return {
        outcome: "waiting",
        reason: `Whether ${stage} may be entered now cannot be told: ${clockProblem ?? "Cairn's clock gives no time"}.`,
      };
    }
    const opensAt = nextOpen(periods.value, now);
    if (opensAt === now) return { outcome: "passed", reason: `${stage} may be entered now.` };
    if (opensAt === undefined) {
      return {
        outcome: "waiting",
        reason: `${stage} is closed, and when it opens again cannot be told.`,
      };
    }
    const until = formatInstant(opensAt);
    return { outcome: "waiting", reason: `${stage} is closed until ${until}.`, until };
  },
};

interface Periods {
  readonly allow: readonly Period[];
  readonly deny: readonly Period[];
}

function parseWindow({ allow = [], deny = [] }: WindowSettings): Result<Periods, string> {
  const parsed = { allow: allow.map(parsePeriod), deny: deny.map(parsePeriod) };
  const broken = [...parsed.allow, ...parsed.deny].find((period) => !period.ok);
  if (broken !== undefined && !broken.ok) return fail(broken.problem);
  return ok({ allow: valuesOf(parsed.allow), deny: valuesOf(parsed.deny) });
}

function valuesOf(results: readonly Result<Period, string>[]): readonly Period[] {
  return results.flatMap((result) => (result.ok ? [result.value] : []));
}

const dayMs = 86_400_000;
/** Beyond a year, so that a window of one day each year is found. */
const searchDays = 400;
/** A period for every minute of a month has 45,000 ends; a year of those is not worth the time. */
const maxLookups = 100_000;

/**
 * The first moment from now on that is allowed and not denied: from the end of what denies it to
 * the next start of what allows it, and so on. `now` itself when the window is open.
 */
function nextOpen({ allow, deny }: Periods, now: number): number | undefined {
  const limit = now + searchDays * dayMs;
  const lookups = allow.length + deny.length;
  let moment = now;
  for (let count = 0; count < maxLookups && moment <= limit; count += lookups) {
    const deniedUntil = latest(deny.map((period) => period.endAt(moment)));
    const isAllowed =
      allow.length === 0 || allow.some((period) => period.endAt(moment) !== undefined);
    if (deniedUntil === undefined && isAllowed) return moment;
    const next =
      deniedUntil ?? earliest(allow.map((period) => period.nextStart(moment, searchDays)));
    if (next === undefined) return undefined;
    moment = next;
  }
  return undefined;
}
