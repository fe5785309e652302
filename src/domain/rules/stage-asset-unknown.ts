import { isKnownAsset } from "../lookup.ts";
import type { Rule } from "./rule.ts";

export const stageAssetUnknown: Rule = {
  id: "stage-asset-unknown",
  severity: "error",
  states: "A stage file is about an asset of this registry.",

  *check(context) {
    for (const { asset, document } of context.registry.stageFiles) {
      if (isKnownAsset(asset, context)) continue;
      yield {
        message: `There is no ${asset} in this registry: correct the file's name or remove it.`,
        at: { path: document.path },
      };
    }
  },
};
