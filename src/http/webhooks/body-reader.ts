/** GitHub sends no more: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap */
const maxBodyBytes = 25 * 1024 * 1024;
/** Nearly all are far smaller. Of those that are larger only one is read at a time. */
const smallBytes = 1024 * 1024;
/** What the small ones may take together. */
const maxSmallTotalBytes = 16 * 1024 * 1024;
/** Bytes are gathered in blocks: a body of a million chunks is as small as one of a single chunk. */
const blockBytes = 64 * 1024;

/** `too-large`: no body may be that long. `busy`: too much is being read already. `broken`: it did not end. */
export type BodyProblem = "too-large" | "busy" | "broken";

export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly smallBytes: number;
  readonly maxSmallTotalBytes: number;
}

/** Reads bodies that strangers send: each within a bound, and all at once within another. */
export class BodyReader {
  readonly #limits: BodyLimits;
  #smallTotalBytes = 0;
  #isLargeTaken = false;

  constructor(limits: Partial<BodyLimits> = {}) {
    this.#limits = { maxBodyBytes, smallBytes, maxSmallTotalBytes, ...limits };
  }

  /** True when the sender itself says that the body is too long. */
  isTooLarge(request: Request): boolean {
    const length = request.headers.get("content-length") ?? "0";
    return !/^\d{1,15}$/.test(length) || Number(length) > this.#limits.maxBodyBytes;
  }

  /** The whole body in blocks, each of which `onBlock` has seen; to be used at once. Never rejects. */
  async read(
    request: Request,
    onBlock: (block: Uint8Array) => void,
  ): Promise<readonly Uint8Array[] | BodyProblem> {
    const body = new GatheredBody(onBlock);
    const held = { smallBytes: 0, isLarge: false };
    try {
      for await (const chunk of chunksOf(request.body)) {
        const problem = this.#hold(held, body.sizeBytes + chunk.byteLength);
        if (problem !== undefined) return problem;
        body.add(chunk);
      }
      return body.end();
    } catch {
      return "broken";
    } finally {
      this.#smallTotalBytes -= held.smallBytes;
      if (held.isLarge) this.#isLargeTaken = false;
    }
  }

  #hold(
    held: { smallBytes: number; isLarge: boolean },
    sizeBytes: number,
  ): BodyProblem | undefined {
    const limits = this.#limits;
    if (sizeBytes > limits.maxBodyBytes) return "too-large";
    const wantedBytes = Math.min(limits.smallBytes, Math.ceil(sizeBytes / blockBytes) * blockBytes);
    const moreBytes = wantedBytes - held.smallBytes;
    if (this.#smallTotalBytes + moreBytes > limits.maxSmallTotalBytes) return "busy";
    this.#smallTotalBytes += moreBytes;
    held.smallBytes = wantedBytes;
    if (sizeBytes <= limits.smallBytes || held.isLarge) return undefined;
    if (this.#isLargeTaken) return "busy";
    this.#isLargeTaken = true;
    held.isLarge = true;
    return undefined;
  }
}

class GatheredBody {
  readonly #onBlock: (block: Uint8Array) => void;
  readonly #blocks: Uint8Array[] = [];
  #block = new Uint8Array(0);
  #used = 0;
  sizeBytes = 0;

  constructor(onBlock: (block: Uint8Array) => void) {
    this.#onBlock = onBlock;
  }

  add(chunk: Uint8Array): void {
    this.sizeBytes += chunk.byteLength;
    for (let start = 0; start < chunk.byteLength;) {
      if (this.#used === this.#block.byteLength) this.#finishBlock(blockBytes);
      const part = chunk.subarray(start, start + this.#block.byteLength - this.#used);
      this.#block.set(part, this.#used);
      this.#used += part.byteLength;
      start += part.byteLength;
    }
  }

  end(): readonly Uint8Array[] {
    this.#finishBlock(0);
    return this.#blocks;
  }

  #finishBlock(nextBytes: number): void {
    if (this.#used > 0) {
      const full = this.#block.subarray(0, this.#used);
      this.#blocks.push(full);
      this.#onBlock(full);
    }
    this.#block = new Uint8Array(nextBytes);
    this.#used = 0;
  }
}

async function* chunksOf(stream: ReadableStream<Uint8Array> | null): AsyncIterable<Uint8Array> {
  if (stream === null) return;
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // What is left of it nobody wants; a stream that broke has nothing to cancel.
    await reader.cancel().catch(() => undefined);
  }
}
