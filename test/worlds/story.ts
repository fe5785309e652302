/** What happened in a world, in words, for whoever has to understand a failure. */
export class Story {
  readonly #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line);
  }

  toString(): string {
    return this.#lines.map((line, index) => `${String(index + 1).padStart(4)}  ${line}`).join("\n");
  }
}

/** How often the worlds of a run got to each kind of place. */
export class Tally {
  readonly #counts = new Map<string, number>();

  /** Once for each world, however often it happened there. */
  add(names: ReadonlySet<string>): void {
    for (const name of names) this.#counts.set(name, this.count(name) + 1);
  }

  count(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  toString(): string {
    const lines = [...this.#counts].sort(([, left], [, right]) => right - left);
    return lines.map(([name, count]) => `${String(count).padStart(6)}  ${name}`).join("\n");
  }
}
