import type { PullRequest } from "../../domain/pull-request.ts";
import type { Forge } from "../../forge/forge.ts";
import type { CommitInfo, GitMirror } from "../../git/git.ts";

/** What one merged pull request, or one direct commit, brought: the unit that is judged. */
export interface Landing {
  /** The last of its commits: only its tree counts. */
  readonly commit: CommitInfo;
  /** The branch before it; the commit itself when it only is looked at again. */
  readonly before: string;
  readonly pullRequest: PullRequest | undefined;
}

interface LandingsInput {
  readonly mirror: GitMirror;
  readonly forge: Forge;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What landed after the last commit that is dealt with, oldest first; commits that one pull request
 * brought are one landing. `quiet` is a commit up to which nothing is to be done. Without anything
 * new it is the head alone: what was held back there may be free to go now. When the last commit
 * dealt with is an ancestor off the first-parent chain (a foxtrot merge), the whole step to the
 * merge that holds it is one landing that no pull request brought; what came later is as always.
 */
export async function readLandings(
  { mirror, forge, signal }: LandingsInput,
  {
    processed,
    head,
    quiet,
  }: { readonly processed: string; readonly head: string; readonly quiet?: string | undefined },
): Promise<readonly Landing[]> {
  if (processed === head || quiet === head) return [await again(mirror, head)];
  const log = await mirror.firstParentLog(head, processed);
  const merge = log[0]?.parents[0] === processed ? -1 : await findHolder(mirror, log, processed);
  const known = log.findIndex(({ id }) => id === quiet);
  const dealtWith = Math.max(merge, known);
  const commits = log.slice(dealtWith + 1);
  const broughtBy = await forge.landedBy(
    commits.map(({ id }) => id),
    signal,
  );
  const turned = merge > known ? log[merge] : undefined;
  return [
    ...(turned === undefined
      ? []
      : [{ commit: turned, before: processed, pullRequest: undefined }]),
    ...groupLandings(commits, log[dealtWith]?.id ?? processed, broughtBy),
  ];
}

/** The first of these first-parent commits that has another one in its history. */
async function findHolder(
  mirror: GitMirror,
  log: readonly CommitInfo[],
  commit: string,
): Promise<number> {
  let low = 0;
  let high = log.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const candidate = log[middle]?.id ?? commit;
    if (await mirror.isAncestor(commit, candidate)) high = middle;
    else low = middle + 1;
  }
  return low;
}

async function again(mirror: GitMirror, head: string): Promise<Landing> {
  const commit = await mirror.readCommit(head);
  return { commit, before: head, pullRequest: undefined };
}

function groupLandings(
  commits: readonly CommitInfo[],
  start: string,
  broughtBy: ReadonlyMap<string, PullRequest>,
): readonly Landing[] {
  const landings: Landing[] = [];
  let before = start;
  for (const [index, commit] of commits.entries()) {
    const pullRequest = broughtBy.get(commit.id);
    const next = commits[index + 1];
    const goesOn =
      next !== undefined &&
      pullRequest !== undefined &&
      broughtBy.get(next.id)?.number === pullRequest.number;
    if (goesOn) continue;
    landings.push({ commit, before, pullRequest });
    before = commit.id;
  }
  return landings;
}
