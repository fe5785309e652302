import { setTimeout } from "node:timers/promises";

/** Lets GitHub do what it does behind its answers. */
export type Pause = () => Promise<void>;

export function pauseFor(milliseconds: number): Pause {
  return async () => {
    await setTimeout(milliseconds);
  };
}
