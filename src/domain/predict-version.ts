import type { Asset } from "./registry.ts";
import type { AssetState } from "./ledger/state.ts";
import { nextInteger, type VersionScheme } from "./version.ts";

/**
 * The version that this manifest would be published as, if its content is new; `undefined` when
 * it has none to get. Tags that others made may still push the number up (`reference-moved`).
 */
export function predictVersion(
  asset: Asset,
  scheme: VersionScheme,
  state: AssetState | undefined,
): string | undefined {
  if (asset.explicitVersion !== undefined) return asset.explicitVersion;
  if (scheme !== "integer") return undefined;
  const used = (state?.versions ?? []).map(({ version }) => version);
  return nextInteger(used, () => false);
}
