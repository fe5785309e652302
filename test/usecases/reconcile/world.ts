import { noFindingPolicy } from "../../../src/domain/finding-policy.ts";
import { parse } from "yaml";

import {
  parseAssetKey,
  type AssetId,
  type AssetKey,
  type AssetKind,
} from "../../../src/domain/asset.ts";
import type { LedgerState } from "../../../src/domain/ledger/state.ts";
import { parseReference } from "../../../src/domain/reference.ts";
import type {
  Asset,
  ManifestDocument,
  Metadata,
  ReferenceUse,
  Registry,
  RegistrySettings,
  StageFile,
} from "../../../src/domain/registry.ts";
import type { VersionScheme } from "../../../src/domain/version.ts";
import type { Forge } from "../../../src/forge/forge.ts";
import type { HostServices } from "../../../src/forge/host-services.ts";
import { compileGlobs } from "../../../src/registry/glob.ts";
import { isPolicyPath } from "../../../src/registry/policy-path.ts";
import type { GitMirror } from "../../../src/git/git.ts";
import type { Clock } from "../../../src/shared/clock.ts";
import { sha256, type Digest } from "../../../src/shared/digest.ts";
import { CairnError } from "../../../src/shared/errors.ts";
import { canonicalJson, isJsonObject, type JsonObject } from "../../../src/shared/json.ts";
import { silentLog } from "../../../src/shared/log.ts";
import type { Cache } from "../../../src/usecases/ledger/cache.ts";
import type { EventDraft } from "../../../src/usecases/ledger/draft.ts";
import { recordEvents } from "../../../src/usecases/ledger/record.ts";
import type { Evidence, RegistryReader } from "../../../src/usecases/registry-reader.ts";
import { TagSchedule } from "../../../src/usecases/reconcile/observe.ts";
import type { RegistrySession } from "../../../src/usecases/session.ts";
import { adopted, FixedClock } from "../../support/domain-builders.ts";
import { MemoryForge } from "../../support/memory-forge.ts";
import { memoryPolicies, policyFiles, type PoliciesSpec } from "../../support/memory-policies.ts";
import { MemoryMirror, type MemoryRemote, type Pause } from "../../support/memory-mirror.ts";

/** A manifest in few words. */
export interface AssetSpec {
  readonly key: AssetKey;
  /** Two manifests of one asset need two. */
  readonly path?: string;
  readonly content: string;
  readonly version?: string;
  readonly description?: string;
  readonly uses?: readonly { readonly kind: AssetKind; readonly text: string }[];
  /** Assets whose manifests it names by path. */
  readonly parts?: readonly AssetKey[];
  readonly isBroken?: boolean;
  /** Its bytes cannot be had. */
  readonly isUnreadable?: boolean;
  /** The metadata file; `evaluations` are what gates look at. */
  readonly metadata?: JsonObject;
}

export interface RegistrySpec extends PoliciesSpec {
  readonly assets: readonly AssetSpec[];
  /** Stage to asset to version, or to everything that the stage file says. */
  readonly stages?: Readonly<Record<string, Readonly<Record<AssetKey, string | StageSpec>>>>;
  /** Globs of paths and assets. */
  readonly requirePullRequest?: readonly string[];
  /** Globs of manifests that are none. */
  readonly exclude?: readonly string[];
  /** All stages, from the first to production. */
  readonly stageNames?: readonly string[];
  readonly versioning?: VersionScheme;
  readonly references?: "pinned" | "resolve";
}

export interface StageSpec {
  readonly version: string;
  readonly reason?: string;
  readonly override?: StageFile["override"];
  readonly isBroken?: boolean;
}

