import { createHash } from "node:crypto";

import type { ContextSource, ServeContext, ServedRegistry } from "../controller/serve-context.ts";
import { checkTriggers } from "../controller/triggers/start.ts";
import type { ConfiguredRegistry } from "../registry/operator-config.ts";
import type { Logger } from "../shared/log.ts";
import type { App } from "../usecases/app.ts";
import type { AppOptions } from "../usecases/app-options.ts";
import { credentialFiles, readSecrets } from "./serve-secrets.ts";
import {
  configuredTarget,
  configUnreadable,
  locateRegistry,
  readOperatorFile,
  settingsOf,
  type OperatorFile,
  type RegistryTarget,
  type Settings,
} from "./settings.ts";
import { LazyTextCache } from "./text-cache.ts";

export interface RegistryToOpen {
  readonly locate: () => Promise<RegistryTarget>;
  /** What has been read is remembered by its content, for all registries together. */
  readonly texts: LazyTextCache;
  readonly log?: Logger;
}

export interface OpenedRegistry {
  readonly app: App;
  /** The repository's number on its host, asked of the host. */
  readonly repositoryId: () => Promise<string | undefined>;
}

/** Makes an app that opens nothing before it is asked something. */
export type OpenRegistry = (settings: Settings, registry: RegistryToOpen) => OpenedRegistry;

interface InForce {
  /** Digest of the file. */
  readonly file: string;
  /** Digest of the file and of the secrets that it names. */
  readonly all: string;
  readonly written: Written;
}

/** What the file says: put together with the folders that are in use, and where data should be. */
interface Written {
  readonly settings: Settings;
  readonly dataFolder: string;
}

/** What `cairn serve` works on, and what becomes of it when the operator's file or a secret changes. */
export class ServeSource implements ContextSource {
  readonly path: string;
  readonly #options: AppOptions;
  readonly #open: OpenRegistry;
  readonly #texts: LazyTextCache;
  /** Whether the file says which registries there are; else the flag or the working folder does. */
  readonly #isListed: boolean;
  #inForce: InForce;
  #seenFile: string | undefined;
  #missing = "";

  private constructor(file: OperatorFile | undefined, options: AppOptions, open: OpenRegistry) {
    const settings = settingsOf(options, file);
    const { dataFolder } = settings;
    this.path = file?.path ?? "";
    this.#options = options;
    this.#open = open;
    this.#texts = new LazyTextCache(dataFolder);
    this.#isListed = options.registry === undefined && settings.config.registries.length > 0;
    const written = { settings, dataFolder };
    this.#inForce = { file: digestOf(file?.bytes ?? ""), all: "", written };
  }

  /** Rejects where nothing can be served at all. */
  static async open(options: AppOptions, open: OpenRegistry): Promise<ServeContext> {
    const file = await readOperatorFile(options);
    const source = new ServeSource(file, options, open);
    const { file: digest, written } = source.#inForce;
    const context = await source.#contextOf(written, digest);
    return file === undefined ? context : { ...context, source };
  }

  async look(): Promise<ServeContext | "unchanged" | "settling"> {
    const file = await readOperatorFile(this.#options);
    if (file === undefined) throw configUnreadable(this.path);
    const digest = digestOf(file.bytes);
    const before = this.#inForce;
    const isSame = digest === before.file;
    if (!isSame && digest !== this.#seenFile) {
      this.#seenFile = digest;
      return "settling";
    }
    const context = await this.#contextOf(isSame ? before.written : this.#read(file), digest);
    return this.#inForce.all === before.all ? "unchanged" : context;
  }

  /** Folders in use do not move: what is said of them now counts after a restart. */
  #read(file: OperatorFile): Written {
    const data = this.#inForce.written.settings.dataFolder;
    return {
      settings: settingsOf({ ...this.#options, data }, file),
      dataFolder: settingsOf(this.#options, file).dataFolder,
    };
  }

  /** Throws before anything is in force that cannot be. */
  async #contextOf(written: Written, file: string): Promise<ServeContext> {
    const { settings, dataFolder } = written;
    const secrets = await this.#secretsOf(settings);
    const registries = await this.#registriesOf(settings);
    for (const registry of registries) checkTriggers(registry);
    const revisions = registries.map(({ revision }) => revision);
    const all = digestOf(JSON.stringify([file, secrets, revisions]));
    this.#inForce = { file, all, written };
    return { registries, webhookSecrets: secrets, http: settings.config.http, dataFolder };
  }

  async #secretsOf({ config, folder }: Settings): Promise<readonly string[]> {
    const { env, log } = this.#options;
    const { secrets, missing } = await readSecrets(config.webhookSecrets, { env, folder });
    const names = missing.join(", ");
    if (names !== "" && names !== this.#missing) {
      log.warn({ variables: missing }, "secrets of webhooks are set neither here nor in a file");
    }
    this.#missing = names;
    return secrets;
  }

  async #registriesOf(settings: Settings): Promise<readonly ServedRegistry[]> {
    if (!this.#isListed) {
      const target = await locateRegistry(this.#options, settings);
      return [await this.#served(settings, target, async () => target)];
    }
    const { config, folder } = settings;
    return Promise.all(
      config.registries.map(async (registry) => {
        const locate = (): Promise<RegistryTarget> => configuredTarget(registry, folder);
        // What is wrong with one is found out again when it is opened, and is its own condition.
        const target = await locate().catch(() => elsewhere(registry));
        return this.#served(settings, target, locate);
      }),
    );
  }

  async #served(
    settings: Settings,
    target: RegistryTarget,
    locate: () => Promise<RegistryTarget>,
  ): Promise<ServedRegistry> {
    const { name, url, pollMs, resyncCron, verifyCron, gitFolder, host, github } = target;
    const log = this.#options.log.child({ registry: name });
    const { app, repositoryId } = this.#open(settings, { locate, texts: this.#texts, log });
    const knownId = github.repositoryId;
    return {
      name,
      url,
      watchPaths: gitFolder === undefined ? [] : [gitFolder],
      pollMs,
      ...(resyncCron === undefined ? {} : { resyncCron }),
      ...(verifyCron === undefined ? {} : { verifyCron }),
      ...(host === "github"
        ? { webhook: { repositoryId: async () => knownId ?? (await repositoryId()) } }
        : {}),
      revision: await this.#revisionOf(settings, target),
      app,
    };
  }

  /** What a session of this registry is made from, as far as the operator said it. */
  async #revisionOf(
    settings: Settings,
    { gitFolder: _gitFolder, workTree: _workTree, ...target }: RegistryTarget,
  ): Promise<string> {
    const { config, storesFolder } = settings;
    const credentials = config.credentials.get(target.credentials ?? "");
    const files = await credentialFiles(this.#options, credentials?.envPrefix);
    const parts = [target, storesFolder, config.allowedStores, credentials, files];
    return digestOf(JSON.stringify(parts));
  }
}

function elsewhere(registry: ConfiguredRegistry): RegistryTarget {
  return { ...registry, gitFolder: undefined, workTree: undefined };
}

function digestOf(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}
