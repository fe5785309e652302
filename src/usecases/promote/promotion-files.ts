import { formatAssetKey, type AssetKey } from "../../domain/asset.ts";
import {
  assetState,
  findVersion,
  hasAccepted,
  type LedgerState,
} from "../../domain/ledger/state.ts";
import type { ReviewQuestion } from "../../domain/promotion/reviewers.ts";
import type { Registry } from "../../domain/registry.ts";
import { findAsset } from "../consume/find-asset.ts";
import type { RegistrySession } from "../session.ts";
import type { Situation } from "./situation.ts";
import { moveStageFile } from "./stage-file-text.ts";

/** That a stage runs a version. */
export interface Wanted {
  readonly asset: AssetKey;
  readonly version: string;
  readonly to: string;
}

/** The stage files of a promotion; the first move is the one that was asked for. */
export async function promotionFiles(
  session: Pick<RegistrySession, "mirror">,
  registry: Registry,
  moves: readonly Wanted[],
  { reason, override }: { readonly reason?: string; readonly override?: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const [main] = moves;
  for (const move of moves) {
    const { path, text } = await moveStageFile(session, registry, {
      asset: move.asset,
      version: move.version,
      stage: move.to,
      reason: move === main ? reason : `used by ${main?.asset ?? ""} ${main?.version ?? ""}`,
      override,
    });
    files.set(path, text);
  }
  return files;
}

/** Whom a promotion asks: those who may approve what it moves. */
export function questionsOf(moves: readonly Wanted[]): readonly ReviewQuestion[] {
  return moves.map(({ asset, to: stage }) => ({ asset, move: { stage, kind: "promotion" } }));
}

/** What a version refers to, and what that refers to, as far as the stage did not accept it yet. */
export function withDependencies(
  { state, inForce }: Pick<Situation, "state" | "inForce">,
  { asset, version, to }: Wanted,
): readonly Wanted[] {
  const stages = inForce.settings?.stages ?? [];
  const enough = stages.slice(stages.indexOf(to));
  const found = new Map<string, { readonly asset: AssetKey; readonly version: string }>();
  const queue = [...usesOf(state, asset, version)];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const key = `${next.asset}@${next.version}`;
    if (found.has(key) || next.asset === asset) continue;
    const known = assetState(state, next.asset);
    if (enough.some((stage) => hasAccepted(known, stage, next.version))) continue;
    found.set(key, next);
    queue.push(...usesOf(state, next.asset, next.version));
  }
  // Two versions of one asset cannot be asked of one stage file: the first that is met wins.
  const byAsset = new Map([...found.values()].toReversed().map((move) => [move.asset, move]));
  const others = [...byAsset.values()].toSorted((left, right) =>
    left.asset < right.asset ? -1 : 1,
  );
  return [{ asset, version, to }, ...others.map((other) => ({ ...other, to }))];
}

function usesOf(
  state: LedgerState,
  asset: AssetKey,
  version: string,
): readonly { readonly asset: AssetKey; readonly version: string }[] {
  const uses = findVersion(assetState(state, asset), version)?.uses ?? [];
  return uses.map((text) => {
    const found = findAsset(state, text);
    return { asset: formatAssetKey(found.id), version: text.slice(text.lastIndexOf("@") + 1) };
  });
}
