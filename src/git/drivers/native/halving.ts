import type { FetchFailure, FetchFailureReason } from "./fetch-failure.ts";

export interface Culprit<Item> {
  readonly item: Item;
  readonly reason: FetchFailureReason;
}

export interface Halved<Item> {
  /** Those that failed alone. */
  readonly culprits: readonly Culprit<Item>[];
  /** All that did not come: also what was in a group with a culprit when enough were found. */
  readonly leftOut: readonly Item[];
  /** Set when it is not certain that the culprits are to blame. */
  readonly doubt: FetchFailure | undefined;
}

/** Whoever pushes more of them than this at once is not waited for: the next call goes on. */
export const maxCulprits = 64;
const groupSize = 200;

/**
 * Brings items in groups. One that fails is halved until the culprits stand alone. Throws what lies
 * in no object, and a failure that could be anybody's when nothing at all came.
 */
export async function fetchByHalves<Item>(
  items: readonly Item[],
  tryFetch: (group: readonly Item[]) => Promise<FetchFailure | undefined>,
): Promise<Halved<Item>> {
  const open: (readonly Item[])[] = [];
  for (let start = 0; start < items.length; start += groupSize) {
    open.unshift(items.slice(start, start + groupSize));
  }
  const culprits: Culprit<Item>[] = [];
  const leftOut: Item[] = [];
  let doubt: FetchFailure | undefined;
  let hasBrought = false;
  for (let group = open.pop(); group !== undefined; group = open.pop()) {
    const failure = await tryFetch(group);
    if (failure === undefined) {
      hasBrought = true;
      continue;
    }
    const { reason, error } = failure;
    if (reason === "other") throw error;
    if (group.length > 1 && culprits.length < maxCulprits) {
      const middle = Math.ceil(group.length / 2);
      open.push(group.slice(middle), group.slice(0, middle));
      continue;
    }
    leftOut.push(...group);
    if (reason === "doubtful") doubt = failure;
    if (group.length === 1) culprits.push(...group.map((item) => ({ item, reason })));
  }
  if (doubt !== undefined && !hasBrought) throw doubt.error;
  return { culprits, leftOut, doubt };
}
