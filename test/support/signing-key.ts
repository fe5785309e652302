import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeTemporaryFolder } from "./git-repository.ts";

/** Whether OpenSSH is installed: tests that need it are skipped otherwise. */
export const hasKeygen = spawnSync("ssh-keygen", ["-?"]).error === undefined;

/** A key pair that is removed when the test ends. */
export interface SigningKey {
  readonly path: string;
  /** Without its comment: `ssh-ed25519 AAAA…`. */
  readonly publicKey: string;
}

export async function makeSigningKey(type = "ed25519", passphrase = ""): Promise<SigningKey> {
  const path = join(await makeTemporaryFolder(), "key");
  const args = ["-q", "-t", type, "-N", passphrase, "-C", "ann@contoso.example", "-f", path];
  spawnSync("ssh-keygen", args);
  const [kind, body] = (await readFile(`${path}.pub`, "utf8")).split(" ");
  return { path, publicKey: `${kind ?? ""} ${body ?? ""}` };
}
