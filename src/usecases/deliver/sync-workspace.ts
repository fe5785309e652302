import type { DesiredVersion } from "../../domain/workspace/desired.ts";
import { entryId, formatIndex, indexFormat } from "../../domain/workspace/index-document.ts";
import type { IndexDocument } from "../../domain/workspace/index-document.ts";
import { archivedIndexKey, indexKey } from "../../domain/workspace/layout.ts";
import {
  nextIndex,
  settleIndex,
  type DeliveredVersion,
} from "../../domain/workspace/settle-index.ts";
import { formatVersionKey, type VersionKey } from "../../domain/workspace/version-key.ts";
import { hasCode } from "../../shared/errors.ts";
import { forEachBounded } from "../../store/bounded.ts";
import { toContent } from "../../store/store.ts";
import {
  contentBytes,
  contentFiles,
  deliverVersion,
  type DeliveryTarget,
} from "./deliver-version.ts";
import { syncContended } from "./errors.ts";
import {
  isQuiet,
  prepareSync,
  toFailure,
  type KnownVersions,
  type PreparedSync,
} from "./prepare-sync.ts";
import type {
  FailedDelivery,
  PlannedDelivery,
  SyncWorkspaceRequest,
  SyncWorkspaceResult,
  WorkspacePlanReport,
} from "./sync-types.ts";

const versionsAtOnce = 4;
const attempts = 5;

/** What `syncWorkspace` would do. */
export async function planWorkspaceSync(
  request: SyncWorkspaceRequest,
): Promise<WorkspacePlanReport> {
  const known = { contents: new Map(), failures: new Map() };
  return toReport(request, await prepareSync(request, known), known);
}

/**
 * Makes a workspace's store what the ledger says: files, manifests, the archived index and last
 * index.json, so that a reader who starts there never sees half a version. Nothing is ever
 * overwritten or deleted; repeated after a kill it goes on where it stopped. Rejects with
 * `DELIVER_LEDGER_STALE`, `DELIVER_STORE_SHARED`, `DELIVER_QUOTA_EXCEEDED`, `DELIVER_INDEX_INVALID`,
 * `DELIVER_CONTENDED` or what the store says; what fails for one asset is in `failed`.
 */
export async function syncWorkspace(request: SyncWorkspaceRequest): Promise<SyncWorkspaceResult> {
  const known: KnownVersions = { contents: new Map(), failures: new Map() };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await syncOnce(request, known);
    } catch (error) {
      if (!hasCode(error, "STORE_PRECONDITION_FAILED")) throw error;
      if (attempt >= attempts) throw syncContended(request.workspace.name, error);
    }
  }
}

async function syncOnce(
  request: SyncWorkspaceRequest,
  known: KnownVersions,
): Promise<SyncWorkspaceResult> {
  const prepared = await prepareSync(request, known);
  if (isQuiet(prepared)) return unchanged(request, prepared, known);
  const { delivered, failed } = await deliverAll(request, prepared, known);
  request.signal?.throwIfAborted();
  const { plan, index, now } = prepared;
  const { layout } = request.workspace;
  const assets = settleIndex({ plan, delivered, layout, now });
  const next = nextIndex(index?.document, toDocument(request, assets, now), index?.digest);
  if (next !== undefined) await writeIndex(request, next, index?.version);
  const report = toReport(request, prepared, known);
  const remaining = new Set(assets.map((entry) => formatVersionKey(entryId(entry))));
  return {
    ...report,
    outcome: next === undefined ? "unchanged" : "synced",
    remove: report.remove.filter((id) => !remaining.has(formatVersionKey(id))),
    failed: [...report.failed, ...failed],
    delivered: report.deliver.filter((id) => delivered.has(formatVersionKey(id))),
    writesIndex: next !== undefined,
    sizeBytes: assets.reduce((total, entry) => total + entry.bytes, 0),
  };
}

function unchanged(
  request: SyncWorkspaceRequest,
  prepared: PreparedSync,
  known: KnownVersions,
): SyncWorkspaceResult {
  const sizeBytes = prepared.plan.current.reduce((total, { bytes }) => total + bytes, 0);
  return { ...toReport(request, prepared, known), outcome: "unchanged", delivered: [], sizeBytes };
}

interface Deliveries {
  readonly delivered: ReadonlyMap<VersionKey, DeliveredVersion>;
  readonly failed: readonly FailedDelivery[];
}

async function deliverAll(
  request: SyncWorkspaceRequest,
  { plan }: PreparedSync,
  known: KnownVersions,
): Promise<Deliveries> {
  const delivered = new Map<VersionKey, DeliveredVersion>();
  const failed: FailedDelivery[] = [];
  const target = toTarget(request, plan.deliver, known);
  await forEachBounded(plan.deliver, versionsAtOnce, async (version) => {
    const key = formatVersionKey(version);
    const content = known.contents.get(key);
    if (content === undefined) return;
    try {
      delivered.set(key, await deliverVersion(target, version, content));
    } catch (error) {
      request.signal?.throwIfAborted();
      failed.push(toFailure(version, error));
    }
  });
  return { delivered, failed };
}

function toTarget(
  request: SyncWorkspaceRequest,
  versions: readonly DesiredVersion[],
  known: KnownVersions,
): DeliveryTarget {
  const planned = toDeliveries(versions, known);
  const total = planned.reduce((sum, { files }) => sum + files, 0);
  const totalBytes = planned.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let done = 0;
  let doneBytes = 0;
  return {
    store: request.store,
    replica: request.replica,
    layout: request.workspace.layout,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    onFile(sizeBytes) {
      done += 1;
      doneBytes += sizeBytes;
      request.onProgress?.({ done, total, doneBytes, totalBytes });
    },
  };
}

function toDocument(
  { workspace, state }: SyncWorkspaceRequest,
  assets: IndexDocument["assets"],
  now: string,
): Omit<IndexDocument, "previous"> {
  return {
    format: indexFormat,
    registry: state.registry,
    workspace: workspace.name,
    stage: workspace.stage,
    region: workspace.region,
    ledger_commit: state.head,
    at: now,
    assets,
  };
}

/** The archived copy first: index.json never says what the history does not know. */
async function writeIndex(
  { store }: SyncWorkspaceRequest,
  document: IndexDocument,
  expected: string | undefined,
): Promise<void> {
  const content = toContent(Buffer.from(formatIndex(document)));
  await store.publish(archivedIndexKey(content.sha256), content);
  await store.swap(indexKey, Buffer.from(formatIndex(document)), expected);
}

function toReport(
  request: SyncWorkspaceRequest,
  { plan, findings, writesIndex }: PreparedSync,
  known: KnownVersions,
): WorkspacePlanReport {
  return {
    workspace: request.workspace.name,
    deliver: toDeliveries(plan.deliver, known),
    keep: plan.keep.map(entryId),
    remove: plan.remove.map(entryId),
    ...(plan.refused === undefined ? {} : { refused: plan.refused }),
    findings,
    failed: [...known.failures.values()],
    writesIndex,
  };
}

function toDeliveries(
  versions: readonly DesiredVersion[],
  { contents }: KnownVersions,
): readonly PlannedDelivery[] {
  return versions.flatMap(({ asset, version }) => {
    const content = contents.get(formatVersionKey({ asset, version }));
    if (content === undefined) return [];
    return [{ asset, version, files: contentFiles(content), sizeBytes: contentBytes(content) }];
  });
}
