import { createPrivateKey } from "node:crypto";
import { credentialsRefused } from "../../errors.ts";
import type { GitHubCredentials } from "./api.ts";
import type { Credentials } from "./credentials.ts";
import { AppCredentials, type AppPort } from "./app-credentials.ts";

/** Throws `FORGE_CREDENTIALS_REFUSED` for what cannot be any. */
export function createCredentials(
  given: GitHubCredentials | undefined,
  port: AppPort,
): Credentials {
  if (given === undefined) return plain("none", undefined);
  if (given.type === "token") return plain("token", checkToken(given.token));
  return new AppCredentials(port, given.installationId);
}

function plain(type: "token" | "none", token: string | undefined): Credentials {
  return {
    type,
    prepare: async () => {},
    token: () => token,
    renew: async () => false,
    permissions: async () => undefined,
  };
}

/** Anything else could not be in a header, and the error would show it. */
function checkToken(token: string): string {
  const trimmed = token.trim();
  if (/^[\x21-\x7e]{1,4096}$/.test(trimmed)) return trimmed;
  throw credentialsRefused("the token is empty or has characters that no token has.");
}

/** The App's key as PKCS #8, from either form that GitHub and environment variables have. */
export function readPrivateKey(text: string): string {
  try {
    const key = createPrivateKey(text.replaceAll("\\n", "\n"));
    return String(key.export({ type: "pkcs8", format: "pem" }));
  } catch {
    // The reason could quote the key.
    throw credentialsRefused("the App's private key is no private key in PEM.");
  }
}
