import type { AssetKind } from "../../domain/asset.ts";
import type { ResolvedReference } from "../app.ts";
import { requireState } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { resolvedReference } from "./answers.ts";
import { findAsset, selectVersion } from "./find-asset.ts";

/** The exact version that a name with a label stands for now. */
export async function resolveReference(
  session: RegistrySession,
  request: { readonly reference: string; readonly kind?: AssetKind },
): Promise<ResolvedReference> {
  const state = await requireState(session);
  const found = findAsset(state, request.reference, request.kind);
  return resolvedReference(state.registry, found.id, selectVersion(found));
}
