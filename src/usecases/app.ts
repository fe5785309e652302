import type { AssetKey, AssetKind } from "../domain/asset.ts";
import type { Finding } from "../domain/finding.ts";
import type { IncidentKind } from "../domain/ledger/event.ts";
import type { Digest } from "../shared/digest.ts";
import type {
  AssetDetail,
  AssetSummary,
  DiffReport,
  HistoryItem,
  ListRequest,
  PullReport,
  PullRequest,
  RenderReport,
  RenderRequest,
  ResolvedReference,
  StageItem,
  WhichRequest,
} from "./app-consume.ts";

import type { PromoteApp } from "./app-promote.ts";
import type { ValidateReport, ValidateRequest } from "./app-validate.ts";
import type { InitReport, InitRequest } from "./app-init.ts";
import type { ApplyRequest } from "./run-options.ts";
import type { ChangeReport, ChangeRequest } from "./validate-change.ts";

export type * from "./app-consume.ts";
export type * from "./app-init.ts";
export type * from "./app-promote.ts";
export type * from "./app-validate.ts";
export type * from "./run-options.ts";

/**
 * Everything that Cairn can do, as the edges (command line, HTTP, controller) call it. Requests
 * and answers are plain data; an answer is exactly what `--json` prints and the API returns.
 */
export interface App extends PromoteApp {
  validate(request: ValidateRequest): Promise<ValidateReport>;
  validateChange(request: ChangeRequest): Promise<ChangeReport>;
  init(request: InitRequest): Promise<InitReport>;
  adopt(request: AdoptRequest): Promise<ApplyReport>;
  plan(): Promise<PlanReport>;
  apply(request?: ApplyRequest): Promise<ApplyReport>;
  sync(request?: SyncRequest): Promise<SyncReport>;
  status(): Promise<StatusReport>;
  verify(request: VerifyRequest): Promise<VerifyReport>;
  pull(request: PullRequest): Promise<PullReport>;
  resolve(request: {
    readonly reference: string;
    readonly kind?: AssetKind;
  }): Promise<ResolvedReference>;
  render(request: RenderRequest): Promise<RenderReport>;
  list(request: ListRequest): Promise<Page<AssetSummary>>;
  show(request: { readonly reference: string }): Promise<AssetDetail>;
  history(request: {
    readonly asset?: string;
    readonly limit: number;
    readonly cursor?: string;
  }): Promise<Page<HistoryItem>>;
  which(request: WhichRequest): Promise<Page<StageItem>>;
  diff(request: { readonly from: string; readonly to: string }): Promise<DiffReport>;
  incidents(): Promise<Page<IncidentItem>>;
  resolveIncident(request: ResolveIncidentRequest): Promise<IncidentItem>;
  doctor(): Promise<DoctorReport>;
  collectGarbage(request: {
    readonly dryRun: boolean;
    readonly workspaces: readonly string[];
  }): Promise<GarbageReport>;
  /** Ends children, releases locks. */
  close(): Promise<void>;
}

/** A part of a long list; `next` is the cursor of the rest. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

export interface AdoptRequest {
  /** Also record the versions that the stage files name as what each stage runs now. */
  readonly withStages: boolean;
}

/** One step that `apply` would take; `kind` says which. Texts are for people, fields for programs. */
export type PlannedAction =
  | {
      readonly kind: "publish";
      readonly asset: AssetKey;
      readonly version: string;
      readonly digest: Digest;
      readonly sameAs?: string;
      readonly stages: readonly string[];
      readonly commit: string;
      readonly tag: string;
    }
  | {
      readonly kind: "accept" | "roll-back" | "withdraw";
      readonly asset: AssetKey;
      readonly stage: string;
      readonly version: string;
    }
  | {
      readonly kind: "wait" | "block";
      readonly asset: AssetKey;
      readonly stage: string;
      /** Absent for a withdrawal. */
      readonly version?: string;
      readonly reasons: readonly string[];
    }
  | { readonly kind: "accept-policy"; readonly commit: string }
  | {
      readonly kind: "open-pull-request" | "merge-pull-request";
      readonly number: number;
      readonly title: string;
    }
  | {
      readonly kind: "deprecate" | "end-deprecation";
      readonly asset: AssetKey;
      readonly version: string;
    }
  | { readonly kind: "record-incident"; readonly incident: IncidentKind; readonly message: string }
  | { readonly kind: "resolve-incident"; readonly id: string; readonly how: string }
  | {
      readonly kind: "deliver";
      readonly workspace: string;
      readonly asset: AssetKey;
      readonly version: string;
      readonly files: number;
      readonly sizeBytes: number;
    }
  | {
      readonly kind: "remove";
      readonly workspace: string;
      readonly asset: AssetKey;
      readonly version: string;
    }
  | { readonly kind: "write-index"; readonly workspace: string };

