import type { AssetKey } from "../domain/asset.ts";
import type { Finding } from "../domain/finding.ts";
import type { MoveKind } from "../domain/promotion/facts.ts";
import type { Digest } from "../shared/digest.ts";

/** What a change would do, once merged with the branch as it is now. */
export interface CheckReport {
  readonly registry: string;
  readonly pullRequest: number | undefined;
  /** The commit that is proposed, and the tip of the branch that it would be merged with. */
  readonly head: string;
  readonly base: string;
  /** `pending`: only time is missing. */
  readonly outcome: "passed" | "failed" | "pending";
  /** One line for lists: `prod: taxi-fare 3 → 4; 2 of 7 gates fail`. */
  readonly summary: string;
  /** Paths that both sides changed; nothing else is known then. */
  readonly conflicts: readonly string[];
  /** On what changed and on what refers to it. */
  readonly findings: readonly Finding[];
  /** Errors and warnings elsewhere, which were there before. */
  readonly otherFindings: number;
  readonly versions: readonly PredictedVersion[];
  readonly moves: readonly MoveReport[];
  readonly policy: PolicyChangeReport | undefined;
  /** What landing would not take, though a merge brings it. */
  readonly refusals: readonly string[];
  /** What a person must look at, because Cairn does not judge it. */
  readonly warnings: readonly string[];
  readonly deliveries: readonly PlannedDelivery[];
  readonly impact: readonly ImpactItem[];
}

/** A version that the change would publish. */
export interface PredictedVersion {
  readonly asset: AssetKey;
  readonly version: string;
  readonly digest: Digest;
  readonly sameAs?: string;
  readonly files: number;
  readonly sizeBytes: number;
}

export interface GateReport {
  readonly gate: string;
  readonly rule?: string;
  readonly outcome: "passed" | "failed" | "waiting";
  readonly reason: string;
  /** ISO 8601 in UTC. */
  readonly until?: string;
}

/** One asset, one stage: to which version, and what its gates say. */
export interface MoveReport {
  readonly asset: AssetKey;
  readonly stage: string;
  readonly move: MoveKind;
  /** Absent for a withdrawal. */
  readonly version: string | undefined;
  readonly runs: string | undefined;
  readonly outcome: "passed" | "failed" | "waiting";
  readonly until: string | undefined;
  readonly gates: readonly GateReport[];
  /** Metrics of the version beside those of what runs, where both have them. */
  readonly metrics: readonly MetricChange[];
}

export interface MetricChange {
  /** `r2 on taxi-holdout`. */
  readonly metric: string;
  readonly from: number;
  readonly to: number;
}

export interface PolicyChangeReport {
  readonly outcome: "passed" | "failed";
  readonly paths: readonly string[];
  readonly reasons: readonly string[];
}

export interface PlannedDelivery {
  readonly workspace: string;
  readonly stage: string;
  readonly region: string;
  readonly asset: AssetKey;
  readonly version: string;
  readonly files: number;
  readonly sizeBytes: number;
}

/** Who uses what changes. */
export interface ImpactItem {
  readonly asset: AssetKey;
  /** Assets, endpoints and jobs, as `components/train`, `endpoints/taxi-fare/blue`, `jobs/train.yml`. */
  readonly usedBy: readonly string[];
  /** Stages that run it, with the version: `prod 3`. */
  readonly runsIn: readonly string[];
}
