/** How long one answer waits for stores. */
const waitMs = 3000;
/** After so many that were slow, none is waited for any more. */
const mostWaits = 2;

/** A slow store must not keep pull requests without an answer, nor many of them one after the other. */
export class StorePatience {
  #lost = 0;

  /** For one answer, from now on. */
  signal(): AbortSignal {
    return this.#lost < mostWaits ? AbortSignal.timeout(waitMs) : AbortSignal.abort();
  }

  /** It took too long. */
  lose(): void {
    this.#lost += 1;
  }
}
