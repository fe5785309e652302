/** Waiting as an argument, so that tests decide when time passes. Node's timers are monotonic. */
export interface Timer {
  /** Calls `run` once after that time; the returned function calls it off. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemTimer: Timer = {
  after(delayMs, run) {
    const handle = setTimeout(run, delayMs);
    return () => clearTimeout(handle);
  },
};
