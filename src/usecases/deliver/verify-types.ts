import type { LedgerState } from "../../domain/ledger/state.ts";
import type { Store } from "../../store/store.ts";
import type { RepairOptions } from "./repair-version.ts";
import type { SyncProgress } from "./sync-types.ts";

export interface VerifyWorkspaceRequest {
  readonly store: Store;
  /** When given, the index is held against it too. */
  readonly state?: LedgerState;
  /** When given, what is missing or changed is delivered again. */
  readonly repair?: RepairOptions;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SyncProgress) => void;
}

/** `unreadable`: it could not be looked at, so nothing is known about it. */
export type ProblemKind = "missing" | "changed" | "extra" | "unreadable";

export interface VerifyProblem {
  readonly problem: ProblemKind;
  readonly key: string;
  readonly message: string;
  readonly repaired: boolean;
}

export interface VerifyWorkspaceResult {
  readonly versions: number;
  readonly files: number;
  readonly sizeBytes: number;
  readonly problems: readonly VerifyProblem[];
}
