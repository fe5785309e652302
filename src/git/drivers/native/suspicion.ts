/** What was missing although it was asked for, until a check says that the copy is sound. */
export class Suspicion {
  readonly #cleared = new Set<string>();
  readonly #open = new Set<string>();

  add(what: string): void {
    if (!this.#cleared.has(what)) this.#open.add(what);
  }

  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  settle(): void {
    if (this.#cleared.size > 10_000) this.#cleared.clear();
    for (const what of this.#open) this.#cleared.add(what);
    this.#open.clear();
  }
}
