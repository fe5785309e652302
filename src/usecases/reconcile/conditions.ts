import { isBlocking, type Finding } from "../../domain/finding.ts";
import type { Condition, PendingPromotion, WorkspaceOutcome } from "../app.ts";
import type { LedgerPlan } from "./derive.ts";

export interface ConditionFacts {
  readonly stalled: LedgerPlan["stalled"];
  readonly findings: readonly Finding[];
  /** Why the host of the pull requests is not told anything, if so. */
  readonly hostProblem?: string | undefined;
  readonly openIncidents: number;
  /** What the branch asks of stages and is not so. */
  readonly pending: readonly { readonly outcome: PendingPromotion["outcome"] }[];
  readonly workspaces: readonly {
    readonly workspace: string;
    /** `behind`: something is to be delivered, and nobody has tried it in this run. */
    readonly outcome: WorkspaceOutcome["outcome"] | "behind";
  }[];
}

/** Flux's words for how a registry is: the one place that decides them. */
export function conditionsOf(facts: ConditionFacts): readonly Condition[] {
  const stalled = facts.stalled;
  const degraded = degradation(facts);
  const ready: Condition = stalled
    ? { type: "Ready", status: "False", reason: stalled.reason, message: stalled.message }
    : degraded
      ? { ...degraded, type: "Ready", status: "False" }
      : readiness(facts);
  return [
    ready,
    ...(stalled ? [{ type: "Stalled", status: "True", ...stalled } as const] : []),
    ...(degraded ? [{ type: "Degraded", status: "True", ...degraded } as const] : []),
  ];
}

function readiness({ workspaces, pending }: ConditionFacts): Condition {
  const behind = workspaces.filter(({ outcome }) => outcome === "behind");
  if (behind.length > 0) {
    return {
      type: "Ready",
      status: "False",
      reason: "DeliveryPending",
      message: `To be delivered: ${behind.map(({ workspace }) => workspace).join(", ")}.`,
    };
  }
  const message =
    pending.length === 0
      ? "Ledger, tags and stores say what the branch says."
      : `Ledger, tags and stores are as decided; ${countPending(pending)}.`;
  return { type: "Ready", status: "True", reason: "Reconciled", message };
}

function countPending(pending: ConditionFacts["pending"]): string {
  const waiting = pending.filter(({ outcome }) => outcome === "waiting").length;
  const others = pending.length - waiting;
  return [
    ...(waiting > 0 ? [`${waiting} ${waiting === 1 ? "promotion waits" : "promotions wait"}`] : []),
    ...(others > 0 ? [`${others} ${others === 1 ? "was" : "were"} not accepted`] : []),
  ].join(", ");
}

function degradation(
  facts: ConditionFacts,
): { readonly reason: string; readonly message: string } | undefined {
  const failed = facts.workspaces.filter(({ outcome }) => outcome === "failed");
  if (failed.length > 0) {
    return {
      reason: "DeliveryFailed",
      message: `Not up to date: ${failed.map(({ workspace }) => workspace).join(", ")}.`,
    };
  }
  if (facts.hostProblem !== undefined) {
    return { reason: "HostUnavailable", message: facts.hostProblem };
  }
  const errors = facts.findings.filter(isBlocking).length;
  if (errors > 0) {
    return {
      reason: "FindingsOnBranch",
      message: `${errors} ${errors === 1 ? "error on the branch holds" : "errors on the branch hold"} something back.`,
    };
  }
  if (facts.openIncidents > 0) {
    return {
      reason: "IncidentsOpen",
      message: `${facts.openIncidents} open: see cairn incident list.`,
    };
  }
  return undefined;
}
