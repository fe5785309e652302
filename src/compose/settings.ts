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
  /** Relative paths of the configuration start here. */
  readonly folder: string;
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

/** The operator's file as it was found. */
export interface OperatorFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export async function loadSettings(options: AppOptions): Promise<Settings> {
  return settingsOf(options, await readOperatorFile(options));
}

/** Throws `CONFIG_INVALID`. */
export function settingsOf(options: AppOptions, file: OperatorFile | undefined): Settings {
  const config = file === undefined ? defaultConfig : parseConfig(file);
  const folder = file === undefined ? options.cwd : dirname(file.path);
  const dataFolder =
    fromFlag(options.data, options) ??
    fromConfig(config.dataFolder, folder) ??
    resolve(options.cwd, ".cairn");
  const storesFolder =
    fromFlag(options.stores, options) ??
    fromConfig(config.storesFolder, folder) ??
    join(dirname(dataFolder), "cairn-stores");
  return { config, folder, dataFolder, storesFolder };
}

/** `undefined` when nobody named one and there is none. Rejects with `CONFIG_UNREADABLE`. */
export async function readOperatorFile(options: AppOptions): Promise<OperatorFile | undefined> {
  const path = resolve(options.cwd, options.config ?? "cairn.yaml");
  try {
    return { path, bytes: await readFile(path) };
  } catch (cause) {
    if (options.config === undefined && hasCode(cause, "ENOENT")) return undefined;
    throw configUnreadable(path, cause);
  }
}

export function configUnreadable(path: string, cause?: unknown): CairnError {
  return new CairnError({
    code: "CONFIG_UNREADABLE",
    kind: "invalid",
    message: `The configuration ${path} cannot be read.`,
    hint: "Give the path of a cairn.yaml with --config.",
    cause,
  });
}

/**
 * Which registry a command means: the flag, else the repository around the working folder, else
 * the only one in `cairn.yaml`. A clone without a ledger of its own stands for its origin. Rejects
 * with `REGISTRY_NOT_SAID`.
 */
export async function locateRegistry(
  options: AppOptions,
  settings: Settings,
): Promise<RegistryTarget> {
  const { config, folder } = settings;
  if (options.registry !== undefined) return targetOf(options.registry, options, settings);
  const around = await findLocalRepository(options.cwd);
  if (around !== undefined) return targetOf(around.workTree ?? around.gitFolder, options, settings);
  const [only, ...others] = config.registries;
  if (only !== undefined && others.length === 0) return configuredTarget(only, folder);
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

/** A path in the configuration is relative to its folder. */
export async function configuredTarget(
  registry: ConfiguredRegistry,
  folder: string,
): Promise<RegistryTarget> {
  if (isUrl(registry.url)) return { ...registry, gitFolder: undefined, workTree: undefined };
  const path = resolve(folder, registry.url);
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
  { config, folder }: Settings,
): Promise<RegistryTarget> {
  const configured = config.registries.find(
    ({ name, url }) => name === registry || url === registry,
  );
  if (configured !== undefined) return configuredTarget(configured, folder);
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

function parseConfig({ path, bytes }: OperatorFile): OperatorConfig {
  const parsed = parseOperatorConfig(bytes, path);
  if (parsed.ok) return parsed.value;
  const [first] = parsed.problem;
  throw new CairnError({
    code: "CONFIG_INVALID",
    kind: "invalid",
    message: `${path}:${first?.line ?? 1}:${first?.column ?? 1}: ${first?.message ?? "it cannot be used."}`,
    hint: "docs/operating.md shows every key of cairn.yaml.",
  });
}

function fromFlag(path: string | undefined, { cwd }: AppOptions): string | undefined {
  return path === undefined ? undefined : resolve(cwd, path);
}

function fromConfig(path: string | undefined, folder: string): string | undefined {
  return path === undefined ? undefined : resolve(folder, path);
}
