import { formatAssetKey } from "../../domain/asset.ts";
import { CairnError } from "../../shared/errors.ts";
import type { AssetDetail } from "../app.ts";
import { observe } from "../reconcile/observe.ts";
import { registryNotAdopted } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { describeVersion, summarizeAsset } from "./answers.ts";
import { findAsset, selectVersion } from "./find-asset.ts";

/** One asset with all its versions, or with the one that was asked for. */
export async function showAsset(
  session: RegistrySession,
  request: { readonly reference: string },
): Promise<AssetDetail> {
  const { head, state } = await observe(session.mirror, session.cache);
  if (state === undefined) throw registryNotAdopted(session.url);
  const found = findAsset(state, request.reference);
  const versions =
    found.selector.type === "default" ? found.state.versions.toReversed() : [selectVersion(found)];
  const registry = head === undefined ? undefined : await readable(session.reader.registryAt(head));
  const key = formatAssetKey(found.id);
  const manifest = registry?.assets.findLast((asset) => asset.key === key);
  const description = manifest?.document.value["description"];
  return {
    ...summarizeAsset(found.id, found.state, registry?.settings?.stages),
    retired: registry !== undefined && manifest === undefined,
    description: typeof description === "string" ? description : undefined,
    owner: manifest?.metadata?.owner,
    versions: versions.map((version) => describeVersion(found.state, version)),
  };
}

/** The ledger answers even when today's tree cannot be read. */
async function readable<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof CairnError) return undefined;
    throw error;
  }
}
