import type { Clock } from "../../src/shared/clock.ts";
import type { Timer } from "../../src/controller/timer.ts";

/** Time that passes only when a test says so. */
export class FakeTime implements Clock, Timer {
  #nowMs = 0;
  #waiting: { readonly atMs: number; readonly run: () => void }[] = [];

  now(): Date {
    return new Date(Date.UTC(2025, 0, 1) + this.#nowMs);
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  after(delayMs: number, run: () => void): () => void {
    const item = { atMs: this.#nowMs + delayMs, run };
    this.#waiting.push(item);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== item);
    };
  }

  /** Passes time and lets promises settle after each timer. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const [next] = this.#waiting
        .filter(({ atMs }) => atMs <= endMs)
        .sort((left, right) => left.atMs - right.atMs);
      if (!next) break;
      this.#waiting = this.#waiting.filter((item) => item !== next);
      this.#nowMs = next.atMs;
      next.run();
      await settle();
    }
    this.#nowMs = endMs;
  }
}

/** Every promise that can settle has settled. */
export async function settle(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}
