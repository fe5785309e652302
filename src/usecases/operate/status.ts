import { branchOfRef } from "../../domain/branch-of-ref.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import { openIncidents } from "../../domain/plan/incidents.ts";
import type { Registry, Workspace } from "../../domain/registry.ts";
import { toCairnError } from "../../shared/errors.ts";
import type { StatusReport, WorkspaceStatus } from "../app.ts";
import { syncRequest } from "../deliver/deliver-workspaces.ts";
import { readIndex } from "../deliver/read-index.ts";
import { planWorkspaceSync } from "../deliver/sync-workspace.ts";
import { conditionsOf } from "../reconcile/conditions.ts";
import { deriveLedgerPlan } from "../reconcile/derive.ts";
import { observe } from "../reconcile/observe.ts";
import type { RegistrySession } from "../session.ts";

/** How the registry is: where branch and ledger stand, what each workspace has and lacks. */
export async function status(session: RegistrySession): Promise<StatusReport> {
  const observation = await observe(session.mirror, session.cache);
  const { head, ledger, state } = observation;
  const plan = await deriveLedgerPlan(session, observation);
  const workspaces =
    state === undefined || plan.registry === undefined
      ? []
      : await workspaceStatuses(session, state, plan.registry);
  const incidents = state === undefined ? 0 : openIncidents(state).length;
  const assets = Object.values(state?.assets ?? {});
  return {
    registry: state?.registry ?? "",
    url: session.url,
    branch: branchOfRef(session.mirror.branch),
    head,
    processed: state?.processed,
    ledger,
    adopted: state !== undefined,
    assets: assets.length,
    versions: assets.reduce((total, asset) => total + asset.versions.length, 0),
    openIncidents: incidents,
    workspaces,
    pending: plan.pending,
    conditions: conditionsOf({
      stalled: plan.stalled,
      findings: plan.findings,
      openIncidents: incidents,
      pending: plan.pending,
      workspaces: workspaces.map(({ workspace, error, missing }) => ({
        workspace,
        outcome: error !== undefined ? "failed" : missing > 0 ? "behind" : "unchanged",
      })),
    }),
    findings: plan.findings,
  };
}

async function workspaceStatuses(
  session: RegistrySession,
  state: LedgerState,
  registry: Registry,
): Promise<readonly WorkspaceStatus[]> {
  const statuses: WorkspaceStatus[] = [];
  for (const workspace of registry.workspaces) {
    statuses.push(await workspaceStatus(session, state, registry, workspace));
  }
  return statuses;
}

async function workspaceStatus(
  session: RegistrySession,
  state: LedgerState,
  registry: Registry,
  workspace: Workspace,
): Promise<WorkspaceStatus> {
  const { name, stage, region } = workspace;
  const nothing = { versions: 0, sizeBytes: 0, missing: 0, syncedAt: undefined };
  const identity = { workspace: name, stage, region, store: describeStore(workspace) };
  try {
    const request = await syncRequest(session, { state, registry, request: {} }, workspace);
    const index = await readIndex(request.store);
    const { deliver, failed } = await planWorkspaceSync(request);
    const assets = index?.document.assets ?? [];
    return {
      ...identity,
      versions: assets.length,
      sizeBytes: assets.reduce((total, { bytes }) => total + bytes, 0),
      missing: deliver.length + failed.length,
      syncedAt: index?.document.at,
    };
  } catch (error) {
    const { code, message, hint } = toCairnError(error);
    return {
      ...identity,
      ...nothing,
      error: { code, message, ...(hint === undefined ? {} : { hint }) },
    };
  }
}

function describeStore({ store }: Workspace): string {
  return store.driver === "file" ? `file:${store.root}` : store.driver;
}
