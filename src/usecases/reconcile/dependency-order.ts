import type { AssetKey } from "../../domain/asset.ts";
import { targetOf } from "../../domain/lookup.ts";
import type { Asset, Registry } from "../../domain/registry.ts";
import { compareVersions } from "../../domain/version.ts";
import { byCodeUnits } from "../../shared/json.ts";

/** Depth first over local paths and references; a cycle (its own finding) is cut where it closes. */
export function inDependencyOrder(assets: readonly Asset[], registry: Registry): readonly Asset[] {
  const wanted = new Map<AssetKey, Asset[]>();
  for (const asset of assets) wanted.set(asset.key, [...(wanted.get(asset.key) ?? []), asset]);
  const ordered: Asset[] = [];
  const seen = new Set<AssetKey>();
  const visit = (key: AssetKey): void => {
    if (seen.has(key)) return;
    seen.add(key);
    const manifests = inVersionOrder(wanted.get(key) ?? []);
    for (const asset of manifests) for (const next of dependencies(asset, registry)) visit(next);
    ordered.push(...manifests);
  };
  for (const key of [...wanted.keys()].sort()) visit(key);
  return ordered;
}

/** Manifests that share a name are published from the lowest version to the highest. */
function inVersionOrder(manifests: readonly Asset[]): readonly Asset[] {
  return manifests
    .toSorted((left, right) => byCodeUnits(left.document.path, right.document.path))
    .toSorted((left, right) =>
      compareVersions(left.explicitVersion ?? "", right.explicitVersion ?? ""),
    );
}

function dependencies(asset: Asset, registry: Registry): readonly AssetKey[] {
  return [
    ...asset.localPaths.flatMap((local) => local.asset ?? []),
    ...asset.references.flatMap((use) => targetOf(use, registry)?.key ?? []),
  ];
}
