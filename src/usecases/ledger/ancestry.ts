import type { GitMirror } from "../../git/git.ts";
import { hasCode } from "../../shared/errors.ts";

/** Like `isAncestor`, and false for a commit that the mirror never saw. */
export async function isKnownAncestor(
  mirror: GitMirror,
  ancestor: string,
  descendant: string,
): Promise<boolean> {
  if ((await mirror.resolveCommit(ancestor)) === undefined) return false;
  return mirror.isAncestor(ancestor, descendant);
}

/**
 * Whether the branch still holds what was dealt with. A rewritten branch does not bring it to a
 * new mirror; a damaged mirror, which looks the same, is mended by the fetch first.
 */
export async function isInHistory(
  mirror: GitMirror,
  commit: string,
  head: string,
): Promise<boolean> {
  try {
    return await mirror.isAncestor(commit, head);
  } catch (error) {
    if (!hasCode(error, "GIT_OBJECT_MISSING")) throw error;
    await mirror.fetch();
    return isKnownAncestor(mirror, commit, head);
  }
}
