import { createHash, randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeNewFile } from "../../../disk/atomic-write.ts";
import { signingFailed } from "../../errors.ts";
import type { Environment } from "./program.ts";
import { runKeygen } from "./ssh-keygen.ts";
import { armor, insertSignature, parseSshSignature, splitSignedCommit } from "./ssh-signature.ts";

const namespace = "git";
const maxKnown = 10_000;

/** A commit object with a signature over what it was. Rejects with `GIT_SIGNING_FAILED`. */
export async function signCommit(
  payload: Uint8Array,
  keyPath: string,
  environment: Environment,
): Promise<Uint8Array> {
  const args = ["-Y", "sign", "-n", namespace, "-f", keyPath];
  const { exitCode, stdout, stderr } = await runKeygen(args, payload, environment);
  const signature = stdout.trim();
  if (exitCode !== 0 || parseSshSignature(signature) === undefined) {
    throw signingFailed(stderr || "ssh-keygen printed no signature.");
  }
  return insertSignature(payload, signature);
}

export interface SignatureReaderOptions {
  readonly environment: Environment;
  /** For files that live as long as a check. */
  readonly directory: string;
}

/** Checks signatures, once for each commit. */
export class SignatureReader {
  readonly #options: SignatureReaderOptions;
  readonly #known = new Map<string, string | undefined>();

  constructor(options: SignatureReaderOptions) {
    this.#options = options;
  }

  /** The key whose good signature a commit has. Rejects with `GIT_SIGNING_FAILED` if it cannot say. */
  async readKey(id: string, commit: Uint8Array): Promise<string | undefined> {
    if (this.#known.has(id)) return this.#known.get(id);
    const key = await this.#check(commit);
    if (this.#known.size >= maxKnown) this.#known.clear();
    this.#known.set(id, key);
    return key;
  }

  async #check(commit: Uint8Array): Promise<string | undefined> {
    const signed = splitSignedCommit(commit);
    const signature = signed && parseSshSignature(signed.signature);
    if (signed === undefined || signature?.namespace !== namespace) return undefined;
    const path = join(this.#options.directory, `new-${randomUUID()}.sig`);
    try {
      // Written anew from what was read, so that the program cannot read something else in it.
      await writeNewFile(path, armor(signature.bytes), { durable: false, mode: 0o600 });
      const fingerprint = await this.#verify(path, signed.payload);
      const digest = createHash("sha256").update(signature.publicKey).digest("base64");
      if (fingerprint !== `SHA256:${digest.replace(/=+$/, "")}`) return undefined;
      return `${signature.keyType} ${Buffer.from(signature.publicKey).toString("base64")}`;
    } finally {
      await rm(path, { force: true });
    }
  }

  /** The fingerprint of the key that made the signature, whoever has that key. */
  async #verify(path: string, payload: Uint8Array): Promise<string | undefined> {
    const args = ["-Y", "check-novalidate", "-n", namespace, "-s", path];
    const output = await runKeygen(args, payload, this.#options.environment);
    const { exitCode, stdout, stderr } = output;
    // No answer is not the answer that it is bad.
    if (exitCode < 0 || /couldn't read|unknown option|illegal option|usage:/i.test(stderr)) {
      throw signingFailed(stderr || "ssh-keygen was stopped.");
    }
    return exitCode === 0 ? / key (SHA256:[A-Za-z0-9+/]+)\s*$/.exec(stdout)?.[1] : undefined;
  }
}