/** The files of such a registry, for a commit. */
export function filesOf(spec: RegistrySpec): Record<string, string> {
  const { assets, stages = {}, rules, access, ...settings } = spec;
  const policies = { ...(rules && { rules }), ...(access && { access }) };
  return Object.fromEntries([
    ["registry.yaml", JSON.stringify(settings)],
    ...Object.entries(policyFiles(policies)),
    ...assets.flatMap(({ metadata, ...asset }) => {
      const path = asset.path ?? `${asset.key}/asset.yaml`;
      return [
        [path, JSON.stringify(asset)],
        ...(metadata === undefined ? [] : [[metadataPath(path), JSON.stringify(metadata)]]),
      ];
    }),
    ...Object.entries(stages).flatMap(([stage, versions]) =>
      Object.entries(versions).map(([asset, wanted]) => [
        `stages/${stage}/${asset}.yaml`,
        JSON.stringify({
          stage,
          asset,
          ...(typeof wanted === "string" ? { version: wanted } : wanted),
        }),
      ]),
    ),
  ]);
}

function metadataPath(manifest: string): string {
  return manifest.replace(/\.yaml$/, ".meta.yaml");
}

interface MemoryDocument extends ManifestDocument {
  readonly objectId: string;
}

/** Reads what `filesOf` wrote; `order` is the order in which a reader happens to find assets. */
export class MemoryRegistryReader implements RegistryReader {
  readonly recipe = 1;
  readonly #known = new Map<Digest, Digest>();
  readonly #mirror: GitMirror;
  readonly #order: (assets: readonly Asset[]) => readonly Asset[];

  constructor(
    mirror: GitMirror,
    order: (assets: readonly Asset[]) => readonly Asset[] = (assets) => assets,
  ) {
    this.#mirror = mirror;
    this.#order = order;
  }

  fileDigest(): never {
    throw new Error("what only the ledger needs reads no single file");
  }

  openFile(): never {
    throw new Error("what only the ledger needs opens no file");
  }

  async settingsAt(commit: string): Promise<Registry["settings"]> {
    return (await this.registryAt(commit)).settings;
  }

  async registryUnder(commit: string, policy: string): Promise<Registry> {
    const isPolicy = ({ path }: MemoryDocument): boolean => isPolicyPath(path);
    const own = (await this.#documents(commit)).filter((document) => !isPolicy(document));
    return this.#registryOf([...own, ...(await this.#documents(policy)).filter(isPolicy)]);
  }

  policyAt(commit: string): Promise<Registry> {
    return this.registryAt(commit);
  }

  async registryAt(commit: string): Promise<Registry> {
    return this.#registryOf(await this.#documents(commit));
  }

  #registryOf(documents: readonly MemoryDocument[]): Registry {
    const ids = new Map(documents.map(({ path, objectId }) => [path, objectId]));
    const settings = documents.find(
      ({ path, value }) => path === "registry.yaml" && value["isBroken"] !== true,
    );
    // What does not say whose stage file it is cannot be read as one.
    const stageFiles = documents.filter(
      ({ path, value }) => path.startsWith("stages/") && "stage" in value,
    );
    const isHidden = compileGlobs((settings?.value["exclude"] ?? []) as string[]);
    const manifests = documents.filter(({ path, value }) => "content" in value && !isHidden(path));
    return {
      settings: settings === undefined ? undefined : settingsOf(settings),
      assets: this.#order(manifests.map((manifest) => assetOf(manifest, documents))),
      workspaces: [],
      stageFiles: stageFiles.map((document) => {
        const said = document.value as unknown as StageSpec & Pick<StageFile, "stage" | "asset">;
        const { stage, asset, version, reason, override, isBroken = false } = said;
        return { document, stage, asset, version, reason, hold: undefined, override, isBroken };
      }),
      endpoints: [],
      deployments: [],
      jobs: [],
      otherManifests: [],
      files: {
        has: (path) => ids.has(path),
        objectIdOf: (path) => ids.get(path),
        paths: () => ids.keys(),
        count: ids.size,
      },
      policies: memoryPolicies(documents),
      findings: documents
        .filter(({ value }) => value["isBroken"] === true)
        .map(({ path }) => ({ rule: "broken", severity: "error", message: "it is broken", path })),
    };
  }

