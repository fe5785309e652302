import { formatAssetKey, parseAssetKey } from "../../domain/asset.ts";
import {
  assetState,
  findVersion,
  stageVersion,
  type LedgerState,
} from "../../domain/ledger/state.ts";
import type { Registry } from "../../domain/registry.ts";
import type { PendingPromotion } from "../app.ts";
import type { EventDraft } from "../ledger/draft.ts";

/** What adoption was told about the stages, once the versions exist. */
export function draftAdoptedStages(state: LedgerState): readonly EventDraft[] {
  const drafts: EventDraft[] = [];
  for (const [stage, wanted] of Object.entries(state.adoptedStages)) {
    for (const [text, version] of Object.entries(wanted)) {
      const id = parseAssetKey(text);
      if (!id.ok) continue;
      const asset = formatAssetKey(id.value);
      const known = assetState(state, asset);
      const published = findVersion(known, version);
      if (published === undefined || stageVersion(known, stage) !== undefined) continue;
      drafts.push({
        type: "accepted",
        processed: state.processed,
        asset,
        stage,
        version,
        digest: published.digest,
        cause: "adopted",
        landing: { commit: published.commit, author: published.author, subject: "adoption" },
      });
    }
  }
  return drafts;
}

export function pendingPromotions(
  registry: Registry,
  state: LedgerState,
): readonly PendingPromotion[] {
  return registry.stageFiles
    .filter((file) => !file.isBroken)
    .flatMap(({ asset, stage, version }) => {
      const runs = stageVersion(assetState(state, asset), stage)?.version;
      if (runs === version) return [];
      const reason =
        "a promotion is decided by the gates of its pull request, which this Cairn does not run yet";
      return [{ asset, stage, runs, wanted: version, reason }];
    });
}
