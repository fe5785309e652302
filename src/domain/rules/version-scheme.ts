import { pluralOfKind } from "../asset.ts";
import { assetState, findVersion } from "../ledger/state.ts";
import { versionProblem, type VersionScheme } from "../version.ts";
import type { Rule } from "./rule.ts";

export const versionScheme: Rule = {
  id: "version-scheme",
  severity: "error",
  states: "A version in a manifest fits the scheme of its kind (versioning in registry.yaml).",

  *check({ registry, state }) {
    for (const { id, key, explicitVersion, document } of registry.assets) {
      const scheme = registry.settings?.versioning[id.kind] ?? "explicit";
      const isSaid = document.value["version"] !== undefined;
      if (explicitVersion === undefined && !isSaid && registry.settings !== undefined) {
        if (scheme !== "integer") {
          yield { message: needsVersion(pluralOfKind[id.kind], scheme), at: document.placeOf([]) };
        }
      }
      if (explicitVersion === undefined) continue;
      // What was published under an older scheme stays as it is.
      if (findVersion(assetState(state, key), explicitVersion) !== undefined) continue;
      const message = versionProblem(explicitVersion, scheme);
      if (message !== undefined) yield { message, at: document.placeOf(["version"]) };
    }
  },
};

function needsVersion(kinds: string, scheme: VersionScheme): string {
  const example = scheme === "semver" ? 'version: "1.0.0"' : 'version: "…"';
  return `Versioning of ${kinds} is ${scheme}, and the manifest has no version: write ${example}.`;
}
