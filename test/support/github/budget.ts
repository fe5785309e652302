import { Refusal } from "./answers.ts";
import type { Clock } from "./clock.ts";
import type { RequestBudget } from "./double.ts";

const hourMs = 3_600_000;
const defaultLimit = 5000;

interface Account {
  used: number;
  resetAt: number;
}

interface SecondaryLimit {
  left: number;
  readonly retryAfterSeconds: number;
  readonly pattern: RegExp | undefined;
  readonly status: number;
}

/** The hourly budget of each account, and refusals by the secondary limit. */
export class Budget implements RequestBudget {
  readonly #clock: Clock;
  readonly #accounts = new Map<string, Account>();
  #limit = defaultLimit;
  #secondary: SecondaryLimit | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  limit(perHour: number): void {
    this.#limit = perHour;
    this.#accounts.clear();
  }

  remaining(login: string): number {
    return Math.max(0, this.#limit - this.#of(login).used);
  }

  refuse(options: Parameters<RequestBudget["refuse"]>[0]): void {
    const { times, retryAfterSeconds, pattern, status = 403 } = options;
    this.#secondary = { left: times, retryAfterSeconds, pattern, status };
  }

  /** Throws 403 or 429 for a request that is too many. */
  check(login: string, request: string): void {
    const secondary = this.#secondary;
    if (
      secondary !== undefined &&
      secondary.left > 0 &&
      (secondary.pattern?.test(request) ?? true)
    ) {
      secondary.left -= 1;
      throw new Refusal(
        secondary.status,
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
        {},
        { "retry-after": String(secondary.retryAfterSeconds) },
      );
    }
    if (this.remaining(login) > 0) return;
    const seconds = Math.ceil((this.#of(login).resetAt - this.#clock.wall()) / 1000);
    const message = `API rate limit exceeded for ${login}.`;
    throw new Refusal(403, message, {}, { "retry-after": String(seconds) });
  }

  spend(login: string): void {
    this.#of(login).used += 1;
  }

  headers(login: string): Readonly<Record<string, string>> {
    const { used, resetAt } = this.#of(login);
    return {
      "x-ratelimit-limit": String(this.#limit),
      "x-ratelimit-remaining": String(this.remaining(login)),
      "x-ratelimit-used": String(used),
      "x-ratelimit-reset": String(Math.ceil(resetAt / 1000)),
      "x-ratelimit-resource": "core",
    };
  }

  #of(login: string): Account {
    const known = this.#accounts.get(login);
    const now = this.#clock.wall();
    if (known !== undefined && known.resetAt > now) return known;
    const fresh = { used: 0, resetAt: now + hourMs };
    this.#accounts.set(login, fresh);
    return fresh;
  }
}
