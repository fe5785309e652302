import type { Asset, Registry } from "./registry.ts";

/** From each asset to those that its manifest names by path or makes part of itself. */
export type AssetGraph = ReadonlyMap<Asset, readonly Asset[]>;

/** The assets that are part of others' content: `component: ../prep/component.yaml`. */
export function localAssetGraph(registry: Registry): AssetGraph {
  const byPath = new Map(registry.assets.map((asset) => [asset.document.path, asset]));
  return new Map(
    registry.assets.map((asset) => [
      asset,
      asset.localPaths.flatMap(({ asset: key, target }) => {
        const found = key === undefined ? undefined : byPath.get(target);
        return found === undefined ? [] : [found];
      }),
    ]),
  );
}

/**
 * The assets that lie on a cycle or between two. Takes away whatever nothing leads to or from
 * until nothing changes; never recurses, so that a long chain cannot exhaust the stack.
 */
export function assetsInCycles(whole: AssetGraph): ReadonlySet<Asset> {
  // What leads nowhere lies on no cycle, and that is nearly everything.
  const graph = new Map([...whole].filter(([, targets]) => targets.length > 0));
  const backwards = reversed(graph);
  const left = new Set(graph.keys());
  const queue = [...left];
  for (let asset = queue.pop(); asset !== undefined; asset = queue.pop()) {
    if (!left.has(asset)) continue;
    const leadsTo = (graph.get(asset) ?? []).filter((next) => left.has(next));
    const cameFrom = (backwards.get(asset) ?? []).filter((previous) => left.has(previous));
    if (leadsTo.length > 0 && cameFrom.length > 0) continue;
    left.delete(asset);
    queue.push(...leadsTo, ...cameFrom);
  }
  return left;
}

function reversed(graph: AssetGraph): AssetGraph {
  const backwards = new Map<Asset, Asset[]>([...graph.keys()].map((asset) => [asset, []]));
  for (const [asset, targets] of graph) {
    for (const target of targets) backwards.get(target)?.push(asset);
  }
  return backwards;
}
