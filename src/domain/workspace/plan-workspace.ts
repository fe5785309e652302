import type { AssetKey } from "../asset.ts";
import type { Workspace } from "../registry.ts";
import type { DesiredVersion } from "./desired.ts";
import {
  compareEntries,
  entryId,
  entryKey,
  type IndexDocument,
  type IndexEntry,
} from "./index-document.ts";
import { compareVersionIds, formatVersionKey, type VersionKey } from "./version-key.ts";

/** Fewer removals than this never look like an accident. */
const harmlessRemovals = 5;

export interface WorkspacePlan {
  /** To be delivered, or delivered again in another layout. */
  readonly deliver: readonly DesiredVersion[];
  /** There already, as they will stand in the index. */
  readonly current: readonly IndexEntry[];
  /** Not asked for any more and still in their grace time, as they will stand in the index. */
  readonly keep: readonly IndexEntry[];
  /** Leaves the index; collecting garbage deletes the files later. */
  readonly remove: readonly IndexEntry[];
  /** Set when removals were due and looked like an accident: then nothing is removed. */
  readonly refused: RefusedRemoval | undefined;
  readonly allowMassRemoval: boolean;
  /** The index as it was. */
  readonly before: readonly IndexEntry[];
}

export interface RefusedRemoval {
  readonly versions: number;
  /** What there would be if nothing was removed. */
  readonly of: number;
  readonly message: string;
}

export interface PlanInput {
  readonly desired: readonly DesiredVersion[];
  readonly index: Pick<IndexDocument, "assets"> | undefined;
  readonly layout: Workspace["layout"];
  readonly prune: Workspace["prune"];
  /** ISO 8601. */
  readonly now: string;
  /** The operator's word that a workspace may be emptied. */
  readonly allowMassRemoval?: boolean;
}

/** What makes a workspace what it should be; planned again afterwards, nothing is left to do. */
export function planWorkspace(input: PlanInput): WorkspacePlan {
  const before = input.index?.assets ?? [];
  const entries = new Map(before.map((entry) => [entryKey(entry), entry]));
  const desired = new Map(input.desired.map((version) => [formatVersionKey(version), version]));
  const deliver: DesiredVersion[] = [];
  const current: IndexEntry[] = [];
  for (const [key, version] of desired) {
    const entry = entries.get(key);
    if (entry?.digest === version.digest && entry.layout === input.layout) {
      current.push(toCurrent(entry, version, input.now));
    } else {
      deliver.push(version);
    }
  }
  const leaving = before
    .filter((entry) => !desired.has(entryKey(entry)))
    .map((entry) => toKept(entry, input.now));
  const due = dueRemovals(leaving, desired.values(), input);
  const allowMassRemoval = input.allowMassRemoval === true;
  const refused = allowMassRemoval
    ? undefined
    : refuseRemoval(due.size, leaving.length + desired.size);
  const remove = leaving.filter((entry) => refused === undefined && due.has(entryKey(entry)));
  return {
    deliver: deliver.sort(compareVersionIds),
    current: current.sort(compareEntries),
    keep: leaving.filter((entry) => !remove.includes(entry)).sort(compareEntries),
    remove: remove.sort(compareEntries),
    refused,
    allowMassRemoval,
    before,
  };
}

function toCurrent(entry: IndexEntry, version: DesiredVersion, now: string): IndexEntry {
  const { roles, references } = version;
  const isSame =
    entry.state === "current" &&
    entry.kept_since === undefined &&
    isSameList(entry.roles, roles) &&
    isSameList(entry.references, references);
  if (isSame) return entry;
  const { kept_since, ...rest } = entry;
  const since = kept_since === undefined ? entry.since : now;
  return { ...rest, since, roles, references, state: "current" };
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((text, index) => text === right[index]);
}

function toKept(entry: IndexEntry, now: string): IndexEntry {
  return { ...entry, roles: [], state: "kept", kept_since: entry.kept_since ?? now };
}

/**
 * Past their grace time, not among the newest `keep` beside a current version of the same asset,
 * and not needed by anything that stays.
 */
function dueRemovals(
  leaving: readonly IndexEntry[],
  desired: Iterable<DesiredVersion>,
  { prune, now }: PlanInput,
): ReadonlySet<VersionKey> {
  const required: VersionKey[] = [];
  const currentAssets = new Set<AssetKey>();
  for (const version of desired) {
    currentAssets.add(version.asset);
    required.push(...version.references);
  }
  const due = new Map<VersionKey, IndexEntry>();
  const newerOfAsset = new Map<AssetKey, number>();
  for (const entry of [...leaving].sort(newestFirst)) {
    const { asset } = entryId(entry);
    const newer = newerOfAsset.get(asset) ?? 0;
    newerOfAsset.set(asset, newer + 1);
    const isHeld = currentAssets.has(asset) && newer < Math.max(1, prune.keep);
    const isDue = Date.parse(entry.kept_since ?? now) + prune.afterMs <= Date.parse(now);
    if (isDue && !isHeld) due.set(entryKey(entry), entry);
    else required.push(...entry.references);
  }
  for (let key = required.pop(); key !== undefined; key = required.pop()) {
    const needed = due.get(key);
    if (needed !== undefined) required.push(...needed.references);
    due.delete(key);
  }
  return new Set(due.keys());
}

function newestFirst(left: IndexEntry, right: IndexEntry): number {
  const leftTime = Date.parse(left.kept_since ?? left.since);
  const rightTime = Date.parse(right.kept_since ?? right.since);
  return rightTime - leftTime || compareEntries(right, left);
}

/**
 * Whether removals look like an accident among `of` versions. These include what is delivered along
 * with them: a share of what was there before would shrink with the delivery, and the next plan
 * would remove in silence what this one refused.
 */
export function refuseRemoval(removals: number, of: number): RefusedRemoval | undefined {
  const isEmptied = removals === of;
  if (removals === 0 || (!isEmptied && removals <= Math.max(harmlessRemovals, of / 2))) {
    return undefined;
  }
  return {
    versions: removals,
    of,
    message: `${removals} of ${of} versions would be removed at once, so none was: if that is meant, allow it for this run.`,
  };
}
