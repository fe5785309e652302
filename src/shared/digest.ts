import { createHash, type Hash } from "node:crypto";

/** `sha256:` and 64 lower-case hexadecimal digits: the identity of content. */
export type Digest = `sha256:${string}`;

const digestPattern = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: string): text is Digest {
  return digestPattern.test(text);
}

export function sha256(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** The id that Git gives these bytes as a file (in a repository of the SHA-1 format). */
export function blobId(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.byteLength}\0`).update(bytes).digest("hex");
}

/** Collects a digest while bytes pass by. */
export class DigestMeter {
  readonly #hash: Hash = createHash("sha256");
  #sizeBytes = 0;

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#sizeBytes += chunk.byteLength;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Ends the measurement: call once. */
  digest(): Digest {
    return `sha256:${this.#hash.digest("hex")}`;
  }
}

/** The 64 hexadecimal digits without the algorithm. */
export function digestHex(digest: Digest): string {
  return digest.slice("sha256:".length);
}
