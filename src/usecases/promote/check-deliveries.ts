import { foldDrafts, type EventDraft } from "../ledger/draft.ts";
import type { PlannedDelivery } from "../app-promote.ts";
import { planDeliveries } from "../deliver/deliver-workspaces.ts";
import type { RegistrySession } from "../session.ts";
import type { Change } from "./change.ts";
import type { StorePatience } from "./store-patience.ts";

/**
 * What would travel to which workspace because of a change, were it accepted. Stores are asked as
 * long as there is patience: then nobody knows, which is no reason to have no answer.
 */
export async function previewDeliveries(
  session: RegistrySession,
  change: Change,
  { drafts, patience }: DeliveryQuestion,
): Promise<readonly PlannedDelivery[]> {
  const moving = drafts.filter(({ type }) => type === "published" || type === "accepted");
  if (moving.length === 0) return [];
  if (patience === undefined) return newDeliveries(session, change, { moving });
  const signal = patience.signal();
  if (signal.aborted) return [];
  const known = await untilAborted(newDeliveries(session, change, { moving, signal }), signal);
  if (signal.aborted) patience.lose();
  return known;
}

interface DeliveryQuestion {
  readonly drafts: readonly EventDraft[];
  readonly patience: Pick<StorePatience, "signal" | "lose"> | undefined;
}

interface Moving {
  readonly moving: readonly EventDraft[];
  readonly signal?: AbortSignal;
}

async function newDeliveries(
  session: RegistrySession,
  { state, registry }: Change,
  { moving, ...asking }: Moving,
): Promise<readonly PlannedDelivery[]> {
  const after = foldDrafts(state, moving, session.clock.now()) ?? state;
  const before = await deliveries(session, { state, registry }, asking);
  const known = new Set(before.map(identity));
  return (await deliveries(session, { state: after, registry }, asking)).filter(
    (delivery) => !known.has(identity(delivery)),
  );
}

/** A store that does not answer may not hear the signal either. */
async function untilAborted<Item>(
  work: Promise<readonly Item[]>,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve([]);
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) giveUp();
    work
      .then(resolve, (error: unknown) => (signal.aborted ? giveUp() : reject(error)))
      .finally(() => signal.removeEventListener("abort", giveUp));
  });
}

async function deliveries(
  session: RegistrySession,
  { state, registry }: Pick<Change, "state" | "registry">,
  asking: { readonly signal?: AbortSignal },
): Promise<readonly PlannedDelivery[]> {
  const { done } = await planDeliveries(session, { state, registry, request: asking });
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
