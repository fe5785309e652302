import { blobKey } from "../../domain/workspace/layout.ts";
import type { RegistrySettings } from "../../domain/registry.ts";
import { hasCode } from "../../shared/errors.ts";
import { forEachBounded } from "../../store/bounded.ts";
import type { Store } from "../../store/store.ts";
import type { RegistrySession } from "../session.ts";
import { noPrimaryReplica, replicaDamaged } from "./errors.ts";
import { watchChanges, type LocalFiles, type MeasuredFile } from "./local-files.ts";

export interface UploadedBytes {
  readonly storedBytes: number;
  /** Were there already. */
  readonly knownBytes: number;
}

const uploadsAtOnce = 4;

/** The store that takes uploads. Rejects with `REGISTER_NO_REPLICA` and `STORE_…`. */
export async function openPrimaryReplica(
  settings: RegistrySettings | undefined,
  session: Pick<RegistrySession, "openStore">,
): Promise<Store> {
  const primary = settings?.replicas.find(({ location }) => location === settings.location);
  if (primary?.store === undefined) throw noPrimaryReplica(settings?.location);
  return session.openStore(primary.store);
}

/**
 * Puts every file into the replica under its digest. The store hashes on the way, so a file that
 * is not any more what was measured never becomes visible (`REGISTER_FILE_CHANGED`); what is there
 * already is read and compared. Interrupted and repeated, it goes on where it stopped.
 */
export async function uploadFiles(
  store: Store,
  local: LocalFiles,
  files: readonly MeasuredFile[],
): Promise<UploadedBytes> {
  const unique = new Map(files.map((file) => [file.digest, file]));
  let storedBytes = 0;
  let knownBytes = 0;
  await store.checkWritable();
  await forEachBounded(unique.values(), uploadsAtOnce, async (file) => {
    const isStored = await uploadFile(store, local, file);
    if (isStored) storedBytes += file.sizeBytes;
    else knownBytes += file.sizeBytes;
  });
  return { storedBytes, knownBytes };
}

async function uploadFile(
  store: Store,
  { tree }: LocalFiles,
  { path, sizeBytes, digest }: MeasuredFile,
): Promise<boolean> {
  const key = blobKey(digest);
  const content = { sizeBytes, sha256: digest, open: () => tree.open(path) };
  try {
    return (await watchChanges(path, () => store.publish(key, content))) === "stored";
  } catch (error) {
    throw hasCode(error, "STORE_OBJECT_EXISTS") ? replicaDamaged(path, key, error) : error;
  }
}
