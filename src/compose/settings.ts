import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

import { findLocalRepository, openLocalRepository } from "../git/drivers/locate-repository.ts";
import {
  defaultConfig,
  defaultPollMs,
  noGitHubSettings,
  parseOperatorConfig,
  type ConfiguredRegistry,
  type OperatorConfig,
} from "../registry/operator-config.ts";
import { CairnError, hasCode } from "../shared/errors.ts";
import { redact } from "../shared/redact.ts";
import type { AppOptions } from "../usecases/app-options.ts";

/** Flags, environment and `cairn.yaml` put together: the first that says something wins. */
export interface Settings {
  readonly config: OperatorConfig;
  readonly dataFolder: string;
  /** Relative roots of file stores lie below it; it is always allowed. */
  readonly storesFolder: string;
}

/** A registry to work on, and where its Git folder is if it is on this machine. */
export interface RegistryTarget extends ConfiguredRegistry {
  readonly gitFolder: string | undefined;
  /** The work tree around the current folder, when that is what was meant. */
  readonly workTree: string | undefined;
}

export async function loadSettings(options: AppOptions): Promise<Settings> {
  const { config, folder } = await loadConfig(options);
  const dataFolder =
    fromFlag(options.data, options) ??
    fromConfig(config.dataFolder, folder) ??
    resolve(options.cwd, ".cairn");
  const storesFolder =
    fromFlag(options.stores, options) ??
    fromConfig(config.storesFolder, folder) ??
    join(dirname(dataFolder), "cairn-stores");
  return { config, dataFolder, storesFolder };
}

/**
 * Which registry a command means: the flag, else the repository around the working folder, else
 * the only one in `cairn.yaml`. A clone without a ledger of its own stands for its origin. Rejects
 * with `REGISTRY_NOT_SAID`.
 */
export async function locateRegistry(
  options: AppOptions,
  { config }: Settings,
): Promise<RegistryTarget> {
  if (options.registry !== undefined) return targetOf(options.registry, options, config);
  const around = await findLocalRepository(options.cwd);
  if (around !== undefined) return targetOf(around.workTree ?? around.gitFolder, options, config);
  const [only, ...others] = config.registries;
  if (only !== undefined && others.length === 0) return configuredTarget(only, options.cwd);
  throw new CairnError({
    code: "REGISTRY_NOT_SAID",
    kind: "invalid",
    message:
      only === undefined
        ? "There is no registry here: this folder is in no Git repository."
        : `cairn.yaml has several registries: ${config.registries.map(({ name }) => name).join(", ")}.`,
    hint: "Say which one: --registry PATH or URL, or CAIRN_REGISTRY.",
  });
}

export async function configuredTarget(
  registry: ConfiguredRegistry,
  cwd: string,
): Promise<RegistryTarget> {
  if (isUrl(registry.url)) return { ...registry, gitFolder: undefined, workTree: undefined };
  const path = resolve(cwd, registry.url);
  const local = await openLocalRepository(path);
  return { ...registry, url: path, gitFolder: local?.gitFolder, workTree: local?.workTree };
}

/** Names the folder of what is kept for one registry. */
export function registryFolder(dataFolder: string, url: string): string {
  const id = createHash("sha256").update(redact(url)).digest("hex").slice(0, 16);
  return join(dataFolder, "registries", id);
}

async function targetOf(
  registry: string,
  { cwd, forge }: AppOptions,
  config: OperatorConfig,
): Promise<RegistryTarget> {
  const configured = config.registries.find(
    ({ name, url }) => name === registry || url === registry,
  );
  if (configured !== undefined) return configuredTarget(configured, cwd);
  const plain = {
    name: nameOf(registry),
    branch: undefined,
    host: forge ?? "local",
    credentials: undefined,
    github: noGitHubSettings,
    pollMs: defaultPollMs,
    resyncCron: undefined,
    verifyCron: undefined,
  };
  if (isUrl(registry))
    return { ...plain, url: registry, gitFolder: undefined, workTree: undefined };
  const path = resolve(cwd, registry);
  const local = await openLocalRepository(path);
  if (local === undefined)
    return { ...plain, url: path, gitFolder: undefined, workTree: undefined };
  const { workTree, gitFolder, origin, hasLedger } = local;
  if (hasLedger || origin === undefined) return { ...plain, url: path, gitFolder, workTree };
  if (isUrl(origin)) return { ...plain, url: origin, gitFolder: undefined, workTree };
  const upstream = await openLocalRepository(resolve(workTree ?? gitFolder, origin));
  return {
    ...plain,
    url: resolve(workTree ?? gitFolder, origin),
    gitFolder: upstream?.gitFolder,
    workTree,
  };
}

function nameOf(registry: string): string {
  const last = registry.replace(/\/+$/, "").split(/[/:]/).at(-1) ?? registry;
  return last.replace(/\.git$/, "") || "registry";
}

/** `https://…`, `ssh://…`, `file://…` and `git@host:path`; anything else is a path. */
function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text) || /^[^/\s@]+@[^/\s:]+:/.test(text);
}

async function loadConfig(
  options: AppOptions,
): Promise<{ readonly config: OperatorConfig; readonly folder: string }> {
  const path = resolve(options.cwd, options.config ?? "cairn.yaml");
  const bytes = await readConfig(path, options.config !== undefined);
  if (bytes === undefined) return { config: defaultConfig, folder: options.cwd };
  const parsed = parseOperatorConfig(bytes, path);
  if (parsed.ok) return { config: parsed.value, folder: dirname(path) };
  const [first] = parsed.problem;
  throw new CairnError({
    code: "CONFIG_INVALID",
    kind: "invalid",
    message: `${path}:${first?.line ?? 1}:${first?.column ?? 1}: ${first?.message ?? "it cannot be used."}`,
    hint: "docs/operating.md shows every key of cairn.yaml.",
  });
}

async function readConfig(path: string, isWanted: boolean): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (!isWanted && hasCode(cause, "ENOENT")) return undefined;
    throw new CairnError({
      code: "CONFIG_UNREADABLE",
      kind: "invalid",
      message: `The configuration ${path} cannot be read.`,
      hint: "Give the path of a cairn.yaml with --config.",
      cause,
    });
  }
}

function fromFlag(path: string | undefined, { cwd }: AppOptions): string | undefined {
  return path === undefined ? undefined : resolve(cwd, path);
}

function fromConfig(path: string | undefined, folder: string): string | undefined {
  return path === undefined ? undefined : resolve(folder, path);
}