export interface PlanReport {
  readonly registry: string;
  readonly head: string | undefined;
  readonly actions: readonly PlannedAction[];
  /** What keeps something from being done, at its line. */
  readonly findings: readonly Finding[];
  /** Stage files that ask for another version than the stage runs; their gates decide. */
  readonly pending: readonly PendingPromotion[];
  readonly conditions: readonly Condition[];
}

export interface PendingPromotion {
  readonly asset: AssetKey;
  readonly stage: string;
  readonly runs: string | undefined;
  /** Absent: the stage file is gone, and its withdrawal is not decided. */
  readonly wanted: string | undefined;
  readonly outcome: "waiting" | "blocked" | "undecided";
  readonly until: string | undefined;
  readonly reason: string;
}

export interface ApplyReport extends PlanReport {
  /** What was done, in order; equal to `actions` when nothing failed. */
  readonly done: readonly PlannedAction[];
  readonly workspaces: readonly WorkspaceOutcome[];
  /**
   * One run takes on only so much: there is more to do at once, and no change of the world will say
   * so. Whoever runs Cairn for good calls again.
   */
  readonly again?: boolean;
}

export interface WorkspaceOutcome {
  readonly workspace: string;
  readonly outcome: "synced" | "unchanged" | "failed";
  readonly delivered: number;
  readonly removed: number;
  readonly sizeBytes: number;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

/** Flux's words: `Ready`, `Reconciling`, `Stalled`, `Degraded`. */
export interface Condition {
  readonly type: "Ready" | "Reconciling" | "Stalled" | "Degraded";
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

export interface SyncRequest extends ApplyRequest {
  /** Globs over workspace names; empty means all. */
  readonly workspaces?: readonly string[];
  /** Let the sync empty or nearly empty a workspace. */
  readonly allowMassRemoval?: boolean;
}

export interface SyncReport {
  readonly registry: string;
  readonly workspaces: readonly WorkspaceOutcome[];
}

export interface StatusReport {
  readonly registry: string;
  readonly url: string;
  readonly branch: string;
  readonly head: string | undefined;
  readonly processed: string | undefined;
  readonly ledger: string | undefined;
  readonly adopted: boolean;
  readonly assets: number;
  readonly versions: number;
  readonly openIncidents: number;
  readonly workspaces: readonly WorkspaceStatus[];
  /** Stage files that ask for another version than the stage runs. */
  readonly pending: readonly PendingPromotion[];
  readonly conditions: readonly Condition[];
  readonly findings: readonly Finding[];
}

export interface WorkspaceStatus {
  readonly workspace: string;
  readonly stage: string;
  readonly region: string;
  readonly store: string;
  readonly versions: number;
  readonly sizeBytes: number;
  /** Versions that should be there and are not yet. */
  readonly missing: number;
  readonly syncedAt: string | undefined;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

export interface VerifyRequest extends ApplyRequest {
  readonly workspaces: readonly string[];
  /** Deliver again what is damaged or missing. */
  readonly repair: boolean;
}

export interface VerifyReport {
  readonly workspaces: readonly {
    readonly workspace: string;
    readonly versions: number;
    readonly files: number;
    readonly sizeBytes: number;
    readonly problems: readonly {
      readonly problem: "missing" | "changed" | "extra" | "unreadable";
      readonly key: string;
      readonly message: string;
      readonly repaired: boolean;
    }[];
  }[];
}

export interface IncidentItem {
  readonly id: string;
  readonly kind: IncidentKind;
  readonly at: string;
  readonly message: string;
  readonly resolved: { readonly at: string; readonly how: string; readonly by: string } | undefined;
}

export interface ResolveIncidentRequest {
  readonly id: string;
  /** Put the tag back as the ledger has it, or leave things as they are. */
  readonly how: "restore" | "acknowledge";
  readonly by: string;
  readonly reason?: string;
}

export interface DoctorReport {
  readonly checks: readonly {
    readonly check: string;
    readonly outcome: "ok" | "warning" | "failed";
    readonly message: string;
    readonly hint?: string;
  }[];
}

export interface GarbageReport {
  readonly dryRun: boolean;
  readonly workspaces: readonly {
    readonly workspace: string;
    readonly removed: number;
    readonly sizeBytes: number;
    readonly keys: readonly string[];
  }[];
}
