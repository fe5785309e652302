import type { AssetKey } from "../../domain/asset.ts";
import {
  assetState,
  findVersion,
  policyInForce,
  type LedgerState,
  type PublishedVersion,
} from "../../domain/ledger/state.ts";
import { manifestOfPath, manifestsOf, targetOf } from "../../domain/lookup.ts";
import type { VersionSelector } from "../../domain/reference.ts";
import type { Asset, LocalPath, ReferenceUse, Registry } from "../../domain/registry.ts";
import { placeFiles, type PlacedFile } from "../../domain/workspace/layout.ts";
import {
  formatVersionKey,
  formatWorkspaceReference,
  parseVersionKey,
  type VersionId,
} from "../../domain/workspace/version-key.ts";
import { renderAzuremlManifest } from "../../registry/azureml-manifest.ts";
import { CairnError } from "../../shared/errors.ts";
import type { RegistryReader } from "../registry-reader.ts";
import type { VersionContent, VersionFile, VersionSource } from "./version-source.ts";

/**
 * Published versions as their landing's commit has them: what the ledger says is found again in
 * Git, and only counts when its digest is the one that was published.
 */
export class CommitVersionSource implements VersionSource {
  readonly #reader: RegistryReader;
  readonly #state: LedgerState;

  constructor(reader: RegistryReader, state: LedgerState) {
    this.#reader = reader;
    this.#state = state;
  }

  /** Rejects with `VERSION_UNREADABLE`, or `SOURCE_…` when bytes cannot be had. */
  async describeVersion(id: VersionId): Promise<VersionContent> {
    const published = findVersion(assetState(this.#state, id.asset), id.version);
    if (published === undefined) throw unreadable(id, "the ledger does not have it");
    const { commit, manifest, digest, recipe } = published;
    const { registry, asset } = await this.#find(id, published);
    if (asset === undefined) throw unreadable(id, `${manifest} is no manifest in ${commit}`);
    if (recipe === this.#reader.recipe) {
      const found = await this.#reader.contentDigest(commit, registry, asset);
      if (found !== digest)
        throw unreadable(id, `its content is ${found}, published was ${digest}`);
    }
    const placed = placeFiles(asset.localPaths);
    return {
      files: await Promise.all(placed.files.map((file) => this.#file(commit, registry, file))),
      azuremlYaml: Buffer.from(this.#render(asset, registry, published, placed.fields)),
    };
  }

  /** Read by the policy that was in force then: it decided which files are manifests. */
  async #find(
    { asset: key }: VersionId,
    { commit, manifest, publishedAt }: PublishedVersion,
  ): Promise<{ readonly registry: Registry; readonly asset: Asset | undefined }> {
    const policy = policyInForce(this.#state, publishedAt).commit;
    const registry = await this.#reader.registryUnder(commit, policy);
    const asset = manifestsOf(key, registry).find(({ document }) => document.path === manifest);
    return { registry, asset };
  }

  async #file(commit: string, registry: Registry, placed: PlacedFile): Promise<VersionFile> {
    const { destination, file } = placed;
    return {
      destination,
      sizeBytes: file.sizeBytes,
      sha256: await this.#reader.fileDigest(commit, registry, file),
      open: () => this.#reader.openFile(commit, registry, file),
    };
  }

  #render(
    asset: Asset,
    registry: Registry,
    { version, uses }: PublishedVersion,
    fields: readonly (string | undefined)[],
  ): string {
    const unsaid = unsaidVersions(asset, registry, uses);
    return renderAzuremlManifest(asset, {
      version,
      resolveReference: (use: ReferenceUse) => {
        const target = targetOf(use, registry);
        if (target === undefined) return undefined;
        const resolved = saidBy(target.selector) ?? unsaid.get(target.key);
        if (resolved === undefined) return undefined;
        return formatWorkspaceReference({ asset: target.key, version: resolved });
      },
      resolvePath: (path: LocalPath) => {
        if (path.asset === undefined) return fields[asset.localPaths.indexOf(path)];
        const said = manifestOfPath(path, registry)?.explicitVersion;
        const resolved = said ?? unsaid.get(path.asset);
        if (resolved === undefined) return undefined;
        return formatWorkspaceReference({ asset: path.asset, version: resolved });
      },
    });
  }
}

/**
 * What the references that do not say a version were resolved to when this was published: of each
 * asset the version in `uses` that nothing in the manifest says, else the one that it says as well.
 */
function unsaidVersions(
  asset: Asset,
  registry: Registry,
  uses: readonly string[],
): ReadonlyMap<AssetKey, string> {
  const said = new Set<string>();
  for (const use of asset.references) {
    const target = targetOf(use, registry);
    const version = target === undefined ? undefined : saidBy(target.selector);
    if (target !== undefined && version !== undefined) said.add(`${target.key}@${version}`);
  }
  for (const path of asset.localPaths) {
    const version = manifestOfPath(path, registry)?.explicitVersion;
    if (version !== undefined) said.add(`${path.asset}@${version}`);
  }
  const ordered = [...uses.filter((use) => said.has(use)), ...uses.filter((use) => !said.has(use))];
  return new Map(ordered.flatMap(parseVersionKey).map((use) => [use.asset, use.version]));
}

function saidBy(selector: VersionSelector): string | undefined {
  return selector.type === "version" ? selector.version : undefined;
}

function unreadable(id: VersionId, problem: string): CairnError {
  return new CairnError({
    code: "VERSION_UNREADABLE",
    kind: "unavailable",
    message: `${formatVersionKey(id)} cannot be found again in Git: ${problem}.`,
    hint: "The commit that published it must stay in the repository; restore it from a backup if it is gone.",
  });
}
