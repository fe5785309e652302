import { formatAssetKey, parseAssetKey, type AssetKey } from "../../domain/asset.ts";
import {
  assetState,
  findVersion,
  judgedKey,
  stageEntries,
  stageKeysOf,
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
      // What ran before Cairn was there before Cairn; and a stage is taken over once.
      if (published?.commit !== state.baseline || stageEntries(known, stage).length > 0) continue;
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

/** Stage files that ask for another version than the stage runs, and what became of them. */
export function pendingPromotions(
  registry: Registry,
  state: LedgerState,
): readonly PendingPromotion[] {
  const asked = registry.stageFiles
    .filter((file) => !file.isBroken)
    .flatMap(({ asset, stage, version }) => {
      const runs = stageVersion(assetState(state, asset), stage)?.version;
      if (runs === version) return [];
      return [
        { asset, stage, runs, wanted: version, ...lastWord(state, { asset, stage, version }) },
      ];
    });
  return [...asked, ...withoutFile(registry, state)];
}

/** What a stage runs although nothing says so any more: the file was removed, and that is no word. */
function withoutFile(
  { settings, stageFiles }: Registry,
  state: LedgerState,
): readonly PendingPromotion[] {
  const { stages = [], followedStages = [] } = settings ?? {};
  const files = new Set(stageFiles.map(({ stage, asset }) => judgedKey(stage, asset)));
  const pending: PendingPromotion[] = [];
  for (const stage of stages) {
    if (followedStages.includes(stage)) continue;
    for (const asset of stageKeysOf(state, stage)) {
      const runs = stageVersion(assetState(state, asset), stage)?.version;
      if (files.has(judgedKey(stage, asset))) continue;
      const reason =
        "its stage file is gone, and no pull request withdrew it: put the file back with git";
      const outcome = "undecided";
      pending.push({ asset, stage, runs, wanted: undefined, outcome, until: undefined, reason });
    }
  }
  return pending;
}

function lastWord(
  { judged }: LedgerState,
  {
    asset,
    stage,
    version,
  }: { readonly asset: AssetKey; readonly stage: string; readonly version: string },
): Pick<PendingPromotion, "outcome" | "until" | "reason"> {
  const key = judgedKey(stage, asset);
  const last = Object.hasOwn(judged, key) ? judged[key] : undefined;
  if (last?.version !== version || (last.outcome !== "waiting" && last.outcome !== "blocked")) {
    const reason = "no pull request brought this: cairn promote opens one";
    return { outcome: "undecided", until: undefined, reason };
  }
  const { outcome, until, reasons } = last;
  return { outcome, until, reason: reasons.join(" ") };
}
