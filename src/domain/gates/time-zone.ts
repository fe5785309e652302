import { fail, ok, type Result } from "../../shared/result.ts";

/**
 * Local time of a place. "Local" moments are counted as if they were UTC: 15:00 in Vienna is the
 * number that 15:00 UTC has.
 */
export interface TimeZone {
  toLocal(instant: number): number;
  /**
   * The instant of a local time. What the clock skips is the moment at which it jumps; what it
   * shows twice is the first time. So a later local time is never an earlier instant.
   */
  toInstant(local: number): number;
}

/** No zone has changed its clock between two quarters of an hour for years. */
const quarterMs = 900_000;
const dayMs = 86_400_000;

/** Of the IANA database, as the JavaScript runtime knows it. */
export function parseTimeZone(name: string): Result<TimeZone, string> {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
  } catch {
    return fail(`"${name}" is no time zone that Cairn knows: write one as Europe/Berlin or UTC.`);
  }
  return ok(new IntlTimeZone(format));
}

class IntlTimeZone implements TimeZone {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  constructor(format: Intl.DateTimeFormat) {
    this.#format = format;
  }

  toLocal(instant: number): number {
    return instant + this.#offsetAt(instant);
  }

  toInstant(local: number): number {
    // No zone is more than 14 hours from UTC, so these are before and after whatever happens here.
    const before = this.#offsetAt(local - dayMs);
    const after = this.#offsetAt(local + dayMs);
    const first = local - before;
    if (this.#offsetAt(first) === before) return first;
    const second = local - after;
    if (this.#offsetAt(second) === after) return second;
    return this.#jumpBetween(second, first, before);
  }

  /** The first quarter of an hour that no longer has the old offset. */
  #jumpBetween(earlier: number, later: number, offset: number): number {
    let low = Math.floor(earlier / quarterMs);
    let high = Math.ceil(later / quarterMs);
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offsetAt(middle * quarterMs) === offset) low = middle;
      else high = middle;
    }
    return high * quarterMs;
  }

  #offsetAt(instant: number): number {
    const quarter = Math.floor(instant / quarterMs);
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const offset = this.#readOffset(quarter * quarterMs);
    this.#offsets.set(quarter, offset);
    return offset;
  }

  #readOffset(instant: number): number {
    const parts = new Map(
      this.#format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
    );
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const local = Date.UTC(
      part("year"),
      part("month") - 1,
      part("day"),
      part("hour"),
      part("minute"),
    );
    return local - instant;
  }
}
