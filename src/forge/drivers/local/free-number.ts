import { maxNumber, pullRequestRefs, type Conversation } from "./conversations.ts";

interface Seen {
  readonly refs: ReadonlyMap<string, string>;
  readonly conversations: readonly Conversation[];
  /** Numbers that were tried and could not be had. */
  readonly passed: ReadonlySet<number>;
}

/**
 * One more than the highest, past refs that are no pull requests. Refs whose objects are refused
 * are not seen: a number that looks free each time and never is, is passed in growing steps.
 */
export function freeNumber({ refs, conversations, passed }: Seen): number {
  const taken = new Set<number>();
  for (const ref of refs.keys()) {
    const number = /^([1-9]\d*)(?:\/|$)/.exec(ref.slice(pullRequestRefs.length))?.[1];
    if (number !== undefined) taken.add(Number(number));
  }
  const next = firstFree((conversations.at(-1)?.number ?? 0) + 1, taken);
  // Somebody may have pushed the highest number there is: fill the gaps.
  const number = next <= maxNumber ? next : firstFree(1, taken);
  return passed.has(number) ? firstFree(number + 2 ** passed.size - 1, taken) : number;
}

function firstFree(start: number, taken: ReadonlySet<number>): number {
  let number = start;
  while (taken.has(number)) number += 1;
  return number;
}
