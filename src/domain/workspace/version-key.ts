import { byCodeUnits } from "../../shared/json.ts";
import { formatAssetKey, parseAssetKey, type AssetKey } from "../asset.ts";
import { formatReference } from "../reference.ts";
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

/** `azureml:taxi-fare:3`: the version in a workspace that has it. */
export function formatWorkspaceReference({ asset, version }: VersionId): string {
  const name = asset.slice(asset.indexOf("/") + 1);
  return formatReference(name, { type: "version", version });
}

export function isVersionKey(text: string): text is VersionKey {
  return parseVersionKey(text).length === 1;
}

/** One version, or none when the text is no key. */
export function parseVersionKey(text: string): readonly VersionId[] {
  const at = text.indexOf("@");
  const id = parseAssetKey(text.slice(0, Math.max(at, 0)));
  const version = text.slice(at + 1);
  return id.ok && version !== "" ? [{ asset: formatAssetKey(id.value), version }] : [];
}

/** By asset, then by version: whole numbers and semantic versions by value. */
export function compareVersionIds(left: VersionId, right: VersionId): number {
  return (
    byCodeUnits(left.asset, right.asset) ||
    compareVersions(left.version, right.version) ||
    byCodeUnits(left.version, right.version)
  );
}
