import { assetsInCycles, localAssetGraph } from "../asset-graph.ts";
import { creatorOf, isPublished, targetOf } from "../lookup.ts";
import type { Asset } from "../registry.ts";
import type { Rule, RuleContext } from "./rule.ts";

export const referenceCycle: Rule = {
  id: "reference-cycle",
  severity: "error",
  states: "No asset is, through what it refers to, a part of itself.",

  *check(context) {
    const graph = new Map(
      [...localAssetGraph(context.registry)].map(([asset, parts]) => [
        asset,
        [...parts, ...createdTogether(asset, context)],
      ]),
    );
    const cyclic = assetsInCycles(graph);
    for (const asset of cyclic) {
      const next = (graph.get(asset) ?? []).find((candidate) => cyclic.has(candidate));
      const place =
        asset.localPaths.find(({ target }) => target === next?.document.path)?.place ??
        asset.references.find((use) => targetOf(use, context.registry)?.key === next?.key)?.place ??
        asset.document.placeOf([]);
      yield {
        message: `${asset.key} refers to ${next?.key ?? "itself"}, which leads back to it: take one of the references out.`,
        at: place,
      };
    }
  },
};

/** Versions that are published already cannot be waiting for this one. */
function createdTogether(asset: Asset, context: RuleContext): readonly Asset[] {
  return asset.references.flatMap((use) => {
    const target = targetOf(use, context.registry);
    if (target?.selector.type !== "version") return [];
    const { version } = target.selector;
    if (isPublished(target.key, version, context)) return [];
    const creator = creatorOf(target.key, version, context);
    return creator === undefined ? [] : [creator];
  });
}
