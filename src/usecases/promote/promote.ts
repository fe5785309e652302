import { formatAssetKey, type AssetKey } from "../../domain/asset.ts";
import {
  assetState,
  stageEntries,
  stageVersion,
  type LedgerState,
} from "../../domain/ledger/state.ts";
import { stageFileOf } from "../../domain/lookup.ts";
import { deprecation } from "../../domain/promotion/moves.ts";
import type { Registry } from "../../domain/registry.ts";
import type {
  PromoteRequest,
  ProposalReport,
  RollbackRequest,
  WithdrawRequest,
} from "../app-promote.ts";
import { findAsset, selectVersion } from "../consume/find-asset.ts";
import type { RegistrySession } from "../session.ts";
import { nothingToPropose, stageNotThere } from "./errors.ts";
import { promotionFiles, questionsOf, withDependencies } from "./promotion-files.ts";
import { submit } from "./proposals.ts";
import { readSituation, type Situation } from "./situation.ts";
import { moveStageFile } from "./stage-file-text.ts";

/** Proposes that a stage runs a version, and what that version refers to. */
export async function promote(
  session: RegistrySession,
  request: PromoteRequest,
): Promise<ProposalReport> {
  const situation = await readSituation(session);
  const { state, head } = situation;
  requireStage(situation, request.to);
  const { asset, version } = candidateOf(situation, request.asset, request.to);
  if (stageVersion(assetState(state, asset), request.to)?.version === version) {
    throw nothingToPropose(
      `${request.to} runs ${asset} ${version} already.`,
      "cairn which shows what each stage runs.",
    );
  }
  const registry = await session.reader.registryAt(head);
  const wanted = { asset, version, to: request.to };
  const moves = request.only === true ? [wanted] : withDependencies(situation, wanted);
  const files = await promotionFiles(session, registry, moves, request);
  const others = moves.length > 1 ? ` and ${moves.length - 1} that it refers to` : "";
  return submit(session, situation, request, {
    title: `Promote ${asset} ${version} to ${request.to}${others}`,
    label: "cairn:promotion",
    asks: questionsOf(moves),
    slug: `promote-${slugOf(asset)}-${request.to}`,
    files,
  });
}

/** The version that is meant: the one that is named, else the one of the stage before. */
export function candidateOf(
  { state, inForce }: Situation,
  text: string,
  to: string,
): { readonly asset: AssetKey; readonly version: string } {
  const found = findAsset(state, text);
  const asset = formatAssetKey(found.id);
  if (found.selector.type !== "default") return { asset, version: selectVersion(found).version };
  const stages = inForce.settings?.stages ?? [];
  const before = stages[stages.indexOf(to) - 1];
  if (before === undefined) {
    throw nothingToPropose(
      `${to} is the first stage: there is none before it to take a version from.`,
      `Say which version: ${asset}@1.`,
    );
  }
  const version = stageVersion(found.state, before)?.version;
  if (version !== undefined) return { asset, version };
  throw nothingToPropose(
    `${before} runs no version of ${asset}, so there is none to promote to ${to}.`,
    `Promote it to ${before} first, or say which version: ${asset}@1.`,
  );
}

/** Proposes that a stage runs again what it ran before. */
export async function rollback(
  session: RegistrySession,
  request: RollbackRequest,
): Promise<ProposalReport> {
  const situation = await readSituation(session);
  const { state, head } = situation;
  requireStage(situation, request.stage);
  const registry = await session.reader.registryAt(head);
  const found = findAsset(state, request.asset);
  const asset = formatAssetKey(found.id);
  const version =
    found.selector.type === "default"
      ? versionBefore(state, registry, { asset, stage: request.stage })
      : selectVersion(found).version;
  const runs = stageVersion(found.state, request.stage)?.version;
  if (version === undefined || version === runs) {
    throw nothingToPropose(
      `${request.stage} accepted no other version of ${asset} that it could go back to.`,
      `cairn history ${asset} shows what it ran; cairn promote moves it forward.`,
    );
  }
  if (!stageEntries(found.state, request.stage).some((entry) => entry.version === version)) {
    throw nothingToPropose(
      `${request.stage} never ran ${asset} ${version}, so it cannot go back to it.`,
      `cairn promote ${asset}@${version} --to ${request.stage} brings it there.`,
    );
  }
  const { path, text } = await moveStageFile(session, registry, {
    asset,
    version,
    stage: request.stage,
    reason: request.reason,
    override: undefined,
  });
  return submit(session, situation, request, {
    title: `Roll ${asset} back to ${version} in ${request.stage}`,
    label: "cairn:rollback",
    asks: [{ asset, move: { stage: request.stage, kind: "rollback" } }],
    slug: `rollback-${slugOf(asset)}-${request.stage}`,
    files: new Map([[path, text]]),
  });
}

/** The newest version before the one that runs, that was neither withdrawn nor deprecated. */
function versionBefore(
  state: LedgerState,
  registry: Registry,
  { asset, stage }: { readonly asset: AssetKey; readonly stage: string },
): string | undefined {
  const known = assetState(state, asset);
  const runs = stageVersion(known, stage)?.version;
  const entries = stageEntries(known, stage);
  // Back from a version means to before it came, not to the one it was itself left for.
  const first = entries.findIndex(({ version }) => version === runs);
  const earlier = runs === undefined ? entries : entries.slice(0, first);
  const candidate = earlier.findLast(
    ({ version, until }) =>
      until === undefined && deprecation(asset, version, registry, state) === undefined,
  );
  return candidate?.version;
}

/** Proposes that a stage runs no version of an asset any more. */
export async function withdraw(
  session: RegistrySession,
  request: WithdrawRequest,
): Promise<ProposalReport> {
  const situation = await readSituation(session);
  requireStage(situation, request.stage);
  const registry = await session.reader.registryAt(situation.head);
  const asset = formatAssetKey(findAsset(situation.state, request.asset).id);
  const file = stageFileOf(registry, request.stage, asset);
  if (file === undefined) {
    throw nothingToPropose(
      `There is no stage file of ${asset} for ${request.stage} that could be removed.`,
      "If the stage runs it (cairn which), the file was removed without a pull request: put it back with git, then withdraw.",
    );
  }
  return submit(session, situation, request, {
    title: `Withdraw ${asset} from ${request.stage}`,
    label: "cairn:withdrawal",
    asks: [{ asset, move: { stage: request.stage, kind: "withdrawal" } }],
    slug: `withdraw-${slugOf(asset)}-${request.stage}`,
    files: new Map([[file.document.path, undefined]]),
  });
}

/** Rejects with `STAGE_UNKNOWN`, or `NOTHING_TO_PROPOSE` for a stage that follows by itself. */
export function requireStage({ inForce }: Situation, stage: string): void {
  const { stages = [], followedStages = [] } = inForce.settings ?? {};
  if (!stages.includes(stage)) throw stageNotThere(stage, stages);
  if (followedStages.includes(stage)) {
    throw nothingToPropose(
      `${stage} takes every new version by itself.`,
      "To stop a version there, publish a better one; to change that, edit follow in registry.yaml.",
    );
  }
}

/** The name of an asset as part of a branch name, without its kind. */
export function slugOf(asset: AssetKey): string {
  return asset.slice(asset.indexOf("/") + 1).replaceAll(/[^A-Za-z0-9-]+/g, "-");
}
