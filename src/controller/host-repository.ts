import type { Clock } from "../shared/clock.ts";
import type { Logger } from "../shared/log.ts";
import type { ServedRegistry } from "./serve-context.ts";

/** A host that did not say is not asked again by every delivery. */
const askAgainMs = 60_000;

/** The number of a registry's repository on its host: asked for once, when a delivery wants it. */
export class HostRepository {
  readonly #ask: (() => Promise<string | undefined>) | undefined;
  readonly #clock: Clock;
  readonly #log: Logger;
  #id: string | undefined;
  #askedAtMs: number | undefined;

  constructor({ webhook }: Pick<ServedRegistry, "webhook">, clock: Clock, log: Logger) {
    this.#ask = webhook?.repositoryId;
    this.#clock = clock;
    this.#log = log;
  }

  get id(): string | undefined {
    return this.#id;
  }

  /** Finds it out, unless that is known, under way or not due; `onKnown` is called when it succeeds. */
  learn(onKnown: () => void): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#ask === undefined || this.#id !== undefined) return;
    if (this.#askedAtMs !== undefined && nowMs - this.#askedAtMs < askAgainMs) return;
    this.#askedAtMs = nowMs;
    void this.#learn(this.#ask, onKnown);
  }

  async #learn(ask: () => Promise<string | undefined>, onKnown: () => void): Promise<void> {
    try {
      this.#id = await ask();
      if (this.#id !== undefined) onKnown();
    } catch (error) {
      this.#log.debug({ error }, "the host did not say which repository this is");
    }
  }
}
