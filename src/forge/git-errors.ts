import { CairnError, hasCode } from "../shared/errors.ts";
import { forgeDenied, forgeUnavailable } from "./errors.ts";

/** What Git cannot do with the host, in the words of a forge. */
export async function translated<Value>(run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    if (hasCode(error, "GIT_REMOTE_DENIED")) throw forgeDenied(error.message, error);
    if (hasCode(error, ...unreachable)) throw forgeUnavailable(error.message, error);
    throw error;
  }
}

const unreachable = [
  "GIT_REMOTE_UNAVAILABLE",
  "GIT_REMOTE_BROKEN",
  "GIT_NOT_A_REPOSITORY",
  "GIT_ABORTED",
] as const;
