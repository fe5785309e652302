import type { Finding } from "../../domain/finding.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import type { Registry, StoreSettings, Workspace } from "../../domain/registry.ts";
import { toCairnError } from "../../shared/errors.ts";
import type { Store } from "../../store/store.ts";
import type { PlannedAction, ProgressListener, SyncRequest, WorkspaceOutcome } from "../app.ts";
import { isKnownAncestor } from "../ledger/ancestry.ts";
import type { RegistrySession } from "../session.ts";
import { CommitVersionSource } from "./commit-version-source.ts";
import type {
  FailedDelivery,
  SyncWorkspaceRequest,
  SyncWorkspaceResult,
  WorkspacePlanReport,
} from "./sync-types.ts";
import { planWorkspaceSync, syncWorkspace } from "./sync-workspace.ts";

export interface DeliveryInput {
  readonly state: LedgerState;
  /** The registry at the head: its workspaces are the ones that count. */
  readonly registry: Registry;
  readonly request: SyncRequest;
  /** Whether a workspace takes part; all do when absent. */
  readonly selects?: (workspace: string) => boolean;
}

export interface Deliveries {
  readonly outcomes: readonly WorkspaceOutcome[];
  readonly done: readonly PlannedAction[];
  readonly findings: readonly Finding[];
}

/** Brings every workspace up to date; a store that is down delays its own workspace and no other. */
export async function deliverWorkspaces(
  session: RegistrySession,
  input: DeliveryInput,
): Promise<Deliveries> {
  const outcomes: WorkspaceOutcome[] = [];
  const done: PlannedAction[] = [];
  const findings: Finding[] = [];
  for (const workspace of takingPart(input)) {
    input.request.signal?.throwIfAborted();
    try {
      const result = await syncWorkspace(await syncRequest(session, input, workspace));
      outcomes.push(outcomeOf(workspace.name, result));
      done.push(...resultActions(workspace.name, { ...result, deliver: result.delivered }));
      findings.push(...result.findings, ...refusalFindings(workspace, result));
    } catch (error) {
      input.request.signal?.throwIfAborted();
      const { code, message, hint } = toCairnError(error);
      session.log.error({ workspace: workspace.name, code, error }, message);
      outcomes.push(
        failedOutcome(workspace.name, { code, message, ...(hint === undefined ? {} : { hint }) }),
      );
    }
  }
  return { outcomes, done, findings };
}

/** The same, as a plan: nothing is written. A store that does not answer is a finding. */
export async function planDeliveries(
  session: RegistrySession,
  input: DeliveryInput,
): Promise<Pick<Deliveries, "done" | "findings">> {
  const done: PlannedAction[] = [];
  const findings: Finding[] = [];
  for (const workspace of takingPart(input)) {
    try {
      const report = await planWorkspaceSync(await syncRequest(session, input, workspace));
      done.push(...resultActions(workspace.name, report));
      findings.push(...report.findings, ...refusalFindings(workspace, report));
      findings.push(...report.failed.map((failed) => failureFinding(workspace, failed)));
    } catch (error) {
      findings.push(failureFinding(workspace, toCairnError(error)));
    }
  }
  return { done, findings };
}

function takingPart({ registry, selects }: DeliveryInput): readonly Workspace[] {
  return registry.workspaces.filter(({ name, isBroken }) => !isBroken && (selects?.(name) ?? true));
}

/** Everything `syncWorkspace` needs to know about one workspace. */
export async function syncRequest(
  session: RegistrySession,
  { state, registry, request }: DeliveryInput,
  workspace: Workspace,
): Promise<SyncWorkspaceRequest> {
  const store = await session.openStore(workspace.store);
  const replica = await openReplica(session, registry, workspace);
  const { signal, onProgress, allowMassRemoval } = request;
  return {
    workspace,
    registry,
    state,
    store,
    ...(replica === undefined ? {} : { replica }),
    source: new CommitVersionSource(session.reader, state),
    isAncestor: (ancestor, descendant) => isKnownAncestor(session.mirror, ancestor, descendant),
    clock: session.clock,
    ...(allowMassRemoval === undefined ? {} : { allowMassRemoval }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress: named(onProgress, workspace.name) }),
  };
}

/** The artifact store of the workspace's region, so that bytes travel to a region once. */
async function openReplica(
  session: RegistrySession,
  registry: Registry,
  workspace: Workspace,
): Promise<Store | undefined> {
  const settings: StoreSettings | undefined = registry.settings?.replicas.find(
    ({ location }) => location === workspace.region,
  )?.store;
  return settings === undefined ? undefined : session.openStore(settings);
}

function named(
  onProgress: ProgressListener,
  workspace: string,
): NonNullable<SyncWorkspaceRequest["onProgress"]> {
  return (progress) => onProgress({ step: `deliver ${workspace}`, ...progress });
}

function resultActions(
  workspace: string,
  { deliver, remove, writesIndex }: Pick<WorkspacePlanReport, "deliver" | "remove" | "writesIndex">,
): readonly PlannedAction[] {
  return [
    ...deliver.map((version) => ({ kind: "deliver", workspace, ...version }) as const),
    ...remove.map(({ asset, version }) => ({ kind: "remove", workspace, asset, version }) as const),
    ...(writesIndex ? [{ kind: "write-index", workspace } as const] : []),
  ];
}

function outcomeOf(workspace: string, result: SyncWorkspaceResult): WorkspaceOutcome {
  const [failed] = result.failed;
  const counts = {
    delivered: result.delivered.length,
    removed: result.remove.length,
    sizeBytes: result.delivered.reduce((total, { sizeBytes }) => total + sizeBytes, 0),
  };
  if (failed === undefined) return { workspace, outcome: result.outcome, ...counts };
  const message = `${failed.asset}@${failed.version}: ${failed.message}`;
  const { code, hint } = failed;
  return {
    workspace,
    outcome: "failed",
    ...counts,
    error: { code, message, ...(hint === undefined ? {} : { hint }) },
  };
}

function failedOutcome(
  workspace: string,
  error: NonNullable<WorkspaceOutcome["error"]>,
): WorkspaceOutcome {
  return { workspace, outcome: "failed", delivered: 0, removed: 0, sizeBytes: 0, error };
}

function refusalFindings(
  workspace: Workspace,
  { refused }: Pick<WorkspacePlanReport, "refused">,
): readonly Finding[] {
  if (refused === undefined) return [];
  const at = workspace.document.placeOf(["assets"]);
  return [{ rule: "mass-removal", severity: "error", message: refused.message, ...at }];
}

function failureFinding(
  workspace: Workspace,
  { message }: Pick<FailedDelivery, "message">,
): Finding {
  return {
    rule: "delivery-failed",
    severity: "error",
    message: `The workspace ${workspace.name} cannot be brought up to date: ${message}`,
    ...workspace.document.placeOf(["store"]),
  };
}
