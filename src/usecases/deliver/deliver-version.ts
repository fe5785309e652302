import { parseAssetKey } from "../../domain/asset.ts";
import type { Workspace } from "../../domain/registry.ts";
import type { DesiredVersion } from "../../domain/workspace/desired.ts";
import {
  blobKey,
  renderedManifestName,
  versionManifestName,
  versionPrefix,
} from "../../domain/workspace/layout.ts";
import type { DeliveredVersion } from "../../domain/workspace/settle-index.ts";
import { formatVersionKey } from "../../domain/workspace/version-key.ts";
import {
  formatVersionManifest,
  manifestFormat,
  type VersionManifest,
} from "../../domain/workspace/version-manifest.ts";
import { hasCode } from "../../shared/errors.ts";
import { byCodeUnits } from "../../shared/json.ts";
import { forEachBounded } from "../../store/bounded.ts";
import { toContent, type Content, type Store } from "../../store/store.ts";
import { manifestDamaged } from "./errors.ts";
import type { VersionContent, VersionFile } from "./version-source.ts";

const filesAtOnce = 8;

export interface DeliveryTarget {
  readonly store: Store;
  /** The artifact store of the workspace's region: what crosses regions goes there once. */
  readonly replica: Store | undefined;
  readonly layout: Workspace["layout"];
  readonly signal?: AbortSignal;
  onFile?(sizeBytes: number): void;
}

/**
 * Puts a version into a store: its files, then manifest.json. What is there already with the
 * right bytes is not sent again, so that a delivery that was cut off goes on where it stopped.
 */
export async function deliverVersion(
  target: DeliveryTarget,
  version: DesiredVersion,
  content: VersionContent,
): Promise<DeliveredVersion> {
  const files = allFiles(content);
  const manifest = toContent(Buffer.from(formatVersionManifest(describe(version, files))));
  const folder = versionPrefix(version.asset, version.version);
  await forEachBounded(files, filesAtOnce, async (file) => {
    await deliverFile(target, `${folder}${file.destination}`, file);
    target.onFile?.(file.sizeBytes);
  });
  if (target.layout === "blobs") await publishBlob(target.store, manifest, target);
  else await target.store.publish(`${folder}${versionManifestName}`, manifest, signalOf(target));
  return { files: files.length, bytes: totalBytes(files), manifest: manifest.sha256 };
}

/** The bytes of a version as its manifest counts them. */
export function contentBytes(content: VersionContent): number {
  return totalBytes(allFiles(content));
}

export function contentFiles(content: VersionContent): number {
  return content.files.length + 1;
}

function allFiles(content: VersionContent): readonly VersionFile[] {
  const rendered = { ...toContent(content.azuremlYaml), destination: renderedManifestName };
  return [...content.files, rendered].sort((left, right) =>
    byCodeUnits(left.destination, right.destination),
  );
}

function totalBytes(files: readonly VersionFile[]): number {
  return files.reduce((total, file) => total + file.sizeBytes, 0);
}

function describe(version: DesiredVersion, files: readonly VersionFile[]): VersionManifest {
  const id = parseAssetKey(version.asset);
  if (!id.ok) throw manifestDamaged(formatVersionKey(version), id.problem);
  return {
    format: manifestFormat,
    ...id.value,
    version: version.version,
    digest: version.digest,
    commit: version.commit,
    ledger_commit: version.ledgerCommit,
    files: files.map(({ destination, sizeBytes, sha256 }) => ({
      path: destination,
      size: sizeBytes,
      sha256,
    })),
  };
}

async function deliverFile(target: DeliveryTarget, key: string, file: VersionFile): Promise<void> {
  const { replica } = target;
  if (replica === undefined) return placeFile(target, key, file);
  try {
    return await placeFile(target, key, throughReplica(replica, file));
  } catch (error) {
    // The copy in the region is damaged: the bytes that were published are not.
    if (!hasCode(error, "STORE_DIGEST_MISMATCH")) throw error;
    return placeFile(target, key, file);
  }
}

async function placeFile(target: DeliveryTarget, key: string, content: Content): Promise<void> {
  const { store, layout } = target;
  if (layout === "plain") {
    await store.publish(key, content, signalOf(target));
    return;
  }
  await publishBlob(store, content, target);
  if (layout === "both") {
    await store.publishLink(blobKey(content.sha256), key, content, signalOf(target));
  }
}

/** Opened only when the bytes are needed, and only then brought into the region. */
function throughReplica(replica: Store, file: Content): Content {
  return {
    sizeBytes: file.sizeBytes,
    sha256: file.sha256,
    async *open(signal) {
      const options = signal === undefined ? {} : { signal };
      await publishBlob(replica, file, options);
      yield* replica.read(blobKey(file.sha256), options);
    },
  };
}

async function publishBlob(
  store: Store,
  content: Content,
  options: { readonly signal?: AbortSignal },
): Promise<void> {
  await store.publish(blobKey(content.sha256), content, { ...signalOf(options), trustSize: true });
}

function signalOf({ signal }: { readonly signal?: AbortSignal }): {
  readonly signal?: AbortSignal;
} {
  return signal === undefined ? {} : { signal };
}
