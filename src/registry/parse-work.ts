import type { CachedText, RawText, TextParsers } from "./document-cache.ts";
import { unpackText } from "./packed-text.ts";
import { parseText } from "./parse-text.ts";

/** Small enough that nobody waits long for the last one. */
const batchBytes = 64 * 1024;

/** Texts on their way to be parsed: by another thread if one is free, else here. */
export class ParseWork {
  readonly #parsers: TextParsers | undefined;
  readonly #keep: (raw: RawText, text: CachedText, line: string | undefined) => void;
  readonly #waiting: Promise<void>[] = [];
  #batch: RawText[] = [];
  #sizeBytes = 0;

  constructor(
    parsers: TextParsers | undefined,
    keep: (raw: RawText, text: CachedText, line: string | undefined) => void,
  ) {
    this.#parsers = parsers;
    this.#keep = keep;
  }

  add(raw: RawText): void {
    if (this.#parsers === undefined) {
      this.#keep(raw, parseText(raw), undefined);
      return;
    }
    this.#batch.push(raw);
    this.#sizeBytes += raw.bytes.byteLength;
    if (this.#sizeBytes >= batchBytes) this.#send();
  }

  async end(): Promise<void> {
    this.#send();
    await Promise.all(this.#waiting);
    this.#parsers?.rest();
  }

  #send(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#sizeBytes = 0;
    const shared = batch.length === 0 ? undefined : this.#parsers?.parse(batch);
    if (shared === undefined) this.#parseHere(batch);
    else {
      this.#waiting.push(
        shared.then(
          (lines) =>
            lines.length === batch.length ? this.#take(batch, lines) : this.#parseHere(batch),
          () => this.#parseHere(batch),
        ),
      );
    }
  }

  #take(batch: readonly RawText[], lines: readonly string[]): void {
    for (const [index, raw] of batch.entries()) {
      const line = lines[index] ?? "";
      const text = unpackText(line);
      if (text === undefined) this.#parseHere([raw]);
      else this.#keep(raw, text, line);
    }
  }

  #parseHere(batch: readonly RawText[]): void {
    for (const raw of batch) this.#keep(raw, parseText(raw), undefined);
  }
}
