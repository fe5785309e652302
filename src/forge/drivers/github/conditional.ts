/** An answer as far as it can be used again. */
export interface KeptAnswer {
  readonly data: unknown;
  /** The header that names the next page. */
  readonly link: string | undefined;
}

interface Entry extends KeptAnswer {
  readonly etag: string;
  readonly sizeBytes: number;
}

const maxBytes = 16 * 1024 * 1024;

/**
 * The newest answers by URL, with GitHub's mark of their content: asked for with that mark, an
 * answer that did not change costs nothing. Belongs to one client, so to one identity.
 */
export class ConditionalAnswers {
  readonly #maxEntries: number;
  readonly #entries = new Map<string, Entry>();
  #sizeBytes = 0;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get(url: string): (KeptAnswer & { readonly etag: string }) | undefined {
    const entry = this.#entries.get(url);
    if (entry === undefined) return undefined;
    // The last in the map is the newest: what is used stays.
    this.#entries.delete(url);
    this.#entries.set(url, entry);
    return entry;
  }

  set(url: string, etag: unknown, answer: KeptAnswer & { readonly sizeBytes: number }): void {
    this.#remove(url);
    if (typeof etag !== "string" || answer.sizeBytes > maxBytes / 4) return;
    this.#entries.set(url, { ...answer, etag });
    this.#sizeBytes += answer.sizeBytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries && this.#sizeBytes <= maxBytes) return;
      this.#remove(oldest);
    }
  }

  #remove(url: string): void {
    this.#sizeBytes -= this.#entries.get(url)?.sizeBytes ?? 0;
    this.#entries.delete(url);
  }
}
