import { readFile } from "node:fs/promises";
import { resolve } from "node:path";

import type { RemoteLogin } from "../git/drivers/native/remote.ts";
import type { GitHubCredentials } from "../forge/drivers/github/client.ts";
import { CairnError } from "../shared/errors.ts";
import type { AppOptions } from "../usecases/app-options.ts";
import type { RegistryTarget, Settings } from "./settings.ts";

/** What is looked at when cairn.yaml names no credentials: `CAIRN_…` first, then what others set. */
export const commonPrefix = "CAIRN_GITHUB_";
const commonTokens = ["GITHUB_TOKEN", "GH_TOKEN"] as const;

type Environment = AppOptions["env"];

/**
 * Who Cairn is on GitHub: an App, a token, or nobody, as the environment says. Rejects with
 * `CREDENTIALS_UNKNOWN`, `CREDENTIALS_MISSING` or `CREDENTIALS_UNREADABLE`.
 */
export async function gitHubCredentials(
  { env, cwd }: Pick<AppOptions, "env" | "cwd">,
  settings: Settings,
  target: RegistryTarget,
): Promise<GitHubCredentials | undefined> {
  const named = namedPrefix(settings, target);
  const prefix = named ?? commonPrefix;
  const appId = valueOf(env, `${prefix}APP_ID`);
  if (appId !== undefined) {
    const installationId = valueOf(env, `${prefix}APP_INSTALLATION_ID`);
    return {
      type: "app",
      appId,
      privateKey: await privateKeyOf(env, prefix, cwd),
      ...(installationId === undefined ? {} : { installationId }),
    };
  }
  const names = [`${prefix}TOKEN`, ...(named === undefined ? commonTokens : [])];
  const token = names.map((name) => valueOf(env, name)).find((found) => found !== undefined);
  if (token !== undefined) return { type: "token", token };
  if (named === undefined) return undefined;
  throw credentialsMissing(target, [`${prefix}TOKEN`, `${prefix}APP_ID`]);
}

/**
 * The login that cairn.yaml names for a remote which is no GitHub: `<PREFIX>TOKEN`, with
 * `<PREFIX>USERNAME` where the host asks for one. `undefined` leaves it to Git's configuration.
 */
export function gitLogin(
  env: Environment,
  settings: Settings,
  target: RegistryTarget,
): RemoteLogin | undefined {
  const prefix = namedPrefix(settings, target);
  if (prefix === undefined) return undefined;
  const password = valueOf(env, `${prefix}TOKEN`);
  if (password === undefined) throw credentialsMissing(target, [`${prefix}TOKEN`]);
  const username = valueOf(env, `${prefix}USERNAME`) ?? "x-access-token";
  return async () => ({ username, password });
}

function namedPrefix({ config }: Settings, { name, credentials }: RegistryTarget) {
  if (credentials === undefined) return undefined;
  const found = config.credentials.get(credentials);
  if (found !== undefined) return found.envPrefix;
  throw new CairnError({
    code: "CREDENTIALS_UNKNOWN",
    kind: "invalid",
    message: `cairn.yaml has no credentials ${credentials}, which ${name} asks for.`,
    hint: `Add them: credentials: { ${credentials}: { env_prefix: … } }.`,
  });
}

async function privateKeyOf(env: Environment, prefix: string, cwd: string): Promise<string> {
  const text = valueOf(env, `${prefix}APP_PRIVATE_KEY`);
  // One line is all that some environments can hold.
  if (text !== undefined) return text.replaceAll(String.raw`\n`, "\n");
  const path = valueOf(env, `${prefix}APP_PRIVATE_KEY_FILE`);
  try {
    if (path !== undefined) return await readFile(resolve(cwd, path), "utf8");
  } catch (cause) {
    throw new CairnError({
      code: "CREDENTIALS_UNREADABLE",
      kind: "invalid",
      message: `The private key that ${prefix}APP_PRIVATE_KEY_FILE names cannot be read.`,
      hint: "Give the path of the App's .pem file, which Cairn may read.",
      cause,
    });
  }
  throw new CairnError({
    code: "CREDENTIALS_MISSING",
    kind: "invalid",
    message: `${prefix}APP_ID is set, and the App's private key is not.`,
    hint: `Set ${prefix}APP_PRIVATE_KEY_FILE to the path of the .pem file, or ${prefix}APP_PRIVATE_KEY.`,
  });
}

function credentialsMissing({ name }: RegistryTarget, names: readonly string[]): CairnError {
  return new CairnError({
    code: "CREDENTIALS_MISSING",
    kind: "invalid",
    message: `The credentials of ${name} are not in the environment.`,
    hint: `Set ${names.join(" or ")}.`,
  });
}

/** A variable that is set to nothing is not set. */
export function valueOf(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}
