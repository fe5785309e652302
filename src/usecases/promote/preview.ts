import { cairnIdentity } from "../../domain/ledger/tag.ts";
import type { Account, PullRequest } from "../../domain/pull-request.ts";
import type { CommitInfo } from "../../git/git.ts";
import type { RegistrySession } from "../session.ts";
import type { Change } from "./change.ts";
import { readChange } from "./read-change.ts";
import type { Situation } from "./situation.ts";

export type Preview =
  | { readonly outcome: "clean"; readonly change: Change; readonly commit: CommitInfo }
  | { readonly outcome: "conflict"; readonly paths: readonly string[] };

/**
 * The branch as it would be with a commit merged, as a commit that nobody sees. Made twice it is
 * the same commit, so what was read of it once is known.
 */
export async function previewChange(
  session: RegistrySession,
  { head: base, state }: Situation,
  pullRequest: PullRequest,
): Promise<Preview> {
  const { mirror } = session;
  const merge = await mirror.previewMerge(base, pullRequest.head);
  if (merge.outcome === "conflict") return merge;
  const id = await mirror.writeCommit({
    tree: merge.tree,
    parents: [base, pullRequest.head],
    author: { ...cairnIdentity, timestamp: 0 },
    message: "Preview of a merge",
  });
  const commit = await mirror.readCommit(id);
  const change = await readChange(session, { before: base, commit, pullRequest, state });
  return { outcome: "clean", change, commit };
}

/** A commit that nobody proposed yet, as if this account did. */
export function unopened(head: string, author: Account, now: Date): PullRequest {
  const at = now.toISOString();
  return {
    number: 0,
    title: "",
    body: "",
    state: "open",
    author,
    openedAt: at,
    head,
    branch: undefined,
    labels: [],
    pushes: [{ head, by: author, at }],
    reviews: [],
    comments: [],
    merged: undefined,
  };
}
