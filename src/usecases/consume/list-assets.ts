import { parseAssetKey } from "../../domain/asset.ts";
import { assetState, stateKeys } from "../../domain/ledger/state.ts";
import { compileGlob } from "../../registry/glob.ts";
import type { AssetSummary, ListRequest, Page } from "../app.ts";
import { observe } from "../reconcile/observe.ts";
import { registryNotAdopted } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { keyOfSummary, pageAfter, summarizeAsset } from "./answers.ts";

/** Published assets by key, with the stages in the order of the registry. */
export async function listAssets(
  session: RegistrySession,
  request: ListRequest,
): Promise<Page<AssetSummary>> {
  const { head, state } = await observe(session.mirror, session.cache);
  if (state === undefined) throw registryNotAdopted(session.url);
  const settings = head === undefined ? undefined : await session.reader.settingsAt(head);
  const matches = request.match === undefined ? () => true : compileGlob(request.match);
  const items = stateKeys(state).flatMap((key) => {
    const id = parseAssetKey(key);
    const asset = assetState(state, key);
    if (!id.ok || asset === undefined || !matches(key)) return [];
    if (request.kind !== undefined && id.value.kind !== request.kind) return [];
    return [summarizeAsset(id.value, asset, settings?.stages)];
  });
  return pageAfter(items, keyOfSummary, { limit: request.limit, cursor: request.cursor });
}
