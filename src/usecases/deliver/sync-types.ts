import type { Finding } from "../../domain/finding.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import type { Registry, Workspace } from "../../domain/registry.ts";
import type { RefusedRemoval } from "../../domain/workspace/plan-workspace.ts";
import type { VersionId } from "../../domain/workspace/version-key.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Store } from "../../store/store.ts";
import type { VersionSource } from "./version-source.ts";

export interface SyncWorkspaceRequest {
  readonly workspace: Workspace;
  readonly registry: Registry;
  readonly state: LedgerState;
  readonly store: Store;
  /** The artifact store of the workspace's region. */
  readonly replica?: Store;
  readonly source: VersionSource;
  /** Whether a commit of the ledger comes before another one. */
  readonly isAncestor: (ancestor: string, descendant: string) => Promise<boolean>;
  readonly clock: Clock;
  /** The operator's word that a workspace may be emptied or nearly emptied. */
  readonly allowMassRemoval?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SyncProgress) => void;
}

/** Counts files, not versions. */
export interface SyncProgress {
  readonly done: number;
  readonly total: number;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface PlannedDelivery extends VersionId {
  readonly files: number;
  readonly sizeBytes: number;
}

export interface FailedDelivery extends VersionId {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export interface WorkspacePlanReport {
  readonly workspace: string;
  readonly deliver: readonly PlannedDelivery[];
  /** Not asked for any more, in their grace time. */
  readonly keep: readonly VersionId[];
  readonly remove: readonly VersionId[];
  readonly refused?: RefusedRemoval;
  readonly findings: readonly Finding[];
  /** One asset's failure never stops the others. */
  readonly failed: readonly FailedDelivery[];
  readonly writesIndex: boolean;
}

export interface SyncWorkspaceResult extends WorkspacePlanReport {
  readonly outcome: "synced" | "unchanged";
  readonly delivered: readonly PlannedDelivery[];
  /** What the workspace holds now, in bytes. */
  readonly sizeBytes: number;
}
