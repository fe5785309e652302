import { formatAssetKey } from "../../domain/asset.ts";
import type { IndexEntry } from "../../domain/workspace/index-document.ts";
import { blobKey, versionPrefix } from "../../domain/workspace/layout.ts";
import type { ManifestFile, VersionManifest } from "../../domain/workspace/version-manifest.ts";

/** One object of a store that a version needs. */
export interface VersionObject {
  readonly key: string;
  readonly file: ManifestFile;
}

/** Every object that holds bytes of a version in its layout; manifest.json is not among them. */
export function versionObjects(
  entry: IndexEntry,
  manifest: VersionManifest,
): readonly VersionObject[] {
  const folder = versionPrefix(formatAssetKey(entry), entry.version);
  const objects = new Map<string, VersionObject>();
  for (const file of manifest.files) {
    const keys = [
      ...(entry.layout === "plain" ? [] : [blobKey(file.sha256)]),
      ...(entry.layout === "blobs" ? [] : [`${folder}${file.path}`]),
    ];
    for (const key of keys) objects.set(key, { key, file });
  }
  return [...objects.values()];
}

/** The object to read a file from. */
export function fileKey(entry: IndexEntry, file: ManifestFile): string {
  if (entry.layout === "blobs") return blobKey(file.sha256);
  return `${versionPrefix(formatAssetKey(entry), entry.version)}${file.path}`;
}
