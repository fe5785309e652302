import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

import type { AppOptions } from "../usecases/app-options.ts";
import { commonPrefix, valueOf } from "./host-credentials.ts";

interface SecretsOptions {
  readonly env: AppOptions["env"];
  /** Where relative paths of files start. */
  readonly folder: string;
}

export interface FoundSecrets {
  readonly secrets: readonly string[];
  /** Variables that lead to none. */
  readonly missing: readonly string[];
}

/**
 * The secrets that these environment variables hold; `NAME_FILE` names a file that holds it
 * instead. One that is not there is passed over: the others still count.
 */
export async function readSecrets(
  names: readonly string[],
  options: SecretsOptions,
): Promise<FoundSecrets> {
  const secrets: string[] = [];
  const missing: string[] = [];
  for (const name of names) {
    const secret = await readSecret(name, options);
    if (secret === undefined) missing.push(name);
    else secrets.push(secret);
  }
  return { secrets, missing };
}

async function readSecret(
  name: string,
  { env, folder }: SecretsOptions,
): Promise<string | undefined> {
  const value = valueOf(env, name);
  if (value !== undefined) return value;
  const path = valueOf(env, `${name}_FILE`);
  const text = path === undefined ? undefined : await readText(resolve(folder, path));
  return text?.trim() || undefined;
}

/** What the files hold that credentials name: with other contents, they are other credentials. */
export async function credentialFiles(
  { env, cwd }: Pick<AppOptions, "env" | "cwd">,
  prefix = commonPrefix,
): Promise<readonly (string | undefined)[]> {
  const paths = Object.entries(env).flatMap(([name, path]) =>
    name.startsWith(prefix) && name.endsWith("_FILE") && path ? [path] : [],
  );
  return Promise.all(paths.sort().map(async (path) => readText(resolve(cwd, path))));
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}
