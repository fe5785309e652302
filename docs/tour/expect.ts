import { isDeepStrictEqual } from "node:util";

/** The tour cannot go on: something did not come out as the text says. */
export class TourStopped extends Error {
  override readonly name = "TourStopped";
}

/** Stops the tour unless both are the same. */
export function expectSame(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new TourStopped(
    `Expected: ${what}.\n  expected ${JSON.stringify(expected)}\n  found    ${JSON.stringify(actual)}`,
  );
}
