import { byCodeUnits } from "../../shared/json.ts";
import { parseAssetKey, type AssetKey } from "../asset.ts";
import { compareVersions } from "../version.ts";

export interface VersionId {
  readonly asset: AssetKey;
  readonly version: string;
}

/** `models/taxi-fare@3`: a version as text. */
export type VersionKey = `${AssetKey}@${string}`;

export function formatVersionKey({ asset, version }: VersionId): VersionKey {
  return `${asset}@${version}`;
}

export function isVersionKey(text: string): text is VersionKey {
  const at = text.indexOf("@");
  return at > 0 && at < text.length - 1 && parseAssetKey(text.slice(0, at)).ok;
}

/** By asset, then by version: whole numbers and semantic versions by value. */
export function compareVersionIds(left: VersionId, right: VersionId): number {
  return (
    byCodeUnits(left.asset, right.asset) ||
    compareVersions(left.version, right.version) ||
    byCodeUnits(left.version, right.version)
  );
}
