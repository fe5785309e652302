import { createHash, randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeNewFile } from "../../../disk/atomic-write.ts";
import { signingFailed } from "../../errors.ts";
import type { Environment } from "./program.ts";
import { runKeygen } from "./ssh-keygen.ts";
import { armor, insertSignature, parseSshSignature, splitSignedCommit } from "./ssh-signature.ts";

const namespace = "git";

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

export interface VerifyOptions {
  readonly environment: Environment;
  /** For a file that lives as long as the check. */
  readonly directory: string;
}

/** The key whose good signature a commit has. Rejects with `GIT_SIGNING_FAILED` without ssh-keygen. */
export async function readSigningKey(
  commit: Uint8Array,
  { environment, directory }: VerifyOptions,
): Promise<string | undefined> {
  const signed = splitSignedCommit(commit);
  const signature = signed && parseSshSignature(signed.signature);
  if (signed === undefined || signature?.namespace !== namespace) return undefined;
  const path = join(directory, `new-${randomUUID()}.sig`);
  try {
    // Written anew from what was read, so that the program cannot read something else in it.
    await writeNewFile(path, armor(signature.bytes), { durable: false, mode: 0o600 });
    const args = ["-Y", "check-novalidate", "-n", namespace, "-s", path];
    const { exitCode, stdout } = await runKeygen(args, signed.payload, environment);
    const fingerprint = createHash("sha256").update(signature.publicKey).digest("base64");
    const isGood = exitCode === 0 && stdout.includes(`SHA256:${fingerprint.replace(/=+$/, "")}`);
    return isGood
      ? `${signature.keyType} ${Buffer.from(signature.publicKey).toString("base64")}`
      : undefined;
  } finally {
    await rm(path, { force: true });
  }
}
