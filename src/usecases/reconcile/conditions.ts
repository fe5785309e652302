import { isBlocking, type Finding } from "../../domain/finding.ts";
import type { Condition, WorkspaceOutcome } from "../app.ts";
import type { LedgerPlan } from "./derive.ts";

export interface ConditionFacts {
  readonly stalled: LedgerPlan["stalled"];
  readonly findings: readonly Finding[];
  readonly openIncidents: number;
  readonly workspaces: readonly Pick<WorkspaceOutcome, "workspace" | "outcome">[];
}

/** Flux's words for how a registry is: the one place that decides them. */
export function conditionsOf(facts: ConditionFacts): readonly Condition[] {
  const stalled = facts.stalled;
  const degraded = degradation(facts);
  const ready: Condition = stalled
    ? { type: "Ready", status: "False", reason: stalled.reason, message: stalled.message }
    : degraded
      ? { ...degraded, type: "Ready", status: "False" }
      : {
          type: "Ready",
          status: "True",
          reason: "Reconciled",
          message: "Ledger, tags and stores say what the branch says.",
        };
  return [
    ready,
    ...(stalled ? [{ type: "Stalled", status: "True", ...stalled } as const] : []),
    ...(degraded ? [{ type: "Degraded", status: "True", ...degraded } as const] : []),
  ];
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
  const errors = facts.findings.filter(isBlocking).length;
  if (errors > 0) {
    return {
      reason: "FindingsOnBranch",
      message: `${errors} ${errors === 1 ? "error" : "errors"} on the branch hold something back.`,
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
