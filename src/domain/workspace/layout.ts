import { digestHex, type Digest } from "../../shared/digest.ts";
import type { AssetKey } from "../asset.ts";
import type { LocalPath, RegistryFile } from "../registry.ts";

/** The newest index: where every reader starts. */
export const indexKey = "index.json";
export const assetsPrefix = "assets/";
export const blobsPrefix = "blobs/sha256/";
export const indexesPrefix = "indexes/";
/** Where a repair puts what it replaced. */
export const damagedPrefix = "damaged/";

/** What Cairn itself writes beside the files of a version. */
export const renderedManifestName = "azureml.yaml";
export const versionManifestName = "manifest.json";

export function versionPrefix(asset: AssetKey, version: string): string {
  return `${assetsPrefix}${asset}/${version}/`;
}

export function blobKey(digest: Digest): string {
  const hex = digestHex(digest);
  return `${blobsPrefix}${hex.slice(0, 2)}/${hex.slice(2)}`;
}

export function archivedIndexKey(digest: Digest): string {
  return `${indexesPrefix}${digestHex(digest)}.json`;
}

/** A file and where it goes below the folder of its version. */
export interface PlacedFile {
  readonly destination: string;
  readonly file: RegistryFile;
}

export interface PlacedFiles {
  /** What stands in the rendered manifest, in the order of the local paths given. */
  readonly fields: readonly (string | undefined)[];
  /** Sorted by destination; each destination once. */
  readonly files: readonly PlacedFile[];
}

/**
 * Where the files of a version go: what a field names keeps its base name, as a file or a
 * folder. Fields with the same target share it; another target of the same name, or a name that
 * Cairn needs itself, gets a number (`model-2`, `conda-2.yaml`).
 */
export function placeFiles(localPaths: readonly LocalPath[]): PlacedFiles {
  const takenNames = new Set([renderedManifestName, versionManifestName]);
  const nameOfTarget = new Map<string, string>();
  const files = new Map<string, RegistryFile>();
  const fields = localPaths.map((localPath) => {
    if (localPath.asset !== undefined || localPath.files.length === 0) return undefined;
    const name = nameOfTarget.get(localPath.target) ?? freeName(localPath, takenNames);
    takenNames.add(name.toLowerCase());
    nameOfTarget.set(localPath.target, name);
    for (const file of localPath.files) {
      files.set(isTarget(file, localPath) ? name : `${name}/${file.relativePath}`, file);
    }
    return name;
  });
  const placed = [...files].map(([destination, file]) => ({ destination, file }));
  return { fields, files: placed.sort(byDestination) };
}

function freeName(localPath: LocalPath, taken: ReadonlySet<string>): string {
  const isFile = localPath.files.some((file) => isTarget(file, localPath));
  const base = localPath.target.slice(localPath.target.lastIndexOf("/") + 1);
  const wanted = base === "" || base === "." ? "files" : base;
  const dot = isFile ? wanted.lastIndexOf(".") : -1;
  const stem = dot > 0 ? wanted.slice(0, dot) : wanted;
  const suffix = dot > 0 ? wanted.slice(dot) : "";
  let name = wanted;
  // Names that differ only in case are one name on some systems.
  for (let number = 2; taken.has(name.toLowerCase()); number += 1) {
    name = `${stem}-${number}${suffix}`;
  }
  return name;
}

function isTarget(file: RegistryFile, localPath: LocalPath): boolean {
  return file.path === localPath.target;
}

function byDestination(left: PlacedFile, right: PlacedFile): number {
  return left.destination < right.destination ? -1 : 1;
}
