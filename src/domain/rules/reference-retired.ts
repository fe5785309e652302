import { allReferences, isKnownAsset, manifestsOf, targetOf } from "../lookup.ts";
import type { Rule } from "./rule.ts";

export const referenceRetired: Rule = {
  id: "reference-retired",
  severity: "warning",
  states: "Nothing refers to assets without a manifest or to archived versions.",

  *check(context) {
    const { registry } = context;
    for (const use of allReferences(registry)) {
      const target = targetOf(use, registry);
      if (target === undefined || !isKnownAsset(target.key, context)) continue;
      const { key, selector } = target;
      const manifests = manifestsOf(key, registry);
      if (manifests.length === 0) {
        yield {
          message: `${key} is retired: its manifest is gone. Use another asset.`,
          at: use.place,
        };
      }
      if (selector.type !== "version") continue;
      const isArchived = manifests.some(
        ({ metadata }) => metadata?.versions.get(selector.version)?.isArchived === true,
      );
      if (isArchived) {
        yield {
          message: `${key} ${selector.version} is archived: use another version.`,
          at: use.place,
        };
      }
    }
  },
};
