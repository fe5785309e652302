import type { Timer } from "./timer.ts";

export interface Watchdog {
  /** Something got on: the time starts anew. */
  touch(): void;
  end(): void;
}

/** Calls `onExpire` once when nobody touched it for so long. */
export function startWatchdog(timer: Timer, limitMs: number, onExpire: () => void): Watchdog {
  let cancel = timer.after(limitMs, onExpire);
  return {
    touch() {
      cancel();
      cancel = timer.after(limitMs, onExpire);
    },
    end: () => cancel(),
  };
}
