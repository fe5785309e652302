import { parseAssetKey } from "../../domain/asset.ts";
import { assetState, stateKeys } from "../../domain/ledger/state.ts";
import { compileGlob } from "../../registry/glob.ts";
import type { AssetSummary, ListRequest, Page } from "../app.ts";
import { requireState } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { keyOfSummary, pageAfter, summarizeAsset } from "./answers.ts";

/** Published assets by key; those whose every version is archived only on request. */
export async function listAssets(
  session: RegistrySession,
  request: ListRequest,
): Promise<Page<AssetSummary>> {
  const state = await requireState(session);
  const matches = request.match === undefined ? () => true : compileGlob(request.match);
  const items = stateKeys(state).flatMap((key) => {
    const id = parseAssetKey(key);
    const asset = assetState(state, key);
    if (!id.ok || asset === undefined || !matches(key)) return [];
    if (request.kind !== undefined && id.value.kind !== request.kind) return [];
    return [summarizeAsset(id.value, asset)];
  });
  return pageAfter(items, keyOfSummary, { limit: request.limit, cursor: request.cursor });
}
