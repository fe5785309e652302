import { CairnError } from "../shared/errors.ts";

export function cronInvalid(entry: string, problem: string): CairnError {
  return new CairnError({
    code: "CONTROLLER_CRON_INVALID",
    kind: "invalid",
    message: `${entry}: ${problem}`,
    hint: "Times are in UTC; correct the entry in cairn.yaml.",
  });
}

export function nothingToServe(): CairnError {
  return new CairnError({
    code: "CONTROLLER_NOTHING_TO_SERVE",
    kind: "invalid",
    message: "There is no registry to serve.",
    hint: "Give --registry PATH|URL, or list registries in cairn.yaml.",
  });
}

/** The work did not get on; its children are reaped by its signal. */
export function noProgress(afterMs: number): CairnError {
  return new CairnError({
    code: "CONTROLLER_NO_PROGRESS",
    kind: "unavailable",
    message: `The reconcile made no progress for ${Math.round(afterMs / 1000)} s and was cancelled.`,
    hint: "Look at the log lines before it: a remote or a store hangs.",
  });
}
