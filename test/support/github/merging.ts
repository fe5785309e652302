import { ok, Refusal } from "./answers.ts";
import type { Commit, Person } from "./commits.ts";
import { GitFailure, runGit } from "./git-program.ts";
import type { Account, Pull, Repository } from "./model.ts";
import { markMerged } from "./pull-state.ts";
import { refsMoved } from "./pushes.ts";
import { inTurn, moveRefs } from "./repositories.ts";
import { need, onRepository, pullOf, textOf } from "./route-kit.ts";
import { mergeObstacles } from "./rules.ts";
import type { RepositoryCall, Route } from "./routing.ts";
import type { World } from "./world.ts";

export type MergeMethod = "merge" | "squash" | "rebase";

export const mergeRoute: Route = onRepository(
  "PUT",
  "/pulls/{pull_number}/merge",
  need("write", "contents"),
  async (call) =>
    inTurn(call.repository, async () => {
      const commit = await merge(call, pullOf(call));
      return ok({ sha: commit, merged: true, message: "Pull Request successfully merged" });
    }),
);

async function merge(call: RepositoryCall, pull: Pull): Promise<string> {
  const { world, session, body } = call;
  const { repository } = pull;
  if (pull.state === "closed") throw new Refusal(405, "Pull Request is not mergeable");
  const wanted = textOf(body, "sha");
  if (wanted !== undefined && wanted !== pull.head.sha) {
    throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
  }
  if (pull.isDraft) throw new Refusal(405, "Pull Request is still a draft");
  const obstacles = await mergeObstacles(pull, session.account, { isQueued: false });
  if (obstacles.length > 0) {
    throw new Refusal(405, `Repository rule violations found\n\n${obstacles.join("\n\n")}\n\n`);
  }
  const ref = `refs/heads/${pull.base.branch}`;
  const base = (await repository.refs.get(ref)) ?? pull.base.sha;
  const brought = await makeCommits(world, pull, {
    base,
    by: session.account,
    method: (textOf(body, "merge_method") ?? "merge") as MergeMethod,
    title: textOf(body, "commit_title"),
    text: textOf(body, "commit_message"),
  });
  const tip = brought.at(-1);
  if (tip === undefined) throw new Refusal(405, "Pull Request is not mergeable");
  await land(repository, ref, { from: base, to: tip });
  await markMerged(world, pull, { by: session.account, commit: tip, brought });
  const cause = { by: session.account, type: "pr_merge", merging: pull } as const;
  await refsMoved(world, repository, [{ ref, before: base, after: tip }], cause);
  return tip;
}

async function land(
  repository: Repository,
  ref: string,
  move: { readonly from: string; readonly to: string },
): Promise<void> {
  try {
    await moveRefs(repository, [{ ref, ...move }]);
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    throw new Refusal(405, "Base branch was modified. Review and try the merge again.");
  }
}

export interface MergePlan {
  readonly base: string;
  readonly by: Account;
  readonly method: MergeMethod;
  readonly title?: string | undefined;
  readonly text?: string | undefined;
}

/** The commits that the base gets, oldest first; none when it conflicts. */
export async function makeCommits(
  world: World,
  pull: Pull,
  plan: MergePlan,
): Promise<readonly string[]> {
  if (plan.method === "rebase") return rebase(world, pull, plan);
  const { repository, head } = pull;
  const tree = await repository.commits.mergeTree(plan.base, head.sha);
  if (tree === undefined) return [];
  const isSquash = plan.method === "squash";
  const title = plan.title ?? (isSquash ? `${pull.title} (#${pull.number})` : mergeTitle(pull));
  const text = plan.text ?? (isSquash ? "" : pull.title);
  const date = world.clock.stamp();
  const author = personOf(isSquash ? pull.author : plan.by, date);
  const parents = isSquash ? [plan.base] : [plan.base, head.sha];
  const message = text === "" ? title : `${title}\n\n${text}`;
  return [
    await commitTree(repository, { tree, parents, author, committer: github(date), message }),
  ];
}

function mergeTitle({ number, head }: Pull): string {
  return `Merge pull request #${number} from ${head.repository.owner.login}/${head.branch}`;
}

/** Each commit again on top of the base, with its author, as GitHub's committer. */
async function rebase(world: World, pull: Pull, plan: MergePlan): Promise<readonly string[]> {
  const { repository, head } = pull;
  const made: string[] = [];
  let tip = plan.base;
  for (const id of await repository.commits.between(plan.base, head.sha)) {
    const commit = await repository.commits.get(id);
    if (commit === undefined || commit.parents.length > 1) return [];
    const tree = await replay(repository, commit, tip);
    if (tree === undefined) return [];
    const { author, message } = commit;
    const committer = github(world.clock.stamp());
    tip = await commitTree(repository, { tree, parents: [tip], author, committer, message });
    made.push(tip);
  }
  return made;
}

/** The merge of two commits whose only common one is the parent: what cherry-pick does. */
async function replay(
  repository: Repository,
  commit: Commit,
  onto: string,
): Promise<string | undefined> {
  const [parent] = commit.parents;
  const target = await repository.commits.get(onto);
  if (parent === undefined || target === undefined) return undefined;
  const { author, committer } = commit;
  const message = "replay";
  const ours = { tree: target.tree, parents: [parent], author, committer, message };
  const onParent = await commitTree(repository, ours);
  return repository.commits.mergeTree(onParent, commit.id);
}

interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
}

export async function commitTree(repository: Repository, commit: NewCommit): Promise<string> {
  const args = ["commit-tree", commit.tree, ...commit.parents.flatMap((id) => ["-p", id])];
  const environment = {
    ...named("AUTHOR", commit.author),
    ...named("COMMITTER", commit.committer),
  };
  const run = { input: commit.message, environment };
  return (await runGit(repository.folder, args, run)).trim();
}

function named(role: string, { name, email, date }: Person): Readonly<Record<string, string>> {
  return {
    [`GIT_${role}_NAME`]: name,
    [`GIT_${role}_EMAIL`]: email,
    [`GIT_${role}_DATE`]: `${Math.floor(date.getTime() / 1000)} +0000`,
  };
}

function personOf({ id, login }: Account, date: Date): Person {
  return { name: login, email: `${id}+${login}@users.noreply.localhost`, date };
}

const github = (date: Date): Person => ({ name: "GitHub", email: "noreply@github.com", date });
