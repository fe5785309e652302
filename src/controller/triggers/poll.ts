import type { Timer } from "../timer.ts";
import type { Enqueue, StopTrigger } from "./trigger.ts";

export interface PollOptions {
  readonly everyMs: number;
  readonly timer: Timer;
  readonly random: () => number;
}

/** How far from its beat a poll may be, so that many registries do not ask one host at once. */
const jitter = 0.1;

/** The truth among the triggers: the others only make it faster. */
export function startPoll(enqueue: Enqueue, { everyMs, timer, random }: PollOptions): StopTrigger {
  let cancel = schedule();

  function schedule(): () => void {
    const delayMs = Math.round(everyMs * (1 - jitter + 2 * jitter * random()));
    return timer.after(delayMs, () => {
      cancel = schedule();
      enqueue();
    });
  }

  return async () => cancel();
}
