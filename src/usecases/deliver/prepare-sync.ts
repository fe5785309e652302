import type { Finding } from "../../domain/finding.ts";
import { desiredVersions, type DesiredState } from "../../domain/workspace/desired.ts";
import { equalEntries } from "../../domain/workspace/index-document.ts";
import { planWorkspace, type WorkspacePlan } from "../../domain/workspace/plan-workspace.ts";
import { settleIndex } from "../../domain/workspace/settle-index.ts";
import {
  formatVersionKey,
  type VersionId,
  type VersionKey,
} from "../../domain/workspace/version-key.ts";
import { toCairnError } from "../../shared/errors.ts";
import { forEachBounded } from "../../store/bounded.ts";
import { contentBytes } from "./deliver-version.ts";
import { ledgerStale, quotaExceeded, storeShared } from "./errors.ts";
import { readIndex, type ReadIndex } from "./read-index.ts";
import type { FailedDelivery, SyncWorkspaceRequest } from "./sync-types.ts";
import type { VersionContent } from "./version-source.ts";

const descriptionsAtOnce = 8;

/** What was learned about published versions; it stays true, so a second attempt reuses it. */
export interface KnownVersions {
  readonly contents: Map<VersionKey, VersionContent>;
  readonly failures: Map<VersionKey, FailedDelivery>;
}

export interface PreparedSync {
  readonly index: ReadIndex | undefined;
  readonly plan: WorkspacePlan;
  readonly findings: readonly Finding[];
  readonly writesIndex: boolean;
  /** The time that this plan is for. */
  readonly now: string;
}

/** Looks at the store and decides; changes nothing. */
export async function prepareSync(
  request: SyncWorkspaceRequest,
  known: KnownVersions,
): Promise<PreparedSync> {
  const index = await readIndex(request.store, signalOf(request));
  await checkOwnership(request, index);
  const desired = desiredVersions(request);
  const quiet = quietPlans.get(desired);
  if (quiet !== undefined && isStillQuiet(quiet, request, index)) return quiet.prepared;
  const now = request.clock.now().toISOString();
  const { layout, prune } = request.workspace;
  const plan = planWorkspace({
    desired: desired.versions,
    index: index?.document,
    layout,
    prune,
    now,
    allowMassRemoval: request.allowMassRemoval === true,
  });
  await describeAll(request, known, plan.deliver);
  checkQuota(request, plan, known);
  const prepared = {
    index,
    plan,
    findings: desired.findings,
    writesIndex: willWrite(request, plan, known, index),
    now,
  };
  if (isQuiet(prepared)) quietPlans.set(desired, { prepared, layout, prune });
  return prepared;
}

interface QuietPlan extends Pick<SyncWorkspaceRequest["workspace"], "layout" | "prune"> {
  readonly prepared: PreparedSync;
}

/** Plans by which nothing is to be done, now or with time, by what is desired. */
const quietPlans = new WeakMap<DesiredState, QuietPlan>();

/** What is kept or removed depends on the time; what is current does not. */
export function isQuiet({ plan, writesIndex }: PreparedSync): boolean {
  const { deliver, keep, remove, refused } = plan;
  return (
    !writesIndex && refused === undefined && deliver.length + keep.length + remove.length === 0
  );
}

function isStillQuiet(
  { prepared, layout, prune }: QuietPlan,
  { workspace }: SyncWorkspaceRequest,
  index: ReadIndex | undefined,
): boolean {
  return index === prepared.index && workspace.layout === layout && workspace.prune === prune;
}

export function toFailure(id: VersionId, error: unknown): FailedDelivery {
  const { code, message, hint } = toCairnError(error);
  const { asset, version } = id;
  return { asset, version, code, message, ...(hint === undefined ? {} : { hint }) };
}

/** A store has one workspace, and only a newer ledger may change what an older one delivered. */
async function checkOwnership(
  { workspace, state, isAncestor }: SyncWorkspaceRequest,
  index: ReadIndex | undefined,
): Promise<void> {
  if (index === undefined) return;
  const { document } = index;
  if (document.registry !== state.registry || document.workspace !== workspace.name) {
    throw storeShared(
      `${document.registry}/${document.workspace}`,
      `${state.registry}/${workspace.name}`,
    );
  }
  const seen = document.ledger_commit;
  if (seen !== state.head && !(await isAncestor(seen, state.head))) {
    throw ledgerStale(seen, state.head);
  }
}

async function describeAll(
  request: SyncWorkspaceRequest,
  { contents, failures }: KnownVersions,
  ids: readonly VersionId[],
): Promise<void> {
  const missing = ids.filter((id) => !contents.has(formatVersionKey(id)));
  await forEachBounded(missing, descriptionsAtOnce, async ({ asset, version }) => {
    const id = { asset, version };
    const key = formatVersionKey(id);
    if (failures.has(key)) return;
    try {
      contents.set(key, await request.source.describeVersion(id, signalOf(request)));
    } catch (error) {
      request.signal?.throwIfAborted();
      failures.set(key, toFailure(id, error));
    }
  });
}

function checkQuota(
  request: SyncWorkspaceRequest,
  plan: WorkspacePlan,
  known: KnownVersions,
): void {
  const { name, quotaBytes } = request.workspace;
  if (quotaBytes === undefined || plan.deliver.length === 0) return;
  const held = [...plan.current, ...plan.keep].reduce((total, entry) => total + entry.bytes, 0);
  const needed = plan.deliver.reduce((total, version) => {
    const content = known.contents.get(formatVersionKey(version));
    return total + (content === undefined ? 0 : contentBytes(content));
  }, held);
  if (needed > quotaBytes) throw quotaExceeded(name, needed, quotaBytes);
}

function willWrite(
  { workspace }: SyncWorkspaceRequest,
  plan: WorkspacePlan,
  known: KnownVersions,
  index: ReadIndex | undefined,
): boolean {
  if (index === undefined) return true;
  const { document } = index;
  if (document.stage !== workspace.stage || document.region !== workspace.region) return true;
  if (plan.deliver.some((version) => known.contents.has(formatVersionKey(version)))) return true;
  const { layout } = workspace;
  const settled = settleIndex({ plan, delivered: new Map(), layout, now: document.at });
  return !equalEntries(settled, document.assets);
}

function signalOf({ signal }: SyncWorkspaceRequest): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
