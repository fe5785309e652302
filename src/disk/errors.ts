import { CairnError } from "../shared/errors.ts";

export function lockBusy(path: string, owner: string): CairnError {
  return new CairnError({
    code: "LOCK_BUSY",
    kind: "unavailable",
    message: `${path} is held by ${owner}.`,
    hint: "Wait for the other Cairn to finish, or give this one a data directory of its own.",
    retryAfterMs: 5000,
  });
}

export function lockLost(path: string): CairnError {
  return new CairnError({
    code: "LOCK_LOST",
    kind: "unavailable",
    message: `${path} expired and was taken over by another process.`,
    hint: "Start again: nothing that this process does with the directory is safe any more.",
  });
}
