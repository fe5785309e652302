import type { FetchFailureReason } from "./fetch-failure.ts";

/** A remote that could not serve an object may be repaired: it is asked again now and then. */
const looksUntilAskedAgain = 60;
const maxRemembered = 10_000;

interface Refusal {
  readonly id: string;
  /** The number of the look from which on it is tried again. */
  readonly until: number;
}

/** Refs that could not be brought, at the ids they had: what moves is tried again. */
export class RefusedRefs {
  readonly #refusals = new Map<string, Refusal>();
  #looks = 0;

  /** True when some of it lies below these names, so that they cannot be fetched as a whole. */
  hasBelow(names: readonly string[]): boolean {
    for (const ref of this.#refusals.keys()) {
      if (names.some((name) => isBelow(ref, name))) return true;
    }
    return false;
  }

  has(ref: string, id: string): boolean {
    return this.#refusals.get(ref)?.id === id;
  }

  add(ref: string, id: string, reason: FetchFailureReason): void {
    const until =
      reason === "refused" ? Number.POSITIVE_INFINITY : this.#looks + looksUntilAskedAgain;
    this.#refusals.delete(ref);
    this.#refusals.set(ref, { id, until });
    const [oldest] = this.#refusals.keys();
    if (this.#refusals.size > maxRemembered && oldest !== undefined) this.#refusals.delete(oldest);
  }

  /** Forgets those that moved or are gone, and those that are to be tried again. */
  look(names: readonly string[], ids: ReadonlyMap<string, string>): void {
    this.#looks += 1;
    for (const [ref, { id, until }] of this.#refusals) {
      if (!names.some((name) => isBelow(ref, name))) continue;
      if (ids.get(ref) !== id || until <= this.#looks) this.#refusals.delete(ref);
    }
  }
}

/** True when a ref is what a full name or a prefix asks for. */
export function isBelow(ref: string, name: string): boolean {
  return name.endsWith("/") ? ref.startsWith(name) : ref === name;
}
