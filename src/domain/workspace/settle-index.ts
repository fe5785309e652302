import type { Digest } from "../../shared/digest.ts";
import { parseAssetKey, type AssetKey } from "../asset.ts";
import type { Workspace } from "../registry.ts";
import type { DesiredVersion } from "./desired.ts";
import {
  compareEntries,
  entryId,
  entryKey,
  equalEntries,
  type IndexDocument,
  type IndexEntry,
} from "./index-document.ts";
import { refuseRemoval, type WorkspacePlan } from "./plan-workspace.ts";
import { formatVersionKey, type VersionKey } from "./version-key.ts";

/** What a delivery put into the store. */
export interface DeliveredVersion {
  readonly files: number;
  readonly bytes: number;
  readonly manifest: Digest;
}

export interface SettleInput {
  readonly plan: WorkspacePlan;
  readonly delivered: ReadonlyMap<VersionKey, DeliveredVersion>;
  readonly layout: Workspace["layout"];
  readonly now: string;
}

/**
 * The entries of the next index after a plan was carried out as far as it went. A version counts
 * only with everything it refers to; where one failed, its asset stays as it was.
 */
export function settleIndex(input: SettleInput): readonly IndexEntry[] {
  const { plan, delivered } = input;
  const before = new Map(plan.before.map((entry) => [entryKey(entry), entry]));
  const settled = new Map<VersionKey, IndexEntry>();
  for (const entry of [...plan.keep, ...plan.current]) settled.set(entryKey(entry), entry);
  for (const version of plan.deliver) {
    const result = delivered.get(formatVersionKey(version));
    if (result !== undefined) settleDelivered(settled, before, { version, result, input });
  }
  dropIncomplete(settled, before);
  holdRemovals(settled, before, plan);
  holdFailedAssets(settled, before, plan);
  restoreReferences(settled, before);
  return [...settled.values()].sort(compareEntries);
}

/** The index to write, or `undefined` when the one there says the same. */
export function nextIndex(
  current: IndexDocument | undefined,
  next: Omit<IndexDocument, "previous">,
  previous: Digest | undefined,
): IndexDocument | undefined {
  const isSame =
    current !== undefined &&
    current.stage === next.stage &&
    current.region === next.region &&
    equalEntries(current.assets, next.assets);
  if (isSame) return undefined;
  return previous === undefined ? next : { ...next, previous };
}

/** A version whose reference is not there is of no use; dropping it may leave others incomplete. */
function dropIncomplete(
  settled: Map<VersionKey, IndexEntry>,
  before: ReadonlyMap<VersionKey, IndexEntry>,
): void {
  let isStable = false;
  while (!isStable) {
    isStable = true;
    for (const [key, entry] of settled) {
      const isComplete = entry.references.every(
        (reference) => settled.has(reference) || before.has(reference),
      );
      if (isComplete || before.has(key)) continue;
      settled.delete(key);
      isStable = false;
    }
  }
}

/** Removals that were harmless beside all that was to arrive may look like an accident without it. */
function holdRemovals(
  settled: Map<VersionKey, IndexEntry>,
  before: ReadonlyMap<VersionKey, IndexEntry>,
  { remove, allowMassRemoval }: WorkspacePlan,
): void {
  const of = new Set([...before.keys(), ...settled.keys()]).size;
  if (allowMassRemoval || refuseRemoval(remove.length, of) === undefined) return;
  for (const entry of remove) settled.set(entryKey(entry), entry);
}

/** What stayed unexpectedly keeps what it needs: as it was, when it is current itself. */
function restoreReferences(
  settled: Map<VersionKey, IndexEntry>,
  before: ReadonlyMap<VersionKey, IndexEntry>,
): void {
  const pending = [...settled.values()];
  for (let entry = pending.pop(); entry !== undefined; entry = pending.pop()) {
    for (const key of entry.references) {
      const found = settled.get(key);
      const old = before.get(key);
      const isWeaker = found?.state === "kept" && entry.state === "current";
      if (old === undefined || old === found || (found !== undefined && !isWeaker)) continue;
      settled.set(key, old);
      pending.push(old);
    }
  }
}

/** An asset whose new version did not arrive keeps what it had, as it was. */
function holdFailedAssets(
  settled: Map<VersionKey, IndexEntry>,
  before: ReadonlyMap<VersionKey, IndexEntry>,
  plan: WorkspacePlan,
): void {
  const failed = new Set<AssetKey>();
  for (const version of plan.deliver) {
    if (!settled.has(formatVersionKey(version))) failed.add(version.asset);
  }
  for (const [key, entry] of before) {
    const isCurrent = settled.get(key)?.state === "current";
    if (failed.has(entryId(entry).asset) && !isCurrent) settled.set(key, entry);
  }
}

function settleDelivered(
  settled: Map<VersionKey, IndexEntry>,
  before: ReadonlyMap<VersionKey, IndexEntry>,
  delivery: {
    readonly version: DesiredVersion;
    readonly result: DeliveredVersion;
    readonly input: SettleInput;
  },
): void {
  const { version, result, input } = delivery;
  const id = parseAssetKey(version.asset);
  if (!id.ok) return;
  const key = formatVersionKey(version);
  const old = before.get(key);
  settled.set(key, {
    ...id.value,
    version: version.version,
    digest: version.digest,
    commit: version.commit,
    since: old?.state === "current" ? old.since : input.now,
    files: result.files,
    bytes: result.bytes,
    manifest: result.manifest,
    layout: input.layout,
    roles: version.roles,
    references: version.references,
    state: "current",
  });
}
