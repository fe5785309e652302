import type { Clock } from "../../../shared/clock.ts";
import { rateLimited } from "../../errors.ts";
import type { GitHubBudget } from "./api.ts";

/** Headers of an answer, by lower-case name. */
export type Headers = Readonly<Record<string, unknown>>;
export type Resource = "core" | "graphql";

interface Window {
  readonly limit: number;
  readonly remaining: number;
  /** On GitHub's clock. */
  readonly resetsAt: number;
}

const hourMs = 3_600_000;
const fallbackPauseMs = 60_000;

/** What is left of the hour's requests, and whether one more may be sent. */
export class Budget implements GitHubBudget {
  readonly #clock: Clock;
  readonly #reserve: number;
  readonly #windows = new Map<Resource, Window>();
  #clockSkewMs: number | undefined;
  /** On the monotonic clock. */
  #pausedUntil = 0;

  constructor(clock: Clock, reserve: number) {
    this.#clock = clock;
    this.#reserve = reserve;
  }

  get remaining(): number | undefined {
    return this.#windows.get("core")?.remaining;
  }

  get limit(): number | undefined {
    return this.#windows.get("core")?.limit;
  }

  get resetsAt(): number | undefined {
    return this.#windows.get("core")?.resetsAt;
  }

  get clockSkewMs(): number | undefined {
    return this.#clockSkewMs;
  }

  /** Milliseconds since 1970 on GitHub's clock, as far as it is known. */
  hostNow(): number {
    return this.#clock.now().getTime() + (this.#clockSkewMs ?? 0);
  }

  /** Throws `FORGE_RATE_LIMITED` when the request must not be sent. */
  admit(resource: Resource, isEssential: boolean): void {
    const pauseMs = this.#pausedUntil - this.#clock.monotonicMs();
    if (pauseMs > 0) throw rateLimited("it asked for a pause.", pauseMs);
    const window = this.#windows.get(resource);
    if (window === undefined || window.resetsAt <= this.hostNow()) return;
    const kept = isEssential ? 0 : Math.floor(window.limit * this.#reserve);
    if (window.remaining > kept) return;
    throw rateLimited(
      `${window.remaining} of ${window.limit} requests of this hour are left${isEssential ? "" : ", and those are kept for what has been begun"}.`,
      this.#untilReset(window),
    );
  }

  /** Learns from any answer. */
  note(headers: Headers): void {
    this.#noteDate(headers["date"]);
    const resource = headers["x-ratelimit-resource"] ?? "core";
    const limit = readCount(headers["x-ratelimit-limit"]);
    const remaining = readCount(headers["x-ratelimit-remaining"]);
    const reset = readCount(headers["x-ratelimit-reset"]);
    if (resource !== "core" && resource !== "graphql") return;
    if (limit === undefined || remaining === undefined || reset === undefined) return;
    // Without a bound one wrong date would stop all requests, and no answer could put it right.
    const resetsAt = Math.min(reset * 1000, this.hostNow() + hourMs);
    this.#windows.set(resource, { limit, remaining, resetsAt });
  }

  /** GitHub refused because of too many requests: how long to wait. */
  refused(headers: Headers): number {
    const retryAfter = readCount(headers["retry-after"]);
    const reset = readCount(headers["x-ratelimit-reset"]);
    const isSpent = headers["x-ratelimit-remaining"] === "0" && reset !== undefined;
    const fallback = isSpent ? reset * 1000 - this.hostNow() + 1000 : fallbackPauseMs;
    const pauseMs = bounded(retryAfter === undefined ? fallback : retryAfter * 1000);
    this.#pausedUntil = this.#clock.monotonicMs() + pauseMs;
    return pauseMs;
  }

  #untilReset({ resetsAt }: Window): number {
    return bounded(resetsAt - this.hostNow() + 1000);
  }

  #noteDate(date: unknown): void {
    const time = typeof date === "string" ? Date.parse(date) : Number.NaN;
    if (!Number.isNaN(time)) this.#clockSkewMs = time - this.#clock.now().getTime();
  }
}

/** No header makes Cairn wait for longer than GitHub's window. */
function bounded(ms: number): number {
  return Math.min(Math.max(ms, 1000), hourMs);
}

function readCount(value: unknown): number | undefined {
  return typeof value === "string" && /^\d{1,12}$/.test(value) ? Number(value) : undefined;
}
