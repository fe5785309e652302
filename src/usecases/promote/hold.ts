import { formatAssetKey, type AssetKey } from "../../domain/asset.ts";
import { assetState, stageVersion, type LedgerState } from "../../domain/ledger/state.ts";
import { stageFileOf } from "../../domain/lookup.ts";
import type { HoldRequest, ProposalReport } from "../app-promote.ts";
import { findAsset } from "../consume/find-asset.ts";
import type { RegistrySession } from "../session.ts";
import { nothingToPropose } from "./errors.ts";
import { requireStage, slugOf } from "./promote.ts";
import { submit } from "./proposals.ts";
import { readSituation } from "./situation.ts";
import { editStageFile, stageFilePath } from "./stage-file-text.ts";

/** Proposes that no automatic promotion goes past what a stage runs, or that it may again. */
export async function hold(
  session: RegistrySession,
  request: HoldRequest,
): Promise<ProposalReport> {
  const { stage, release = false, until, reason = "held" } = request;
  const situation = await readSituation(session);
  requireStage(situation, stage);
  const { state, head } = situation;
  const registry = await session.reader.registryAt(head);
  const asset = formatAssetKey(findAsset(state, request.asset).id);
  const known = stageFileOf(registry, stage, asset);
  if (release && known?.hold === undefined) {
    throw nothingToPropose(`${asset} is not held in ${stage}.`, "cairn explain shows holds.");
  }
  const path = stageFilePath(registry, stage, asset);
  const value = { ...(until === undefined ? {} : { until }), reason };
  const text = await editStageFile(session, registry, path, [
    ...(known === undefined
      ? [{ pointer: ["version"], value: runningVersion(state, stage, asset) }]
      : []),
    { pointer: ["hold"], value: release ? undefined : value },
  ]);
  return submit(session, situation, request, {
    title: `${release ? "Release" : "Hold"} ${asset} in ${stage}`,
    label: "cairn:hold",
    asks: [{ asset }],
    slug: `hold-${slugOf(asset)}-${stage}`,
    files: new Map([[path, text]]),
  });
}

function runningVersion(state: LedgerState, stage: string, asset: AssetKey): string {
  const version = stageVersion(assetState(state, asset), stage)?.version;
  if (version !== undefined) return version;
  throw nothingToPropose(
    `${stage} runs no version of ${asset} that could be held.`,
    "cairn which shows what each stage runs.",
  );
}
