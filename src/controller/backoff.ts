export interface BackoffLimits {
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Exponential with full jitter: anything up to the bound, so that many who failed do not return together. */
export function backoffMs(attempt: number, limits: BackoffLimits, random: () => number): number {
  const bound = Math.min(limits.maxMs, limits.baseMs * 2 ** Math.min(attempt, 30));
  return Math.round(random() * bound);
}
