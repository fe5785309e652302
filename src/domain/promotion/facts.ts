import type { JsonObject } from "../../shared/json.ts";
import type { AssetKey } from "../asset.ts";
import type { EmptyTeam } from "./teams.ts";

/**
 * What a move is: to a version that the stage did not accept before, back to one that it did, or
 * to none at all.
 */
export type MoveKind = "promotion" | "rollback" | "withdrawal";

/**
 * Everything that gates may look at, as one snapshot: plain data, so that a decision can be
 * repeated, explained and tested. What is unknown is absent, and gates fail on it.
 */
export interface PromotionFacts {
  readonly asset: AssetKey;
  readonly stage: string;
  readonly move: MoveKind;
  /** The version that is to run; for a withdrawal the one that runs. */
  readonly version: string;
  /** What the stage runs now. */
  readonly runs: string | undefined;
  /** All stages, from the first to production. */
  readonly stages: readonly string[];
  /** Cairn's clock, ISO 8601 in UTC. */
  readonly now: string;
  /** Set when the clock cannot be believed: gates about time then wait. */
  readonly clockProblem: string | undefined;
  /** When the asset's versions ran, by stage, oldest first. */
  readonly history: Readonly<Record<string, readonly Stay[]>>;
  /** The metadata file of the version; absent when there is none. */
  readonly metadata: JsonObject | undefined;
  /** Evaluations of the version that is to run. */
  readonly evaluations: readonly Evaluation[];
  /** Evaluations that the version which runs now was accepted with. */
  readonly runsEvaluations: readonly Evaluation[];
  readonly dependencies: readonly Dependency[];
  readonly approvals: readonly Approval[];
  /** Of the pull request. */
  readonly labels: readonly string[];
  /** What others say of the pull request's head; absent where no host tells. */
  readonly checks: readonly HeadCheck[] | undefined;
  /** Teams that give roles to nobody: approvals may be missing for that. */
  readonly emptyTeams: readonly EmptyTeam[];
}

/** A commit status or check run, by its name on the host: `ci/eval`. */
export interface HeadCheck {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "pending";
}

/** A version ran in a stage; `until` is absent while it does. ISO 8601. */
export interface Stay {
  readonly version: string;
  readonly since: string;
  readonly until?: string;
}

/** One evaluation of the metadata file (`evaluations`). */
export interface Evaluation {
  readonly data: string;
  readonly split?: string;
  readonly metrics: Readonly<Record<string, number>>;
  /** Why its metrics cannot be read: the file is missing, or no metric file. */
  readonly problem?: string;
}

/** A version of this registry that the promoted one refers to. */
export interface Dependency {
  readonly asset: AssetKey;
  readonly version: string;
  /** Stages that accepted exactly this version, and did not withdraw it. */
  readonly acceptedIn: readonly string[];
  /** The same pull request brings it to the same stage. */
  readonly isAlongside: boolean;
}

/** The newest word of one reviewer. */
export interface Approval {
  /** Id in the access policy; the account as text when the policy does not know it. */
  readonly person: string;
  readonly verdict: "approved" | "changes-requested";
  readonly roles: readonly string[];
  /** Whether a role of this person may approve this asset. */
  readonly mayApprove: boolean;
  /** Whether a role of this person may override gates for this asset. */
  readonly mayOverride: boolean;
  /** Requester, author of a commit, or last pusher. */
  readonly isAuthor: boolean;
  /** The author's own wish, without a review: counts only where a policy says `author: allowed`. */
  readonly isImplied: boolean;
  readonly at: string;
  /** The commit that was looked at. */
  readonly commit: string | undefined;
  /** Why it does not count, as `bo approved another state: the stage file changed since`. */
  readonly problem: string | undefined;
}
