import { groupBy } from "../shared/group-by.ts";
import { formatAssetKey, type AssetKey } from "./asset.ts";
import { assetState, findVersion } from "./ledger/state.ts";
import { predictVersion } from "./predict-version.ts";
import type { VersionSelector } from "./reference.ts";
import type { Asset, LocalPath, Registry, ReferenceUse, StageFile } from "./registry.ts";
import type { RuleContext } from "./rules/rule.ts";
import type { VersionScheme } from "./version.ts";

/** What a reference means in this registry. */
export interface Target {
  readonly key: AssetKey;
  readonly selector: VersionSelector;
}

/** The asset of this registry that a reference names; `undefined` when it names something else. */
export function targetOf(use: ReferenceUse, registry: Registry): Target | undefined {
  const { reference } = use;
  if (reference.type === "external") return undefined;
  const { name, selector } = reference;
  if (reference.type === "local") {
    const key = formatAssetKey({ kind: use.kind, name });
    return isCurated(use, registry) ? undefined : { key, selector };
  }
  if (!isOwnRegistry(reference.registry, registry)) return undefined;
  return { key: formatAssetKey({ kind: reference.kind, name }), selector };
}

/** Every Azure ML workspace has environments of this prefix without being told. */
export function isCurated({ kind, reference }: ReferenceUse, registry: Registry): boolean {
  if (kind !== "environment" || reference.type !== "local") return false;
  const key = formatAssetKey({ kind, name: reference.name });
  return /^AzureML-/i.test(reference.name) && manifestsOf(key, registry).length === 0;
}

/** Azure compares the names of registries ignoring case. */
export function isOwnRegistry(name: string, registry: Registry): boolean {
  return registry.settings?.name.toLowerCase() === name.toLowerCase();
}

const indexes = new WeakMap<Registry, ReadonlyMap<AssetKey, readonly Asset[]>>();

/** The manifests of an asset; several when each has a version of its own. */
export function manifestsOf(key: AssetKey, registry: Registry): readonly Asset[] {
  const index = indexes.get(registry) ?? groupBy(registry.assets, (asset) => asset.key);
  indexes.set(registry, index);
  return index.get(key) ?? [];
}

/** The manifest that a local path names. */
export function manifestOfPath(local: LocalPath, registry: Registry): Asset | undefined {
  if (local.asset === undefined) return undefined;
  return manifestsOf(local.asset, registry).find(({ document }) => document.path === local.target);
}

/** What says which version of an asset a stage runs; the first one, where several do. */
export function stageFileOf(
  { stageFiles }: Pick<Registry, "stageFiles">,
  stage: string,
  asset: AssetKey,
): StageFile | undefined {
  return stageFiles.find((file) => file.stage === stage && file.asset === asset);
}

/** Known by a manifest or by a published version. */
export function isKnownAsset(key: AssetKey, { registry, state }: RuleContext): boolean {
  return manifestsOf(key, registry).length > 0 || assetState(state, key) !== undefined;
}

export function isPublished(key: AssetKey, version: string, { state }: RuleContext): boolean {
  return findVersion(assetState(state, key), version) !== undefined;
}

/**
 * The scheme that a version must fit. A registry that says nothing of `versioning` takes the
 * versions that people write as they are, and counts where they write none.
 */
export function versionSchemeOf(
  { id, explicitVersion }: Pick<Asset, "id" | "explicitVersion">,
  { settings }: Registry,
): VersionScheme {
  const isChosen = settings?.document.value["versioning"] !== undefined;
  const isFree = explicitVersion !== undefined && !isChosen;
  return isFree ? "explicit" : (settings?.versioning[id.kind] ?? "explicit");
}

/** The manifest that would create this version when it lands. */
export function creatorOf(key: AssetKey, version: string, context: RuleContext): Asset | undefined {
  const { registry, state } = context;
  const { settings } = registry;
  if (settings === undefined) return undefined;
  return manifestsOf(key, registry).find((asset) => {
    const scheme = versionSchemeOf(asset, registry);
    return predictVersion(asset, scheme, assetState(state, key)) === version;
  });
}

/** Every reference of the registry, with what it stands in. */
export function* allReferences(registry: Registry): Iterable<ReferenceUse> {
  for (const { references } of registry.assets) yield* references;
  for (const { references } of registry.deployments) yield* references;
  for (const { references } of registry.jobs) yield* references;
}
