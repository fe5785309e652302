import type { GitHubClient } from "./api.ts";
import type { GitCommit, PullRequestGit } from "./pull-request-git.ts";
import { readFields, type Fields } from "./shapes.ts";
import type { ShownPull } from "./summary.ts";

/** GitHub tells no more commits of a pull request. */
const maxOwn = 250;

/** A commit of a pull request, as GitHub lists it. */
interface OwnCommit {
  readonly id: string;
  readonly isMerge: boolean;
  /** What stays when GitHub writes it anew on top of another commit. */
  readonly traits: string;
}

export interface LandedCommitsParts {
  readonly client: GitHubClient;
  readonly git: PullRequestGit;
}

/** Checks with Git what GitHub says about the commits that a merged pull request brought. */
export class LandedCommits {
  readonly #client: GitHubClient;
  readonly #git: PullRequestGit;
  /** By pull request, for those whose commits had to be looked at. */
  readonly #spread = new Map<number, ReadonlySet<string>>();

  constructor({ client, git }: LandedCommitsParts) {
    this.#client = client;
    this.#git = git;
  }

  /** For a commit of the registry's branch, and a pull request that was meant for it. */
  async isBroughtBy(
    commit: string,
    { summary }: ShownPull,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const { merged, head, number } = summary;
    if (merged === undefined) return false;
    const landed = (await this.#git.resolveCommit(merged.commit)) === merged.commit;
    if (!landed) return false;
    const last = await this.#git.readCommit(merged.commit);
    // The branch itself came along as a second parent: none of its own commits is a landing.
    if (last.parents.slice(1).includes(head)) return commit === last.id;
    const isPushed = last.id === head || (await this.#isIn(head, last.id));
    if (commit === last.id && (last.id === head || !isPushed)) {
      return last.id === head || last.parents.length === 1;
    }
    let spread = this.#spread.get(number);
    if (spread === undefined) {
      const own = await this.#ownCommits(number, signal);
      spread = isPushed ? await this.#pushed(last, head, own) : await this.#rewritten(last, own);
      if (this.#spread.size > 1000) this.#spread.clear();
      this.#spread.set(number, spread);
    }
    return spread.has(commit);
  }

  /** What is in the history of the branch is in the mirror. */
  async #isIn(commit: string, tip: string): Promise<boolean> {
    if ((await this.#git.resolveCommit(commit)) !== commit) return false;
    return this.#git.isAncestor(commit, tip);
  }

  async #ownCommits(number: number, signal?: AbortSignal): Promise<readonly OwnCommit[]> {
    const listed = await this.#client.list(
      "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits",
      { pull_number: number },
      { signal },
    );
    return listed.map((value) => toOwnCommit(readFields(value, "a commit")));
  }

  /** The branch was moved to the head itself: its own commits, as far as they follow each other. */
  async #pushed(
    last: GitCommit,
    head: string,
    own: readonly OwnCommit[],
  ): Promise<ReadonlySet<string>> {
    const ids = new Set(own.map(({ id }) => id));
    const landed = new Set<string>();
    let isBelowHead = false;
    let commit: GitCommit | undefined = last;
    for (let count = 0; commit !== undefined && count < 2 * maxOwn; count += 1) {
      isBelowHead ||= commit.id === head;
      if (isBelowHead && !ids.has(commit.id)) break;
      if (isBelowHead) landed.add(commit.id);
      commit = await this.#firstParent(commit);
    }
    return landed;
  }

  /** A rebase: each commit anew, with the author and the words it had. A squash leaves one. */
  async #rewritten(last: GitCommit, own: readonly OwnCommit[]): Promise<ReadonlySet<string>> {
    const landed = new Set<string>();
    const left = own.filter(({ isMerge }) => !isMerge);
    let commit: GitCommit | undefined = last;
    while (commit !== undefined && commit.parents.length === 1 && left.length > 0) {
      const traits = traitsOf(commit.author, commit.message);
      // One whose change was there already is left out by a rebase.
      const index = left.findLastIndex((one) => one.traits === traits);
      if (index < 0) break;
      left.length = index;
      landed.add(commit.id);
      commit = await this.#firstParent(commit);
    }
    return landed;
  }

  async #firstParent({ parents }: GitCommit): Promise<GitCommit | undefined> {
    const [parent] = parents;
    return parent === undefined ? undefined : this.#git.readCommit(parent);
  }
}

function toOwnCommit(fields: Fields): OwnCommit {
  const commit = fields.object("commit");
  const author = commit.object("author");
  const signature = {
    name: author.string("name"),
    email: author.string("email"),
    timestamp: Date.parse(author.date("date")) / 1000,
  };
  return {
    id: fields.commit("sha"),
    isMerge: fields.list("parents").length > 1,
    traits: traitsOf(signature, commit.string("message")),
  };
}

function traitsOf({ name, email, timestamp }: GitCommit["author"], message: string): string {
  return JSON.stringify([name, email, timestamp, message.trim()]);
}
