/** Clocks of two machines may differ by that much; more is a clock that is wrong. */
const skewMs = 5 * 60_000;

/**
 * When an act happened, given when the one before it did. The chain is the order, so a clock that
 * is a little behind does not turn it around; but one that was far ahead once, or lied, must not
 * drag everything after it into the future. ISO 8601 in UTC.
 */
export function timeAfter(before: string, claimed: string): string {
  const aheadMs = Date.parse(before) - Date.parse(claimed);
  return aheadMs > 0 && aheadMs <= skewMs ? before : claimed;
}
