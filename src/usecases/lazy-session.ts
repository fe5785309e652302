import type { RegistrySession } from "./session.ts";

/** A session that is opened by the first command that needs it: `validate` of a folder needs none. */
export class LazySession {
  readonly #open: () => Promise<RegistrySession>;
  #session: Promise<RegistrySession> | undefined;

  constructor(open: () => Promise<RegistrySession>) {
    this.#open = open;
  }

  get(): Promise<RegistrySession> {
    this.#session ??= this.#open();
    return this.#session;
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
