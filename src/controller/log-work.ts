import type { Logger } from "../shared/log.ts";
import type { PlannedAction, WorkspaceOutcome } from "../usecases/app.ts";

const messages = {
  publish: "published a version",
  accept: "accepted a version",
  "roll-back": "rolled a stage back",
  withdraw: "withdrew a version",
  wait: "a promotion waits",
  block: "blocked a promotion",
  "accept-policy": "put a policy in force",
  "open-pull-request": "opened a pull request",
  "merge-pull-request": "merged a pull request",
  deprecate: "deprecated a version",
  "end-deprecation": "ended a deprecation",
  "record-incident": "recorded an incident",
  "resolve-incident": "resolved an incident",
  deliver: "delivered a version",
  remove: "removed a version",
  "write-index": "wrote the index",
} as const satisfies Record<PlannedAction["kind"], string>;

/** One line for each thing that was done, with the fields a person greps for. */
export function logAction(log: Logger, action: PlannedAction): void {
  const { kind, ...fields } = action;
  if (kind === "record-incident" || kind === "block") log.warn(fields, messages[kind]);
  else if (kind === "write-index") log.debug(fields, messages[kind]);
  else log.info(fields, messages[kind]);
}

export function logOutcome(log: Logger, item: WorkspaceOutcome): void {
  const { workspace, outcome, delivered, removed, sizeBytes, error } = item;
  if (outcome === "failed") log.error({ workspace, error }, "workspace failed");
  else if (outcome === "unchanged") log.debug({ workspace }, "workspace unchanged");
  else log.info({ workspace, delivered, removed, sizeBytes }, "workspace synced");
}
