import {
  assetState,
  findVersion,
  type LedgerState,
  type PublishedVersion,
} from "../../domain/ledger/state.ts";
import { formatReference } from "../../domain/reference.ts";
import type { Asset, LocalPath, ReferenceUse, Registry } from "../../domain/registry.ts";
import { placeFiles, type PlacedFile } from "../../domain/workspace/layout.ts";
import {
  formatVersionKey,
  parseVersionKey,
  type VersionId,
} from "../../domain/workspace/version-key.ts";
import { renderAzuremlManifest } from "../../registry/azureml-manifest.ts";
import { CairnError } from "../../shared/errors.ts";
import { localTarget } from "../reconcile/derive-publications.ts";
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
    const registry = await this.#reader.registryAt(commit);
    const asset = registry.assets.find(
      ({ document, key }) => document.path === manifest && key === id.asset,
    );
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
    const versions = new Map(uses.flatMap(parseVersionKey).map((use) => [use.asset, use.version]));
    const name = registry.settings?.name ?? "";
    return renderAzuremlManifest(asset, {
      version,
      resolveReference: (use: ReferenceUse) => {
        const target = localTarget(use, name);
        const { reference } = use;
        if (target === undefined || reference.type !== "local") return undefined;
        const resolved =
          reference.selector.type === "version" ? reference.selector.version : versions.get(target);
        if (resolved === undefined) return undefined;
        return formatReference(reference.name, { type: "version", version: resolved });
      },
      resolvePath: (path: LocalPath) => {
        if (path.asset === undefined) return fields[asset.localPaths.indexOf(path)];
        const resolved = versions.get(path.asset);
        const target = registry.assets.find(({ key }) => key === path.asset);
        if (resolved === undefined || target === undefined) return undefined;
        return formatReference(target.id.name, { type: "version", version: resolved });
      },
    });
  }
}

function unreadable(id: VersionId, problem: string): CairnError {
  return new CairnError({
    code: "VERSION_UNREADABLE",
    kind: "unavailable",
    message: `${formatVersionKey(id)} cannot be found again in Git: ${problem}.`,
    hint: "The commit that published it must stay in the repository; restore it from a backup if it is gone.",
  });
}
