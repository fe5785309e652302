import { branchOfRef } from "../../../domain/branch-of-ref.ts";
import type { PullRequest } from "../../../domain/pull-request.ts";
import { baseMissing, historiesUnrelated, nothingToMerge } from "../../errors.ts";
import type { MergeOutcome, MergeRequest } from "../../forge.ts";
import { oneLine } from "./act.ts";
import type { Conversation } from "./conversations.ts";
import type { PullRequestGit } from "./pull-request-git.ts";
import { refsOf, type Scribe } from "./scribe.ts";

export interface MergeContext {
  readonly git: PullRequestGit;
  readonly scribe: Scribe;
  /** Tip of the default branch, seen before the conversation. */
  readonly base: string | undefined;
  readonly seen: Conversation;
}

/**
 * One attempt: the default branch, the act and the head go out in one push, each from what was
 * seen. `undefined` when something moved meanwhile.
 */
export async function mergeOnce(
  context: MergeContext,
  request: MergeRequest,
): Promise<MergeOutcome | undefined> {
  const { git, scribe, base, seen } = context;
  const { number, ref: head } = seen;
  const { method, by, expectedHead } = request;
  if (head !== expectedHead) return { outcome: "head-moved", head: head ?? "" };
  if (base === undefined) throw baseMissing(branchOfRef(git.branch));
  if (await git.isAncestor(head, base)) throw nothingToMerge(number, branchOfRef(git.branch));
  if ((await git.mergeBase(base, head)) === undefined) {
    throw historiesUnrelated(number, branchOfRef(git.branch));
  }
  const preview = await git.previewMerge(base, head);
  if (preview.outcome === "conflict") return preview;
  const pullRequest = await seen.resolve();
  const commit = await git.writeCommit({
    tree: preview.tree,
    parents: method === "merge" ? [base, head] : [base],
    author: scribe.signatureOf(method === "merge" ? by : pullRequest.author),
    message: messageOf(pullRequest, request),
  });
  const written = await scribe.write({
    number,
    seen,
    by,
    head,
    deed: { act: "merged", method, head, commit },
    updates: [
      { ref: git.branch, expected: base, next: commit },
      // A push cannot say that a ref stays as it is. Moved to where it landed, it must have been.
      { ref: refsOf(number).head, expected: head, next: commit },
    ],
  });
  return written && { outcome: "merged", commit };
}

/** A landing is what a merged act names, if that commit has the shape of such a merge. */
export async function isLanding(git: PullRequestGit, seen: Conversation): Promise<boolean> {
  const last = seen.acts.at(-1);
  if (last?.act !== "merged") return false;
  const { parents } = await git.readCommit(last.commit);
  return last.method === "merge"
    ? parents.length === 2 && parents[1] === last.head
    : parents.length === 1;
}

function messageOf({ number, title }: PullRequest, { method, message }: MergeRequest): string {
  const name = oneLine(title, 200);
  const own =
    method === "merge" ? `Merge pull request #${number}: ${name}` : `${name} (#${number})`;
  return `${message === undefined ? own : message.trim() || own}\n`;
}