  objectsDigest(_registry: Registry, asset: Asset): Digest {
    return sha256(canonicalJson(asset.document.value));
  }

  knownDigest(objects: Digest): Digest | undefined {
    return this.#known.get(objects);
  }

  async contentDigest(_commit: string, registry: Registry, asset: Asset): Promise<Digest> {
    const { key = "", content = "", uses = [], parts = [], isUnreadable } = asset.document.value;
    if (isUnreadable === true) {
      throw new CairnError({ code: "SOURCE_OBJECT_MISSING", kind: "missing", message: "no bytes" });
    }
    const digest = sha256(canonicalJson({ key, content, uses, parts }));
    this.#known.set(this.objectsDigest(registry, asset), digest);
    return digest;
  }

  async evidenceDigest(_commit: string, _registry: Registry, asset: Asset): Promise<Digest> {
    return sha256(canonicalJson(asset.metadata?.document.value ?? "none"));
  }

  async evidence(commit: string, registry: Registry, asset: Asset): Promise<Evidence> {
    const metadata = asset.metadata?.document.value;
    return {
      digest: await this.evidenceDigest(commit, registry, asset),
      metadata,
      evaluations: (metadata?.["evaluations"] ?? []) as unknown as Evidence["evaluations"],
    };
  }

  async policyDigest(commit: string): Promise<Digest> {
    const documents = await this.#documents(commit);
    const files = documents.filter(({ path }) => /^(?:policies\/|registry\.yaml$)/.test(path));
    return sha256(canonicalJson(files.map(({ path, objectId }) => [path, objectId])));
  }

  async #documents(commit: string): Promise<readonly MemoryDocument[]> {
    const documents: MemoryDocument[] = [];
    for (const { path, objectId } of await this.#mirror.listTree(commit)) {
      const text = new TextDecoder().decode(await this.#mirror.readBlob(objectId));
      const value = valueOf(path, text);
      const placeOf = () => ({ path, line: 1, column: 1 });
      if (isJsonObject(value)) documents.push({ path, objectId, value, placeOf });
    }
    return documents;
  }
}

/** As `filesOf` wrote it, or as Cairn writes stage files: their paths say whose they are. */
function valueOf(path: string, text: string): unknown {
  const value = parseText(text);
  const [, stage, asset] = /^stages\/([^/]+)\/(.+)\.yaml$/.exec(path) ?? [];
  const isOwn = !text.startsWith("{") && isJsonObject(value) && asset !== undefined;
  return isOwn ? { stage, asset, ...value } : value;
}

/** JSON mostly, which is read faster as such; and YAML. */
export function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return parse(text);
  }
}

class MemoryCache implements Cache {
  readonly #texts = new Map<string, string>();

  async get(key: string): Promise<string | undefined> {
    return this.#texts.get(key);
  }

  async set(key: string, text: string): Promise<void> {
    this.#texts.set(key, text);
  }
}

/** One controller or reader of a remote. */
export function openSession(
  remote: MemoryRemote,
  options: {
    readonly clock?: Clock;
    readonly pause?: Pause;
    readonly forge?: (mirror: GitMirror) => Forge;
    readonly host?: HostServices;
    readonly order?: (assets: readonly Asset[]) => readonly Asset[];
  } = {},
): RegistrySession {
  const mirror = new MemoryMirror(remote, options.pause);
  const clock = options.clock ?? new FixedClock();
  return {
    url: "memory:contoso-ml",
    mirror,
    forge: options.forge?.(mirror) ?? new MemoryForge({ remote, clock, mirror }),
    host: options.host,
    clockProblem: () => undefined,
    gitAccount: async () => ({ name: "Ann", email: "ann@contoso.example" }),
    checkedOutBranch: async () => undefined,
    workTree: undefined,
    reader: new MemoryRegistryReader(mirror, options.order),
    cache: new MemoryCache(),
    clock,
    tagSchedule: new TagSchedule(clock),
    log: silentLog,
    flush: async () => undefined,
    openStore: async () => {
      throw new Error("what only the ledger needs opens no store");
    },
  };
}

