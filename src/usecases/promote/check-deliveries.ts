import { foldDrafts, type EventDraft } from "../ledger/draft.ts";
import type { PlannedDelivery } from "../app-promote.ts";
import { planDeliveries } from "../deliver/deliver-workspaces.ts";
import type { RegistrySession } from "../session.ts";
import type { Change } from "./change.ts";

/** What would travel to which workspace because of a change, were it accepted. */
export async function previewDeliveries(
  session: RegistrySession,
  { state, registry }: Change,
  drafts: readonly EventDraft[],
): Promise<readonly PlannedDelivery[]> {
  const moving = drafts.filter(({ type }) => type === "published" || type === "accepted");
  if (moving.length === 0) return [];
  const after = foldDrafts(state, moving, session.clock.now()) ?? state;
  const before = await deliveries(session, { state, registry });
  const known = new Set(before.map(identity));
  return (await deliveries(session, { state: after, registry })).filter(
    (delivery) => !known.has(identity(delivery)),
  );
}

async function deliveries(
  session: RegistrySession,
  { state, registry }: Pick<Change, "state" | "registry">,
): Promise<readonly PlannedDelivery[]> {
  const { done } = await planDeliveries(session, { state, registry, request: {} });
  return done.flatMap((action) => {
    if (action.kind !== "deliver") return [];
    const { kind: _, ...delivery } = action;
    const workspace = registry.workspaces.find(({ name }) => name === delivery.workspace);
    return [{ ...delivery, stage: workspace?.stage ?? "", region: workspace?.region ?? "" }];
  });
}

function identity({ workspace, asset, version }: PlannedDelivery): string {
  return `${workspace} ${asset}@${version}`;
}
