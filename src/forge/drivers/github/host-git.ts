import type { PullRequestGit } from "./pull-request-git.ts";

/** What the host services need of a Git mirror of the registry. */
export interface HostGit extends Pick<PullRequestGit, "branch" | "fetch" | "fetchRefs" | "push"> {
  /** First-parent commits up to `tip`, oldest first. */
  firstParentLog(tip: string): Promise<readonly { readonly id: string }[]>;
  /** Every file of a commit, sorted by path. */
  listTree(
    commit: string,
  ): Promise<readonly { readonly path: string; readonly objectId: string }[]>;
}
