import { assetState, findVersion, type LedgerState } from "../../domain/ledger/state.ts";
import { entryId, type IndexEntry } from "../../domain/workspace/index-document.ts";
import { damagedPrefix } from "../../domain/workspace/layout.ts";
import type { Clock } from "../../shared/clock.ts";
import { forEachBounded } from "../../store/bounded.ts";
import type { Store } from "../../store/store.ts";
import { deliverVersion } from "./deliver-version.ts";
import type { VersionSource } from "./version-source.ts";

export interface RepairOptions {
  readonly state: LedgerState;
  readonly source: VersionSource;
  readonly replica?: Store;
  readonly clock: Clock;
}

export interface DamagedVersion {
  readonly entry: IndexEntry;
  /** Objects with other bytes than they should have. */
  readonly changed: readonly string[];
}

/**
 * Delivers a version again. Nothing is ever overwritten, so what is damaged is moved to
 * `damaged/` first. False when the ledger no longer says the same about the version.
 */
export async function repairVersion(
  { store, signal }: { readonly store: Store; readonly signal?: AbortSignal },
  options: RepairOptions,
  { entry, changed }: DamagedVersion,
): Promise<boolean> {
  const id = entryId(entry);
  const published = findVersion(assetState(options.state, id.asset), id.version);
  if (published?.digest !== entry.digest) return false;
  const signalOption = signal === undefined ? {} : { signal };
  const content = await options.source.describeVersion(id, signalOption);
  await moveAside(store, changed, options.clock);
  const { commit, digest, ledgerCommit } = published;
  const { roles, references } = entry;
  const version = { ...id, commit, digest, ledgerCommit, roles, references };
  const target = { store, replica: options.replica, layout: entry.layout, ...signalOption };
  const delivered = await deliverVersion(target, version, content);
  return delivered.manifest === entry.manifest;
}

async function moveAside(store: Store, keys: readonly string[], clock: Clock): Promise<void> {
  const stamp = clock.now().toISOString().replaceAll(/[-:.]/g, "");
  await forEachBounded(keys, 1, (key) => store.moveAside(key, `${damagedPrefix}${stamp}/${key}`));
}
