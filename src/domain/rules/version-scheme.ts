import { isSpec } from "../asset-layouts.ts";
import { versionSchemeOf } from "../lookup.ts";
import { pluralOfKind } from "../asset.ts";
import { assetState, findVersion } from "../ledger/state.ts";
import { versionProblem, type VersionScheme } from "../version.ts";
import type { Asset, Registry } from "../registry.ts";
import type { Rule, Violation } from "./rule.ts";

export const versionScheme: Rule = {
  id: "version-scheme",
  severity: "error",
  states: "A version in a manifest fits the scheme of its kind (versioning in registry.yaml).",

  *check({ registry, state }) {
    for (const asset of registry.assets) {
      const { key, explicitVersion, document } = asset;
      const scheme = versionSchemeOf(asset, registry);
      if (explicitVersion === undefined) {
        yield* checkUnsaid(asset, scheme, registry);
        continue;
      }
      // What was published under an older scheme stays as it is.
      if (findVersion(assetState(state, key), explicitVersion) !== undefined) continue;
      const message = versionProblem(explicitVersion, scheme);
      if (message !== undefined) yield { message, at: document.placeOf(["version"]) };
    }
  },
};

function* checkUnsaid(
  { id, document }: Asset,
  scheme: VersionScheme,
  registry: Registry,
): Iterable<Violation> {
  const isSaid = document.value["version"] !== undefined;
  if (isSaid || registry.settings === undefined || scheme === "integer") return;
  const message = needsVersion(pluralOfKind[id.kind], scheme);
  const at = document.placeOf([]);
  yield isSpec(document.path, registry) ? { message, at, severity: "warning" } : { message, at };
}

function needsVersion(kinds: string, scheme: VersionScheme): string {
  const example = scheme === "semver" ? 'version: "1.0.0"' : 'version: "…"';
  return `Versioning of ${kinds} is ${scheme}, and the manifest has no version: write ${example}.`;
}
