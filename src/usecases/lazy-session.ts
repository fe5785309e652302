import type { RegistrySession } from "./session.ts";

/** A session that is opened by the first command that needs it: `validate` of a folder needs none. */
export class LazySession {
  readonly #open: (signal: AbortSignal) => Promise<RegistrySession>;
  #session: Promise<RegistrySession> | undefined;
  #opening = new AbortController();

  constructor(open: (signal: AbortSignal) => Promise<RegistrySession>) {
    this.#open = open;
  }

  /** The signal ends the opening only; one that failed is tried again by the next command. */
  async get(signal?: AbortSignal): Promise<RegistrySession> {
    this.#session ??= this.#start();
    const opening = this.#opening;
    const abort = (): void => opening.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return await this.#session;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  async #start(): Promise<RegistrySession> {
    this.#opening = new AbortController();
    try {
      return await this.#open(this.#opening.signal);
    } catch (error) {
      this.#session = undefined;
      throw error;
    }
  }

  /** Ends the session if it was opened; one that failed to open has nothing to end. */
  async close(): Promise<void> {
    if (this.#session === undefined) return;
    const [opened] = await Promise.allSettled([this.#session]);
    if (opened.status !== "fulfilled") return;
    await opened.value.flush();
    await opened.value.mirror.close();
  }
}
