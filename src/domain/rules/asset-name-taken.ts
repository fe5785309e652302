import { formatAssetKey } from "../asset.ts";
import type { Rule } from "./rule.ts";

export const assetNameTaken: Rule = {
  id: "asset-name-taken",
  severity: "error",
  states: "No asset's name differs only in case from that of a published one, retired or not.",

  *check({ registry, state }) {
    if (state === undefined) return;
    const published = new Map<string, Set<string>>();
    for (const key of Object.keys(state.assets)) {
      const folded = key.toLowerCase();
      published.set(folded, (published.get(folded) ?? new Set()).add(key));
    }
    for (const { id, document } of registry.assets) {
      const key = formatAssetKey(id);
      const known = published.get(key.toLowerCase());
      if (known === undefined || known.has(key)) continue;
      const [other = ""] = known;
      yield {
        message: `"${key}" differs only in case from ${other}, which has published versions: use that name or another one.`,
        at: document.placeOf(["name"]),
      };
    }
  },
};
