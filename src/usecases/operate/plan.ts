import { openIncidents } from "../../domain/plan/incidents.ts";
import type { PlanReport } from "../app.ts";
import { planDeliveries } from "../deliver/deliver-workspaces.ts";
import { foldDrafts } from "../ledger/draft.ts";
import { draftActions } from "../reconcile/actions.ts";
import { conditionsOf } from "../reconcile/conditions.ts";
import { deriveLedgerPlan } from "../reconcile/derive.ts";
import { observe } from "../reconcile/observe.ts";
import { registryNotAdopted } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";

/** What `apply` would do, in its order. Reads the remote and the stores, writes nothing. */
export async function plan(session: RegistrySession): Promise<PlanReport> {
  const observation = await observe(session.mirror, session.cache);
  const { state, head } = observation;
  if (state === undefined) throw registryNotAdopted(session.url);
  const ledgerPlan = await deriveLedgerPlan(session, observation);
  const { registry, drafts, stalled, pending } = ledgerPlan;
  const after = foldDrafts(state, drafts, session.clock.now()) ?? state;
  const deliveries =
    registry === undefined
      ? { done: [], findings: [] }
      : await planDeliveries(session, { state: after, registry, request: {} });
  const findings = [...ledgerPlan.findings, ...deliveries.findings];
  return {
    registry: state.registry,
    head,
    actions: [...draftActions(drafts), ...deliveries.done],
    findings,
    pending,
    conditions: conditionsOf({
      stalled,
      findings,
      openIncidents: openIncidents(after).length,
      workspaces: [],
      pending,
    }),
  };
}
