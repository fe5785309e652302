import type { CairnError } from "../../../shared/errors.ts";
import { toRemoteError, type Remote } from "./remote.ts";

/**
 * Why a fetch brought nothing: the mirror `refused` an object, which no later look changes; the
 * remote could not serve one (`unserved`); an object may be to blame, or everything (`doubtful`); a
 * ref that was named is `missing`; or no object has to do with it (`other`).
 */
export type FetchFailureReason = "refused" | "unserved" | "doubtful" | "missing" | "other";

export interface FetchFailure {
  readonly reason: FetchFailureReason;
  readonly error: CairnError;
}

export const refMissing = "couldn't find remote ref";

/**
 * Asked first: the report on an object may quote what somebody wrote into it, "permission denied"
 * say. It comes before Git's last words, which a long report pushes out of what is kept.
 */
const refused = /^fatal: fsck error|^error: object [0-9a-f]{40}: /m;
/** The one sentence that a Git server says when it cannot make a pack. */
const unserved =
  /^remote: aborting due to possible repository corruption on the remote side\.|upload-pack: not our ref/m;
/** Also what a proxy that mangles packs, a damaged copy or too little memory looks like. */
const doubtful =
  /^warning: object [0-9a-f]{40}: |did not send all necessary objects|inflate|unresolved delta|pack has (?:bad|junk)|bad object|out of memory|cannot allocate|died of signal|too large|exceeds/im;
/** Whatever else is said, these are not the fault of what somebody pushed. */
const elsewhere = /no space left|disk quota|read-only file system|permission denied/i;

/** What a fetch that failed says about its cause. */
export function judgeFetch(stderr: string, remote: Remote): FetchFailure {
  const error = toRemoteError("fetch", stderr, remote);
  return { error, reason: reasonOf(stderr, error) };
}

function reasonOf(stderr: string, error: CairnError): FetchFailureReason {
  const own = stderr.replace(/^remote:.*$/gm, "");
  if (refused.test(own)) return "refused";
  if (error.kind === "denied" || error.kind === "missing") return "other";
  if (elsewhere.test(own)) return "other";
  if (own.includes(refMissing)) return "missing";
  if (unserved.test(stderr)) return "unserved";
  if (error.code === "GIT_REMOTE_UNAVAILABLE") return "other";
  return doubtful.test(own) ? "doubtful" : "other";
}
