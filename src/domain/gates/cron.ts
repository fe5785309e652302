import { fail, ok, type Result } from "../../shared/result.ts";

/** The times of a cron expression, on a calendar without time zones. */
export interface CronTimes {
  /** Minutes since midnight, ascending. The same on every day that has any. */
  readonly minutes: readonly number[];
  /** `day` is the number of days since 1970-01-01. */
  isOnDay(day: number): boolean;
}

interface FieldRange {
  readonly what: string;
  readonly min: number;
  readonly max: number;
  /** Stands for `min`, the next one for `min + 1`. */
  readonly names?: readonly string[];
}

const months = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const weekdays = "SUN MON TUE WED THU FRI SAT".split(" ");

const ranges = {
  minute: { what: "minute", min: 0, max: 59 },
  hour: { what: "hour", min: 0, max: 23 },
  dayOfMonth: { what: "day of the month", min: 1, max: 31 },
  month: { what: "month", min: 1, max: 12, names: months },
  /** 7 is Sunday too. */
  weekday: { what: "day of the week", min: 0, max: 7, names: weekdays },
} as const satisfies Record<string, FieldRange>;

/** Minute, hour, day of the month, month, day of the week, as in crontab(5). */
export function parseCron(text: string): Result<CronTimes, string> {
  const fields = text.trim().split(/\s+/);
  const [minute = "", hour = "", dayOfMonth = "", month = "", weekday = ""] = fields;
  if (fields.length !== 5) {
    return fail(
      `"${text}" is no cron expression of five fields (minute, hour, day of the month, month, day of the week).`,
    );
  }
  const parsed = {
    minute: parseField(minute, ranges.minute),
    hour: parseField(hour, ranges.hour),
    dayOfMonth: parseField(dayOfMonth, ranges.dayOfMonth),
    month: parseField(month, ranges.month),
    weekday: parseField(weekday, ranges.weekday),
  };
  const problem = Object.values(parsed).find(({ problem }) => problem !== undefined)?.problem;
  if (problem !== undefined) return fail(`"${text}": ${problem}`);
  const days = toDays(parsed);
  if (!hasDay(days)) return fail(`"${text}" is on no day of any year.`);
  return ok({
    minutes: minutesOfDay(parsed.hour.values, parsed.minute.values),
    isOnDay: (day) => isOnDay(new Date(day * dayMs), days),
  });
}

const dayMs = 86_400_000;

/** What a field allows; with a problem, nothing. */
interface Field {
  readonly values: ReadonlySet<number>;
  /** Starts with `*`: such a day field does not widen the other one. */
  readonly isAny: boolean;
  readonly problem: string | undefined;
}

function parseField(text: string, range: FieldRange): Field {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    const bounds = parseItem(item, range);
    if (bounds === undefined) {
      return {
        values: new Set(),
        isAny: false,
        problem: `"${item}" is no ${range.what}: write ${range.min}-${range.max}${range.names === undefined ? "" : " or a name"}, a range as 1-5, or */2 for every second.`,
      };
    }
    const { first, last, step } = bounds;
    for (let value = first; value <= last; value += step) values.add(value);
  }
  return { values, isAny: text.startsWith("*"), problem: undefined };
}

interface Bounds {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

const itemPattern =
  /^(?:(\*)|([0-9]{1,2}|[A-Za-z]{3})(?:-([0-9]{1,2}|[A-Za-z]{3}))?)(?:\/([1-9][0-9]?))?$/;

/** `*`, `5`, `1-5`, `MON-FRI`, each range with `/2`. */
function parseItem(item: string, range: FieldRange): Bounds | undefined {
  const match = itemPattern.exec(item);
  if (match === null) return undefined;
  const [, any, from = "", to, every] = match;
  const step = every === undefined ? 1 : Number(every);
  if (any !== undefined) return { first: range.min, last: range.max, step };
  // 5/10 means different things to different programs.
  if (to === undefined && every !== undefined) return undefined;
  const first = parseValue(from, range);
  const last = to === undefined ? first : parseRangeEnd(to, range);
  if (first === undefined || last === undefined || last < first) return undefined;
  return { first, last, step };
}

/** Sunday ends a week: SAT-SUN is 6-7. */
function parseRangeEnd(text: string, range: FieldRange): number | undefined {
  const value = parseValue(text, range);
  return value === 0 && range === ranges.weekday ? 7 : value;
}

function parseValue(text: string, { min, max, names = [] }: FieldRange): number | undefined {
  const index = names.indexOf(text.toUpperCase());
  const value = index < 0 ? Number(text) : index + min;
  return value >= min && value <= max ? value : undefined;
}

interface Days {
  readonly dayOfMonth: Field;
  readonly month: Field;
  readonly weekday: Field;
}

function toDays({ dayOfMonth, month, weekday }: Days): Days {
  const values = new Set([...weekday.values].map((value) => value % 7));
  return { dayOfMonth, month, weekday: { ...weekday, values } };
}

/** Both day fields restricted: either is enough. Else both hold, one of them being any day. */
function isOnDay(date: Date, { dayOfMonth, month, weekday }: Days): boolean {
  if (!month.values.has(date.getUTCMonth() + 1)) return false;
  const isDayOfMonth = dayOfMonth.values.has(date.getUTCDate());
  const isWeekday = weekday.values.has(date.getUTCDay());
  return dayOfMonth.isAny || weekday.isAny ? isDayOfMonth && isWeekday : isDayOfMonth || isWeekday;
}

const longestMonths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** False for 30 February, which would deny nothing and never allow. */
function hasDay({ dayOfMonth, month, weekday }: Days): boolean {
  if (!dayOfMonth.isAny && !weekday.isAny) return true;
  const firstDay = Math.min(...dayOfMonth.values);
  return [...month.values].some((value) => firstDay <= (longestMonths[value - 1] ?? 0));
}

function minutesOfDay(hours: ReadonlySet<number>, minutes: ReadonlySet<number>): readonly number[] {
  return [...hours]
    .flatMap((hour) => [...minutes].map((minute) => hour * 60 + minute))
    .toSorted((left, right) => left - right);
}
