import { createHmac, timingSafeEqual, type Hmac } from "node:crypto";

/** `sha256=` and 64 digits, as GitHub writes it; anything else is no signature. */
const form = /^sha256=[0-9a-f]{64}$/;

/** Whether a header may hold a signature at all: if not, nobody need read the body. */
export function isSignature(header: string | undefined): header is string {
  return header !== undefined && form.test(header);
}

/** Compares the bytes of a body with a signature, under each secret that counts. */
export class SignatureCheck {
  readonly #sums: readonly Hmac[];

  constructor(secrets: readonly string[]) {
    this.#sums = secrets.map((secret) => createHmac("sha256", secret));
  }

  update(bytes: Uint8Array): void {
    for (const sum of this.#sums) sum.update(bytes);
  }

  /** Takes the same time whatever the answer is. To be asked once. */
  isSignedBy(signature: string): boolean {
    const given = Buffer.from(signature.slice("sha256=".length), "hex");
    let isSigned = false;
    for (const sum of this.#sums) {
      const digest = sum.digest();
      if (given.length === digest.length && timingSafeEqual(given, digest)) isSigned = true;
    }
    return isSigned;
  }
}
