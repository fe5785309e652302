import { fail, ok, type Result } from "../../shared/result.ts";
import { parseDuration } from "../../shared/units.ts";
import { parseCron, type CronTimes } from "./cron.ts";
import { parseTimeZone, type TimeZone } from "./time-zone.ts";

/** Time that starts again and again, and lasts each time equally long (in elapsed time). */
export type PeriodSettings = {
  readonly cron: string;
  readonly duration: string;
  readonly timezone?: string;
};

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** 29 February on a given weekday can be 40 years away: the calendar repeats after 28, but for 2100. */
const searchDays = 41 * 366;

export function parsePeriod(settings: PeriodSettings): Result<Period, string> {
  const cron = parseCron(settings.cron);
  if (!cron.ok) return cron;
  const zone = parseTimeZone(settings.timezone ?? "UTC");
  if (!zone.ok) return zone;
  const duration = parseDuration(settings.duration);
  if (!duration.ok) return duration;
  if (duration.value === 0) return fail(`"${settings.duration}" is no length of time.`);
  return ok(new Period(cron.value, zone.value, duration.value));
}

/**
 * Looks for starts day by day and asks the time zone only about the few that matter: a later local
 * time is never an earlier instant, so a day's starts can be searched by halves.
 */
export class Period {
  readonly #times: CronTimes;
  readonly #zone: TimeZone;
  readonly #durationMs: number;
  readonly #lastDays = new Map<number, number | undefined>();

  constructor(times: CronTimes, zone: TimeZone, durationMs: number) {
    this.#times = times;
    this.#zone = zone;
    this.#durationMs = durationMs;
  }

  /** The end of the period that holds this moment, absent when none does. The end is outside. */
  endAt(instant: number): number | undefined {
    const start = this.#lastStartUntil(instant);
    if (start === undefined) return undefined;
    const end = start + this.#durationMs;
    return end > instant ? end : undefined;
  }

  /** The first start after a moment, within a number of days. */
  nextStart(instant: number, days: number): number | undefined {
    const today = this.#dayOf(instant);
    let day = this.#nextDay(today, today + days);
    while (day !== undefined) {
      const minute = this.#times.minutes[this.#countUntil(day, instant)];
      if (minute !== undefined) return this.#startAt(day, minute);
      day = this.#nextDay(day + 1, today + days);
    }
    return undefined;
  }

  #lastStartUntil(instant: number): number | undefined {
    // Where the clock goes back over midnight, tomorrow has begun before.
    let day = this.#lastDay(this.#dayOf(instant) + 1);
    while (day !== undefined) {
      const minute = this.#times.minutes[this.#countUntil(day, instant) - 1];
      if (minute !== undefined) return this.#startAt(day, minute);
      day = this.#lastDay(day - 1);
    }
    return undefined;
  }

  #nextDay(from: number, to: number): number | undefined {
    for (let day = from; day <= to; day += 1) if (this.#times.isOnDay(day)) return day;
    return undefined;
  }

  /** Kept, because a search asks often about one day, and the answer may be years away. */
  #lastDay(until: number): number | undefined {
    if (!this.#lastDays.has(until)) {
      let day = until;
      while (day > until - searchDays && !this.#times.isOnDay(day)) day -= 1;
      this.#lastDays.set(until, this.#times.isOnDay(day) ? day : undefined);
    }
    return this.#lastDays.get(until);
  }

  /** How many of a day's starts are not after a moment. */
  #countUntil(day: number, instant: number): number {
    const { minutes } = this.#times;
    let low = 0;
    let high = minutes.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#startAt(day, minutes[middle] ?? 0) <= instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #startAt(day: number, minute: number): number {
    return this.#zone.toInstant(day * dayMs + minute * minuteMs);
  }

  #dayOf(instant: number): number {
    return Math.floor(this.#zone.toLocal(instant) / dayMs);
  }
}
