import type { AssetKey } from "../../domain/asset.ts";
import { assetState, findVersion, type AssetState } from "../../domain/ledger/state.ts";
import type { VersionMarks } from "../../domain/registry.ts";
import type { EventDraft } from "../ledger/draft.ts";
import type { Change } from "../promote/change.ts";

/** Versions that the metadata files warn of, where that is not what the ledger says. */
export function draftDeprecations({ registry, state, landing }: Change): readonly EventDraft[] {
  const drafts: EventDraft[] = [];
  const marks = new Map<AssetKey, Map<string, VersionMarks>>();
  for (const { key, metadata, isBroken } of registry.assets) {
    if (isBroken) continue;
    const known = marks.get(key) ?? new Map<string, VersionMarks>();
    for (const [version, mark] of metadata?.versions ?? []) known.set(version, mark);
    marks.set(key, known);
  }
  for (const [asset, versions] of marks) {
    const known = assetState(state, asset);
    if (known === undefined) continue;
    for (const { version, ...mark } of changedMarks(known, versions)) {
      drafts.push({
        type: "deprecated",
        processed: state.processed,
        asset,
        version,
        ...mark,
        landing,
      });
    }
  }
  return drafts;
}

function* changedMarks(
  known: AssetState,
  marks: ReadonlyMap<string, VersionMarks>,
): Iterable<{ readonly version: string; readonly reason?: string; readonly successor?: string }> {
  for (const [version, { deprecated }] of marks) {
    if (deprecated === undefined || findVersion(known, version) === undefined) continue;
    if (Object.hasOwn(known.deprecated, version)) continue;
    const { reason, successor } = deprecated;
    yield { version, reason, ...(successor === undefined ? {} : { successor }) };
  }
  for (const version of Object.keys(known.deprecated)) {
    if (marks.get(version)?.deprecated === undefined) yield { version };
  }
}
