import {
  parseIndex,
  type IndexDocument,
  type IndexEntry,
} from "../../domain/workspace/index-document.ts";
import { formatAssetKey } from "../../domain/asset.ts";
import {
  archivedIndexKey,
  blobKey,
  indexKey,
  versionManifestName,
  versionPrefix,
} from "../../domain/workspace/layout.ts";
import {
  parseVersionManifest,
  type VersionManifest,
} from "../../domain/workspace/version-manifest.ts";
import { sha256, type Digest } from "../../shared/digest.ts";
import { hasCode } from "../../shared/errors.ts";
import type { SignalOption, Store } from "../../store/store.ts";
import { indexInvalid, manifestDamaged } from "./errors.ts";

/** An index names some hundred bytes for each version, a manifest as much for each file. */
const maxDocumentBytes = 256 * 1024 * 1024;

export interface ReadIndex {
  readonly document: IndexDocument;
  readonly digest: Digest;
  /** For replacing exactly this one. */
  readonly version: string;
}

/** The newest index of each open store: read and checked again only once another one is there. */
const known = new WeakMap<Store, ReadIndex>();

/** What a workspace has; `undefined` when nothing was ever delivered. Rejects with `DELIVER_INDEX_INVALID`. */
export async function readIndex(
  store: Store,
  options: SignalOption = {},
): Promise<ReadIndex | undefined> {
  const info = await store.head(indexKey);
  if (info === undefined) return undefined;
  const before = known.get(store);
  if (before?.version === info.version) return before;
  // Replaced in between: the older version makes a later swap fail, which is what it is for.
  const bytes = await store.readAll(indexKey, { ...options, maxBytes: maxDocumentBytes });
  const parsed = parseIndex(toText(bytes));
  if (!parsed.ok) throw indexInvalid(indexKey, parsed.problem);
  const index = { document: parsed.value, digest: sha256(bytes), version: info.version };
  known.set(store, index);
  return index;
}

/** An older index by its digest. Rejects with `DELIVER_INDEX_INVALID` when it is gone or damaged. */
export async function readArchivedIndex(store: Store, digest: Digest): Promise<IndexDocument> {
  const key = archivedIndexKey(digest);
  const bytes = await readOptional(store, key);
  if (bytes === undefined) throw indexInvalid(key, "It is missing.");
  const parsed = parseIndex(toText(bytes));
  if (sha256(bytes) !== digest || !parsed.ok) throw indexInvalid(key, "It is damaged.");
  return parsed.value;
}

/** Where the manifest.json of a version is. */
export function manifestKey(entry: IndexEntry): string {
  if (entry.layout === "blobs") return blobKey(entry.manifest);
  return `${versionPrefix(formatAssetKey(entry), entry.version)}${versionManifestName}`;
}

/** Reads a version's manifest and holds it against the index. Rejects with `DELIVER_VERSION_DAMAGED`. */
export async function readVersionManifest(
  store: Store,
  entry: IndexEntry,
): Promise<{ readonly manifest: VersionManifest; readonly bytes: Uint8Array }> {
  const key = manifestKey(entry);
  const bytes = await readOptional(store, key);
  if (bytes === undefined) throw manifestDamaged(key, "It is missing.");
  if (sha256(bytes) !== entry.manifest) throw manifestDamaged(key, "Its digest differs.");
  const parsed = parseVersionManifest(toText(bytes));
  if (!parsed.ok) throw manifestDamaged(key, parsed.problem);
  const manifest = parsed.value;
  const isSame =
    manifest.kind === entry.kind &&
    manifest.name === entry.name &&
    manifest.version === entry.version &&
    manifest.digest === entry.digest;
  if (!isSame) throw manifestDamaged(key, "It is of another version.");
  return { manifest, bytes };
}

export async function readOptional(store: Store, key: string): Promise<Uint8Array | undefined> {
  try {
    return await store.readAll(key, { maxBytes: maxDocumentBytes });
  } catch (error) {
    if (hasCode(error, "STORE_OBJECT_MISSING")) return undefined;
    throw error;
  }
}

function toText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
