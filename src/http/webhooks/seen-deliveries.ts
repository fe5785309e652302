import type { Clock } from "../../shared/clock.ts";

/** A delivery that comes twice comes soon; one that a person sends again later counts again. */
const lifetimeMs = 600_000;
const maxDeliveries = 20_000;

/** Which deliveries were here already: a bounded memory, so a saving and no protection. */
export class SeenDeliveries {
  readonly #clock: Clock;
  readonly #maxDeliveries: number;
  /** Oldest first, by when they were seen. */
  readonly #seenAtMs = new Map<string, number>();

  constructor(clock: Clock, limits: { readonly maxDeliveries?: number } = {}) {
    this.#clock = clock;
    this.#maxDeliveries = limits.maxDeliveries ?? maxDeliveries;
  }

  get size(): number {
    return this.#seenAtMs.size;
  }

  /** Remembers it. Without an id that GitHub could have given, every delivery is new. */
  isNew(id: string | undefined): boolean {
    if (id === undefined || !/^[\w-]{1,64}$/.test(id)) return true;
    const nowMs = this.#clock.monotonicMs();
    this.#forget(nowMs);
    if (this.#seenAtMs.has(id)) return false;
    this.#seenAtMs.set(id, nowMs);
    return true;
  }

  #forget(nowMs: number): void {
    for (const [id, atMs] of this.#seenAtMs) {
      const isCrowded = this.#seenAtMs.size >= this.#maxDeliveries;
      if (!isCrowded && nowMs - atMs < lifetimeMs) return;
      this.#seenAtMs.delete(id);
    }
  }
}
