import type { CairnError, ErrorKind } from "../shared/errors.ts";
import type { Condition, WorkspaceOutcome } from "../usecases/app.ts";

/** A condition and since when it has its status; ISO 8601. */
export interface TimedCondition extends Condition {
  readonly lastTransitionTime: string;
}

/** Where an error leaves the registry: waiting for a person, or trying on. */
const conditionOfKind = {
  invalid: "Stalled",
  missing: "Stalled",
  denied: "Stalled",
  conflict: "Degraded",
  unavailable: "Degraded",
  internal: "Degraded",
} as const satisfies Record<ErrorKind, Condition["type"]>;

/** Trying again helps only where the world may change by itself. */
export function isRetried(error: CairnError): boolean {
  return conditionOfKind[error.kind] === "Degraded";
}

/** The new conditions with their times: a time moves only when the status does. */
export function updateConditions(
  before: readonly TimedCondition[],
  next: readonly Condition[],
  now: Date,
): readonly TimedCondition[] {
  return next.map((condition) => {
    const old = before.find(({ type }) => type === condition.type);
    const lastTransitionTime =
      old?.status === condition.status ? old.lastTransitionTime : now.toISOString();
    return { ...condition, lastTransitionTime };
  });
}

export function conditionsWhileRunning(before: readonly TimedCondition[]): readonly Condition[] {
  const others = before.filter(({ type }) => type !== "Reconciling");
  return [
    ...others,
    { type: "Reconciling", status: "True", reason: "Progressing", message: "Reconciling now." },
  ];
}

/** What `apply` found, and that it is over. */
export function conditionsAfter(found: readonly Condition[]): readonly Condition[] {
  const others = found.filter(({ type }) => type !== "Reconciling");
  return [...others, idle];
}

export function conditionsAfterSync(workspaces: readonly WorkspaceOutcome[]): readonly Condition[] {
  const failed = workspaces.filter(({ outcome }) => outcome === "failed");
  const names = failed.map(({ workspace }) => workspace).join(", ");
  if (failed.length === 0) {
    const message = "The workspaces have what the ledger says.";
    return [{ type: "Ready", status: "True", reason: "Synced", message }, idle];
  }
  const message = `Not up to date: ${names}.`;
  return [
    { type: "Ready", status: "False", reason: "SyncFailed", message },
    { type: "Degraded", status: "True", reason: "SyncFailed", message },
    idle,
  ];
}

export function conditionsAfterError({ kind, code, message }: CairnError): readonly Condition[] {
  return [
    { type: "Ready", status: "False", reason: code, message },
    { type: conditionOfKind[kind], status: "True", reason: code, message },
    idle,
  ];
}

/** It changed something every time although nobody else did: two writers undo each other. */
export function conditionsOfLoop(runs: number): readonly Condition[] {
  const message = `${runs} runs in a row changed something while the branch stood still.`;
  return [
    { type: "Ready", status: "False", reason: "LoopDetected", message },
    { type: "Stalled", status: "True", reason: "LoopDetected", message },
    idle,
  ];
}

const idle: Condition = {
  type: "Reconciling",
  status: "False",
  reason: "Idle",
  message: "Waiting for the next change.",
};
