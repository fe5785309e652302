import type { PullRequest } from "../../domain/pull-request.ts";
import type { MergeGroup } from "../../forge/host-services.ts";
import type { CommitInfo, GitMirror } from "../../git/git.ts";

/** What one pull request would bring, were the queue merged as the host prepared it. */
export interface QueueEntry {
  readonly pullRequest: number;
  /** The last of its commits. */
  readonly commit: CommitInfo;
  readonly before: string;
  /** Of the first-parent chain, its own; several where the host rebases. */
  readonly commits: readonly CommitInfo[];
}

/** A queue longer than this is looked at once it is shorter. */
const mostCommits = 500;

/**
 * The entries of a group, the first to land first; its own is the last. `undefined` when it does
 * not stand on this branch any more: then the host makes another one.
 */
export async function entriesOf(
  mirror: Pick<GitMirror, "firstParentLog" | "isAncestor" | "resolveCommit">,
  base: string,
  { group, groups }: { readonly group: MergeGroup; readonly groups: readonly MergeGroup[] },
): Promise<readonly QueueEntry[] | undefined> {
  const { head } = group;
  if ((await mirror.resolveCommit(head)) === undefined || head === base) return undefined;
  if (!(await mirror.isAncestor(base, head))) return undefined;
  const log = await mirror.firstParentLog(head, base);
  // On a side branch of it: the chain of first parents does not pass through the tip.
  if (log[0]?.parents[0] !== base || log.length > mostCommits) return undefined;
  const numbers = new Map(groups.map((other) => [other.head, other.pullRequest]));
  const entries: QueueEntry[] = [];
  let own: CommitInfo[] = [];
  let before = base;
  for (const commit of log) {
    own.push(commit);
    const pullRequest = commit.id === head ? group.pullRequest : numbers.get(commit.id);
    if (pullRequest === undefined) continue;
    entries.push({ pullRequest, commit, before, commits: own });
    before = commit.id;
    own = [];
  }
  return entries;
}

/**
 * Whether these commits can be that pull request's alone: one merge or squash, or its own commits
 * once more. Else another one lies between, of which the host did not tell.
 */
export function isOwnWork(
  { commits }: QueueEntry,
  proposed: readonly CommitInfo[],
  { head }: Pick<PullRequest, "head">,
): boolean {
  const [only, ...others] = commits;
  if (only === undefined) return false;
  const isMerge = only.parents.length > 1;
  if (others.length === 0) return !isMerge || only.parents[1] === head;
  const left = proposed.filter(({ parents }) => parents.length === 1).map(identityOf);
  for (const commit of commits) {
    const found = left.indexOf(identityOf(commit));
    if (commit.parents.length !== 1 || found < 0) return false;
    left.splice(found, 1);
  }
  return true;
}

/** What a rebase keeps. */
function identityOf({ author, message }: CommitInfo): string {
  return JSON.stringify([author.name, author.email, message.trim()]);
}
