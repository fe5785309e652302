import type { CachedText, RawText, TextParsers } from "./document-cache.ts";
import { packText, unpackText } from "./packed-text.ts";
import { parseAndCheckText, parseText } from "./parse-text.ts";

/** Small enough that nobody waits long for the last one. */
const batchBytes = 64 * 1024;

interface Parsing {
  /** Another thread needs longer to start than few texts take, and few need no packing. */
  readonly isLarge: boolean;
  readonly parsers: TextParsers | undefined;
}

/** Texts on their way to be parsed: by another thread if one is free, else here. */
export class ParseWork {
  readonly #parsing: Parsing;
  readonly #keep: (raw: RawText, text: CachedText, line: string | undefined) => void;
  readonly #waiting: Promise<void>[] = [];
  #batch: RawText[] = [];
  #sizeBytes = 0;

  constructor(
    parsing: Parsing,
    keep: (raw: RawText, text: CachedText, line: string | undefined) => void,
  ) {
    this.#parsing = parsing;
    this.#keep = keep;
  }

  add(raw: RawText): void {
    if (!this.#parsing.isLarge) {
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
    this.#parsing.parsers?.rest();
  }

  #send(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#sizeBytes = 0;
    const shared = batch.length === 0 ? undefined : this.#parsing.parsers?.parse(batch);
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
    for (const raw of batch) {
      // As a thread gives it: packed, it needs a tenth, and nothing of it is a part of the text.
      const line = packText(parseAndCheckText(raw));
      this.#keep(raw, unpackText(line) ?? parseText(raw), line);
    }
  }
}
