import { formatAssetKey, parseAssetKey, type AssetKey } from "../../src/domain/asset.ts";
import type { AssetState, LedgerState, StageEntry } from "../../src/domain/ledger/state.ts";
import type { Deployment, Endpoint, Registry, Workspace } from "../../src/domain/registry.ts";
import { noPolicies } from "../../src/domain/promotion/policy.ts";
import { parseReference } from "../../src/domain/reference.ts";
import { formatVersionKey, parseVersionKey } from "../../src/domain/workspace/version-key.ts";
import type { Clock } from "../../src/shared/clock.ts";
import { sha256 } from "../../src/shared/digest.ts";
import { CairnError } from "../../src/shared/errors.ts";
import { toContent } from "../../src/store/store.ts";
import type { VersionSource } from "../../src/usecases/deliver/version-source.ts";

/** A published version in short: its files by destination, and what it refers to (`data/d@1`). */
export interface PublishedSample {
  readonly files?: Readonly<Record<string, string>>;
  readonly needs?: readonly string[];
}

/** Published versions by key (`models/m@1`), in the order of publication. */
export type SampleVersions = Readonly<Record<string, PublishedSample>>;

export function versionDigest(key: string): `sha256:${string}` {
  return sha256(`content of ${key}`);
}

/** What each stage runs, given as `{ prod: ["models/m@1"] }`; later entries replace earlier ones. */
export function ledgerWith(
  versions: SampleVersions,
  stages: Readonly<Record<string, readonly string[]>>,
  head = "ledger-1",
): LedgerState {
  const assets: Record<AssetKey, AssetState> = {};
  for (const { asset, version } of Object.keys(versions).flatMap(parseVersionKey)) {
    const known = assets[asset] ?? { versions: [], stages: {}, stageTagCount: 0, deprecated: {} };
    const published = {
      version,
      digest: versionDigest(`${asset}@${version}`),
      recipe: 1,
      objects: sha256("objects"),
      evidence: sha256("evidence"),
      manifest: `${asset}/manifest.yaml`,
      uses: versions[`${asset}@${version}`]?.needs ?? [],
      commit: "c".repeat(40),
      author: "ann",
      publishedAt: "2026-01-01T00:00:00Z",
      tags: [],
      ledgerCommit: `published-${version}`,
    };
    assets[asset] = { ...known, versions: [...known.versions, published] };
  }
  for (const [stage, keys] of Object.entries(stages)) {
    for (const { asset, version } of keys.flatMap(parseVersionKey)) {
      const known = assets[asset];
      if (known === undefined) throw new Error(`${asset} is not published`);
      const entry: StageEntry = {
        version,
        since: "2026-01-01T00:00:00Z",
        cause: "adopted",
        commit: "c".repeat(40),
        isAutomatic: false,
        tags: [],
        ledgerCommit: head,
      };
      const entries = [...(known.stages[stage] ?? []), entry];
      assets[asset] = { ...known, stages: { ...known.stages, [stage]: entries } };
    }
  }
  return {
    head,
    registry: "contoso-ml",
    adoptedAt: "2026-01-01T00:00:00Z",
    baseline: "b".repeat(40),
    policies: [{ digest: sha256("policy"), commit: "b".repeat(40), since: "2026-01-01T00:00:00Z" }],
    processed: "b".repeat(40),
    at: "2026-01-01T00:00:00Z",
    eventCount: 1,
    adoptedStages: {},
    existingTags: [],
    assets,
    incidents: {},
    waiting: {},
    judged: {},
    landed: {},
  };
}

export function workspaceWith(
  overrides: Partial<Workspace> & { readonly assets?: readonly string[] } = {},
): Workspace {
  const path = `workspaces/${overrides.name ?? "prod"}.yaml`;
  return {
    name: "prod",
    document: {
      path,
      value: { assets: overrides.assets ?? ["**"] },
      placeOf: () => ({ path, line: 3 }),
    },
    stage: "prod",
    region: "westeurope",
    store: { driver: "file", root: "prod" },
    layout: "both",
    prune: { keep: 1, afterMs: 0 },
    quotaBytes: undefined,
    isBroken: false,
    selects: () => true,
    ...overrides,
  };
}

export function registryWith(overrides: Partial<Registry> = {}): Registry {
  return {
    settings: undefined,
    assets: [],
    workspaces: [],
    stageFiles: [],
    endpoints: [],
    deployments: [],
    jobs: [],
    otherManifests: [],
    files: { has: () => false, objectIdOf: () => undefined, paths: () => [], count: 0 },
    policies: noPolicies,
    findings: [],
    ...overrides,
  };
}

/** An endpoint of a workspace whose deployments refer to models. */
export function endpointWith(
  workspaces: readonly string[],
  references: readonly string[],
): { readonly endpoints: readonly Endpoint[]; readonly deployments: readonly Deployment[] } {
  const place = { path: "endpoints/e/blue.yaml", line: 4 };
  const document = { path: place.path, value: {}, placeOf: () => place };
  const metadata = { document, owner: undefined, workspaces, versions: new Map() };
  return {
    endpoints: [{ document, name: "e", metadata, isBroken: false }],
    deployments: references.map((text, index) => {
      const reference = parseReference(text);
      if (!reference.ok) throw new Error(reference.problem);
      const use = {
        text,
        reference: reference.value,
        kind: "model",
        pointer: ["model"],
        place,
      } as const;
      return {
        document,
        name: `d${index}`,
        endpoint: "e",
        references: [use],
        localPaths: [],
        isBroken: false,
      };
    }),
  };
}

/** Serves the sample versions; `broken` ones reject. */
export function sourceOf(versions: SampleVersions, broken: readonly string[] = []): VersionSource {
  return {
    async describeVersion(id) {
      const key = formatVersionKey(id);
      const sample = versions[key];
      if (sample === undefined || broken.includes(key)) {
        throw new CairnError({ code: "SOURCE_FILE_MISSING", kind: "missing", message: key });
      }
      return {
        files: Object.entries(sample.files ?? { "file.txt": key }).map(([destination, text]) => ({
          ...toContent(Buffer.from(text)),
          destination,
        })),
        azuremlYaml: Buffer.from(`name: ${id.asset}\nversion: "${id.version}"\n`),
      };
    },
  };
}

export class FixedClock implements Clock {
  #now: number;

  constructor(start = "2026-06-01T00:00:00.000Z") {
    this.#now = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#now);
  }

  monotonicMs(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

export function assetKey(text: string): AssetKey {
  const id = parseAssetKey(text);
  if (!id.ok) throw new Error(id.problem);
  return formatAssetKey(id.value);
}
