/** Time as an argument, so that soak times, leases and tests do not depend on the wall. */
export interface Clock {
  /** Wall time. May jump; never used to order or to measure. */
  now(): Date;
  /** Milliseconds since an arbitrary start, never going back. For intervals and timeouts. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
