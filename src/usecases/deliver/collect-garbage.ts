import { formatAssetKey } from "../../domain/asset.ts";
import type { IndexDocument, IndexEntry } from "../../domain/workspace/index-document.ts";
import {
  assetsPrefix,
  blobKey,
  blobsPrefix,
  damagedPrefix,
  indexKey,
  versionPrefix,
} from "../../domain/workspace/layout.ts";
import type { Clock } from "../../shared/clock.ts";
import { hasCode } from "../../shared/errors.ts";
import type { ObjectInfo } from "../../store/driver.ts";
import type { Store } from "../../store/store.ts";
import { indexInvalid } from "./errors.ts";
import { readArchivedIndex, readIndex, readVersionManifest } from "./read-index.ts";

const defaultGraceMs = 24 * 3_600_000;

export interface CollectGarbageRequest {
  readonly store: Store;
  readonly clock: Clock;
  readonly dryRun: boolean;
  /** What was written, or named by an index, more recently than this stays. Default one day. */
  readonly graceMs?: number;
  /** A replica holds the bytes that lock files name, merged or still proposed: its blobs all stay. */
  readonly isReplica?: boolean;
  readonly signal?: AbortSignal;
}

export interface CollectGarbageResult {
  readonly removed: number;
  readonly sizeBytes: number;
  /** In key order; staged leftovers last, by name. */
  readonly keys: readonly string[];
}

/**
 * Deletes what no index has named for the grace time: files and blobs of removed versions, what
 * repairs moved aside, and what killed writers left. Without an index, or with a damaged one,
 * nothing is known to be garbage and no object is touched. Not to be run beside a sync of the
 * same workspace. Rejects with `DELIVER_INDEX_INVALID` or `DELIVER_VERSION_DAMAGED`.
 */
export async function collectGarbage(
  request: CollectGarbageRequest,
): Promise<CollectGarbageResult> {
  const { store, dryRun } = request;
  const olderThanMs = request.clock.now().getTime() - (request.graceMs ?? defaultGraceMs);
  const index = await readIndex(store);
  const garbage =
    index === undefined ? [] : await findGarbage(request, index.document, olderThanMs);
  // The listing took its time: only what is garbage for the index of now may go.
  const isUnchanged = (await readIndex(store))?.digest === index?.digest;
  if (!isUnchanged) throw indexInvalid(indexKey, "It was replaced while garbage was looked for.");
  for (const { key } of dryRun ? [] : garbage) {
    request.signal?.throwIfAborted();
    await store.delete(key);
  }
  const leftovers = await store.sweep({ olderThanMs, dryRun });
  const keys = [...garbage.map(({ key }) => key), ...leftovers.map(({ name }) => name)];
  const sizeBytes = [...garbage, ...leftovers].reduce((sum, item) => sum + item.sizeBytes, 0);
  return { removed: keys.length, sizeBytes, keys };
}

interface Needed {
  readonly folders: ReadonlySet<string>;
  readonly blobs: ReadonlySet<string>;
}

async function findGarbage(
  { store, signal, isReplica = false }: CollectGarbageRequest,
  document: IndexDocument,
  olderThanMs: number,
): Promise<readonly ObjectInfo[]> {
  const needed = await findNeeded(store, document, olderThanMs);
  const garbage: ObjectInfo[] = [];
  const prefixes = [assetsPrefix, ...(isReplica ? [] : [blobsPrefix]), damagedPrefix];
  for (const prefix of prefixes) {
    for await (const info of store.list(prefix)) {
      signal?.throwIfAborted();
      const isOld = info.modifiedMs !== undefined && info.modifiedMs < olderThanMs;
      if (isOld && !isNeeded(info.key, needed)) garbage.push(info);
    }
  }
  return garbage;
}

/** `assets/models/taxi-fare/3/`, the folder of a version, is the key's first four parts. */
function isNeeded(key: string, { folders, blobs }: Needed): boolean {
  return blobs.has(key) || folders.has(`${key.split("/").slice(0, 4).join("/")}/`);
}

/** What the index names, and every index that was in force within the grace time. */
async function findNeeded(
  store: Store,
  newest: IndexDocument,
  olderThanMs: number,
): Promise<Needed> {
  const folders = new Set<string>();
  const blobs = new Set<string>();
  let document: IndexDocument | undefined = newest;
  while (document !== undefined) {
    for (const entry of document.assets) {
      if (entry.layout !== "blobs")
        folders.add(versionPrefix(formatAssetKey(entry), entry.version));
      if (entry.layout === "plain") continue;
      for (const key of await blobsOf(store, entry, document === newest)) blobs.add(key);
    }
    const wasReplacedRecently: boolean = Date.parse(document.at) >= olderThanMs;
    document =
      wasReplacedRecently && document.previous !== undefined
        ? await readArchivedIndex(store, document.previous)
        : undefined;
  }
  return { folders, blobs };
}

async function blobsOf(
  store: Store,
  entry: IndexEntry,
  isRequired: boolean,
): Promise<readonly string[]> {
  try {
    const { manifest } = await readVersionManifest(store, entry);
    return [blobKey(entry.manifest), ...manifest.files.map((file) => blobKey(file.sha256))];
  } catch (error) {
    // Of an older index it may be gone already; of this one that is damage, and nothing is sure.
    if (!isRequired && hasCode(error, "DELIVER_VERSION_DAMAGED")) return [];
    throw error;
  }
}
