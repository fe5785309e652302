import { parseAssetKey, type AssetKey, formatAssetKey } from "../asset.ts";
import type { IncidentEvent, IncidentKind, TagMark } from "../ledger/event.ts";
import { stateKeys, assetState, type IncidentState, type LedgerState } from "../ledger/state.ts";
import { isCairnTagName } from "../ledger/tag.ts";

/** A fact that nobody should have made, not recorded yet. */
export type ObservedIncident = Omit<IncidentEvent, "type" | "format" | "at" | "processed">;

/** The tags that count: name to the object the ledger names. */
export function ledgerTags(
  state: LedgerState,
  assets: readonly AssetKey[] = stateKeys(state),
): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const key of assets) {
    for (const { name, object } of tagsOfAsset(state, key)) tags.set(name, object);
  }
  return tags;
}

/**
 * Compares the remote's tags (name without `refs/tags/` to object) with the ledger's: all of them,
 * or those of some assets when only those were asked for. Tags outside Cairn's grammar and those
 * from before adoption are nobody's business here.
 */
export function observeTagIncidents(
  state: LedgerState,
  remote: ReadonlyMap<string, string>,
  assets?: readonly AssetKey[],
): readonly ObservedIncident[] {
  const expected = ledgerTags(state, assets);
  const existing = new Map(state.existingTags.map(({ name, object }) => [name, object]));
  const incidents: ObservedIncident[] = [];
  for (const [name, object] of expected) {
    const observed = remote.get(name);
    if (observed !== object) incidents.push(changedTag(name, object, observed));
  }
  for (const [name, object] of remote) {
    if (expected.has(name) || !isCairnTagName(name) || existing.get(name) === object) continue;
    incidents.push({
      ...describeTag("tag-foreign", name, object),
      observed: object,
      message: `the tag ${name} was not made by Cairn and counts for nothing`,
    });
  }
  return incidents
    .map((incident) => ({ ...incident, id: recordableId(incident.id, state) }))
    .filter((incident) => !isKnownIncident(incident.id, state));
}

/** The branch was rewritten: what was processed is no longer in its history. */
export function observeRewrittenHistory(state: LedgerState, head: string): ObservedIncident {
  return {
    id: unresolvedId(`history-rewritten/${head}`, state),
    kind: "history-rewritten",
    expected: state.processed,
    observed: head,
    message: `the branch was rewritten: ${state.processed.slice(0, 12)} is no longer part of ${head.slice(0, 12)}`,
  };
}

export function openIncidents(state: LedgerState): readonly IncidentState[] {
  return Object.values(state.incidents).filter((incident) => incident.resolved === undefined);
}

/**
 * True when a tag of this name exists that the ledger did not make, or one below it, which leaves
 * no room for it: `models/taxi-fare@v2/x` is a file in a folder where Git would need a file.
 */
export function isForeignTag(
  name: string,
  expected: ReadonlyMap<string, string>,
  remote: ReadonlyMap<string, string>,
): boolean {
  if (expected.has(name)) return false;
  const below = `${name}/`;
  return remote.has(name) || [...remote.keys()].some((other) => other.startsWith(below));
}

function changedTag(
  name: string,
  expected: string,
  observed: string | undefined,
): ObservedIncident {
  if (observed === undefined) {
    return {
      ...describeTag("tag-missing", name, expected),
      expected,
      message: `the tag ${name} is gone; the version stays published`,
    };
  }
  return {
    ...describeTag("tag-moved", name, observed),
    expected,
    observed,
    message: `the tag ${name} was moved to another object; the ledger's stays in force`,
  };
}

function describeTag(
  kind: IncidentKind,
  tag: string,
  object: string,
): Pick<ObservedIncident, "id" | "kind" | "tag" | "asset"> {
  const asset = parseAssetKey(tag.split(/[@#]/, 1)[0] ?? "");
  return {
    id: `${kind}/${tag}/${object.slice(0, 12)}`,
    kind,
    tag,
    ...(asset.ok ? { asset: formatAssetKey(asset.value) } : {}),
  };
}

/** Once resolved, the ledger goes on from another commit: to be here again is a new incident. */
function unresolvedId(id: string, state: LedgerState): string {
  let candidate = id;
  for (let count = 2; state.incidents[candidate]?.resolved !== undefined; count += 1) {
    candidate = `${id}/${count}`;
  }
  return candidate;
}

/** What was restored and happened again is a new incident; what was acknowledged stays one. */
export function recordableId(id: string, state: LedgerState): string {
  const isOver = (candidate: string): boolean => {
    const how = state.incidents[candidate]?.resolved?.how;
    return how === "restored" || how === "reviewed";
  };
  let candidate = id;
  for (let count = 2; isOver(candidate); count += 1) candidate = `${id}/${count}`;
  return candidate;
}

export function isKnownIncident(id: string, state: LedgerState): boolean {
  return Object.hasOwn(state.incidents, id);
}

function tagsOfAsset(state: LedgerState, key: AssetKey): readonly TagMark[] {
  const asset = assetState(state, key);
  if (asset === undefined) return [];
  return [
    ...asset.versions.flatMap((version) => version.tags),
    ...Object.values(asset.stages).flatMap((entries) => entries.flatMap((entry) => entry.tags)),
  ];
}