/** A remote that can be read and not written: for `openSession`. */
export const failOnPush: Pause = async (method) => {
  if (method !== "push") return;
  throw new CairnError({ code: "GIT_REMOTE_UNAVAILABLE", kind: "unavailable", message: "503" });
};

/** Puts the remote under Cairn's care as it is, and writes these events. */
export async function recordAll(
  session: RegistrySession,
  drafts: readonly EventDraft[],
  options: { readonly stages?: LedgerState["adoptedStages"] } = {},
): Promise<LedgerState> {
  const { head = "" } = await session.mirror.fetch();
  const policy = await session.reader.policyDigest(head);
  const adoption = { ...adopted(), commit: head, processed: head, policy, ...options };
  const outcome = await recordEvents(session, undefined, [adoption, ...drafts]);
  if (
    outcome.outcome === "lost-race" ||
    outcome.state === undefined ||
    outcome.refused.length > 0
  ) {
    throw new Error("nothing stands against these events");
  }
  return outcome.state;
}

function settingsOf(document: ManifestDocument): RegistrySettings {
  const scheme = (document.value["versioning"] ?? "integer") as VersionScheme;
  return {
    document,
    name: "contoso-ml",
    location: "eastus",
    replicas: [{ location: "eastus", store: undefined }],
    stages: (document.value["stageNames"] ?? ["dev", "test", "prod"]) as string[],
    followedStages: ["dev"],
    versioning: { model: scheme, environment: scheme, component: scheme, data: scheme },
    references: document.value["references"] === "resolve" ? "resolve" : "pinned",
    requiresPullRequest: compileGlobs((document.value["requirePullRequest"] ?? []) as string[]),
    sizeLimitBytes: undefined,
    gitFileLimitBytes: undefined,
    ruleSets: [],
    findingPolicy: noFindingPolicy,
  };
}

function assetOf(document: ManifestDocument, documents: readonly ManifestDocument[]): Asset {
  const spec = document.value as unknown as AssetSpec & JsonObject;
  const place = document.placeOf([]);
  return {
    id: idOf(spec.key),
    key: spec.key,
    document,
    explicitVersion: spec.version,
    references: (spec.uses ?? []).map((use, index) => referenceUse(use, ["uses", index], document)),
    localPaths: (spec.parts ?? []).map((part, index) => ({
      pointer: ["parts", index],
      place,
      text: `./${part}`,
      target: `${part}/asset.yaml`,
      asset: part,
      files: [],
      texts: [],
    })),
    isBroken: spec.isBroken ?? false,
    metadata: metadataOf(documents.find(({ path }) => path === metadataPath(document.path))),
  };
}

function metadataOf(document: ManifestDocument | undefined): Metadata | undefined {
  if (document === undefined) return undefined;
  const marks = (document.value["versions"] ?? {}) as Readonly<
    Record<string, { readonly deprecated?: { readonly reason: string } }>
  >;
  const versions = Object.entries(marks).map(
    ([version, { deprecated }]) => [version, { isArchived: false, deprecated }] as const,
  );
  return { document, owner: undefined, workspaces: [], versions: new Map(versions) };
}

function referenceUse(
  { kind, text }: { readonly kind: AssetKind; readonly text: string },
  pointer: ReferenceUse["pointer"],
  document: ManifestDocument,
): ReferenceUse {
  const reference = parseReference(text);
  if (!reference.ok) throw new Error(reference.problem);
  return { text, reference: reference.value, kind, pointer, place: document.placeOf(pointer) };
}

function idOf(key: AssetKey): AssetId {
  const id = parseAssetKey(key);
  if (!id.ok) throw new Error(id.problem);
  return id.value;
}
