import type { PullReport } from "../app-consume.ts";
import { entryId, type IndexEntry } from "../../domain/workspace/index-document.ts";
import { versionManifestName } from "../../domain/workspace/layout.ts";
import { resolveInIndex } from "../../domain/workspace/resolve-in-index.ts";
import { formatVersionKey } from "../../domain/workspace/version-key.ts";
import type { VersionManifest } from "../../domain/workspace/version-manifest.ts";
import { hasCode } from "../../shared/errors.ts";
import { forEachBounded } from "../../store/bounded.ts";
import type { Download, DownloadFolder } from "../../store/download-folder.ts";
import { toContent, type Store } from "../../store/store.ts";
import { indexMissing, manifestDamaged, referenceUnknown, targetOccupied } from "./errors.ts";
import { manifestKey, readIndex, readVersionManifest, type ReadIndex } from "./read-index.ts";
import type { SyncProgress } from "./sync-types.ts";
import { fileKey } from "./version-objects.ts";

const filesAtOnce = 8;

export interface PullVersionRequest {
  readonly store: Store;
  /** `models/taxi-fare@3`, `@prod`, `@latest`: what this store has under that name. */
  readonly reference: string;
  readonly folder: DownloadFolder;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SyncProgress) => void;
}

/**
 * Copies a version out of a store, with nothing but read access to it: the whole folder appears
 * at once and verified, or an error. What an interrupted pull left is used. Rejects with
 * `DELIVER_INDEX_MISSING`, `PULL_REFERENCE_UNKNOWN`, `PULL_TARGET_OCCUPIED`,
 * `DELIVER_VERSION_DAMAGED` or what the stores say.
 */
export async function pullVersion(request: PullVersionRequest): Promise<PullReport> {
  const { store, folder, reference } = request;
  const index = await readIndex(store, signalOf(request));
  if (index === undefined) throw indexMissing(store.name);
  const entry = resolveInIndex(index.document, reference);
  if (entry === undefined) throw referenceUnknown(reference, namesLike(index, reference));
  const { manifest, bytes } = await readVersionManifest(store, entry);
  if (!(await folder.isEmpty())) {
    await checkInPlace(folder, entry, manifest);
    return toResult(request, entry, manifest.files.length);
  }
  const download = await folder.begin(`${formatVersionKey(entryId(entry))} ${entry.manifest}`);
  try {
    const reused = await receiveAll(request, download, { entry, manifest, bytes });
    await download.finish();
    return toResult(request, entry, reused);
  } catch (error) {
    request.signal?.throwIfAborted();
    throw hasCode(error, "STORE_OBJECT_EXISTS") ? targetOccupied(folder.path) : error;
  } finally {
    await download.close();
  }
}

/** A folder that holds exactly this version is a pull that was done before. */
async function checkInPlace(
  folder: DownloadFolder,
  entry: IndexEntry,
  manifest: VersionManifest,
): Promise<void> {
  const held = await folder.measure(versionManifestName);
  if (held?.sha256 !== entry.manifest) throw targetOccupied(folder.path);
  await forEachBounded(manifest.files, filesAtOnce, async (file) => {
    const found = await folder.measure(file.path);
    if (found?.sha256 !== file.sha256) throw targetOccupied(folder.path);
  });
}

async function receiveAll(
  request: PullVersionRequest,
  download: Download,
  version: {
    readonly entry: IndexEntry;
    readonly manifest: VersionManifest;
    readonly bytes: Uint8Array;
  },
): Promise<number> {
  const { store, onProgress } = request;
  const { entry, manifest } = version;
  const total = manifest.files.length;
  let done = 0;
  let doneBytes = 0;
  let reused = 0;
  await forEachBounded(manifest.files, filesAtOnce, async (file) => {
    if (file.path === versionManifestName)
      throw manifestDamaged(manifestKey(entry), "It names itself.");
    request.signal?.throwIfAborted();
    const expected = { sizeBytes: file.size, sha256: file.sha256 };
    const outcome = await download.receive(file.path, expected, (from) =>
      store.read(fileKey(entry, file), { from, ...signalOf(request) }),
    );
    if (outcome === "present") reused += 1;
    done += 1;
    doneBytes += file.size;
    onProgress?.({ done, total, doneBytes, totalBytes: entry.bytes });
  });
  const content = toContent(version.bytes);
  await download.receive(versionManifestName, content, () => content.open());
  return reused;
}

function toResult({ folder }: PullVersionRequest, entry: IndexEntry, reused: number): PullReport {
  const { files, bytes, digest } = entry;
  return { ...entryId(entry), digest, to: folder.path, files, sizeBytes: bytes, reused };
}

function namesLike({ document }: ReadIndex, reference: string): readonly string[] {
  const [asset] = reference.split("@");
  return document.assets
    .map((entry) => entryId(entry))
    .filter((id) => id.asset === asset)
    .map(formatVersionKey);
}

function signalOf({ signal }: PullVersionRequest): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
