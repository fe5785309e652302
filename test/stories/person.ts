import type { Octokit } from "@octokit/rest";

import type { GitHubDouble } from "../support/github/github.ts";
import { fullName, owner, people, repository, type Files, type PersonName } from "./registry.ts";
import type { WorkTree } from "./work-tree.ts";

const at = { owner, repo: repository };

export interface Proposal {
  readonly title?: string;
  readonly body?: string;
  readonly branch?: string;
  /** What it starts from; default: the branch of the registry as it is now. */
  readonly from?: string;
  readonly base?: string;
  readonly isDraft?: boolean;
  /** Who is named in the message besides. */
  readonly with?: PersonName;
  /** Full name of the fork that the branch is pushed to. */
  readonly fork?: string;
}

/** Somebody with an account on GitHub and a clone: everything is done through them. */
export class Person {
  readonly login: string;
  readonly octokit: Octokit;
  readonly #name: PersonName;
  readonly #github: GitHubDouble;
  readonly #work: WorkTree;

  constructor(name: PersonName, github: GitHubDouble, work: WorkTree) {
    this.#name = name;
    this.#github = github;
    this.#work = work;
    this.login = people[name].login;
    this.octokit = github.client(this.login);
  }

  /** Opens a pull request of a new branch with one commit; its number. */
  async proposes(files: Files, proposal: Proposal = {}): Promise<number> {
    const { title = "Change it", from = "origin/main", fork = fullName } = proposal;
    const branch = proposal.branch ?? `change-${branches++}`;
    await this.#fetch();
    await this.#work.git("checkout", "--quiet", "--force", "-B", branch, from);
    await this.#commit(title, files, proposal.with);
    await this.#push(`HEAD:refs/heads/${branch}`, fork);
    return this.opens(branch, proposal);
  }

  /** Of a branch that is there. */
  async opens(branch: string, proposal: Proposal = {}): Promise<number> {
    const { title = "Change it", body, base = "main", isDraft = false, fork } = proposal;
    const head = fork === undefined ? branch : `${fork.split("/")[0] ?? ""}:${branch}`;
    const draft = { ...at, title, head, base, draft: isDraft };
    const more = body === undefined ? {} : { body };
    return (await this.octokit.rest.pulls.create({ ...draft, ...more })).data.number;
  }

  /** One more commit on the branch of a pull request. */
  async pushesTo(
    number: number,
    files: Files,
    { message = "Change it again", with: other }: { message?: string; with?: PersonName } = {},
  ): Promise<void> {
    const branch = await this.#checkout(number);
    await this.#commit(message, files, other);
    await this.#push(`HEAD:refs/heads/${branch}`);
  }

  /** The newest commit is written anew: the same content, another id. */
  async amends(number: number, files: Files = {}): Promise<void> {
    const branch = await this.#checkout(number);
    await this.#work.write(files);
    await this.#as("add", "--all");
    await this.#as("commit", "--quiet", "--amend", "--allow-empty", "-m", "Change it, said better");
    await this.#push(`+HEAD:refs/heads/${branch}`);
  }

  /** Puts the commits of a pull request on the branch as it is now. */
  async rebases(number: number): Promise<void> {
    const branch = await this.#checkout(number);
    await this.#as("rebase", "--quiet", "origin/main");
    await this.#push(`+HEAD:refs/heads/${branch}`);
  }

  async pushesToMain(message: string, files: Files = {}): Promise<string> {
    const hasMain = await this.#fetch();
    if (hasMain)
      await this.#work.git("checkout", "--quiet", "--force", "-B", "main", "origin/main");
    await this.#commit(message, files);
    await this.#push("HEAD:refs/heads/main");
    return this.#work.git("rev-parse", "HEAD");
  }

  /** Takes back what one commit of the branch did, as a pull request. */
  async reverts(commit: string, proposal: Proposal = {}): Promise<number> {
    const branch = proposal.branch ?? `revert-${branches++}`;
    await this.#fetch();
    await this.#work.git("checkout", "--quiet", "--force", "-B", branch, "origin/main");
    const parents = (await this.#work.git("rev-list", "--parents", "-n1", commit)).split(" ");
    const mainline = parents.length > 2 ? ["-m", "1"] : [];
    await this.#as("revert", "--no-edit", ...mainline, commit);
    await this.#push(`HEAD:refs/heads/${branch}`);
    return this.opens(branch, { title: "Revert it", ...proposal });
  }

  approves(number: number, commit?: string): Promise<string> {
    return this.#review(number, "APPROVE", commit);
  }

  asksForChanges(number: number): Promise<string> {
    return this.#review(number, "REQUEST_CHANGES");
  }

  remarks(number: number): Promise<string> {
    return this.#review(number, "COMMENT");
  }

  /** The newest review of somebody is taken back. */
  async dismisses(number: number, of: Person): Promise<void> {
    const { data } = await this.octokit.rest.pulls.listReviews({ ...at, pull_number: number });
    const review = data.findLast(({ user }) => user?.login === of.login);
    await this.octokit.rest.pulls.dismissReview({
      ...at,
      pull_number: number,
      review_id: review?.id ?? 0,
      message: "not any more",
    });
  }

  async writes(number: number, body: string): Promise<void> {
    await this.octokit.rest.issues.createComment({ ...at, issue_number: number, body });
  }

  async labels(number: number, ...labels: readonly string[]): Promise<void> {
    await this.octokit.rest.issues.addLabels({ ...at, issue_number: number, labels: [...labels] });
  }

  async unlabels(number: number, name: string): Promise<void> {
    await this.octokit.rest.issues.removeLabel({ ...at, issue_number: number, name });
  }

  async edits(
    number: number,
    change: { title?: string; base?: string; state?: "open" | "closed" },
  ): Promise<void> {
    await this.octokit.rest.pulls.update({ ...at, pull_number: number, ...change });
  }

  /** `merged`, or why GitHub refused. */
  async merges(number: number, method: "merge" | "squash" | "rebase" = "merge"): Promise<string> {
    return said(async () => {
      await this.octokit.rest.pulls.merge({ ...at, pull_number: number, merge_method: method });
      return "merged";
    });
  }

  async deletesBranchOf(number: number): Promise<void> {
    const { data } = await this.octokit.rest.pulls.get({ ...at, pull_number: number });
    await this.octokit.rest.git.deleteRef({ ...at, ref: `heads/${data.head.ref}` });
  }

  /** What another program says of the head. */
  async sets(number: number, context: string, state: "success" | "failure" | "pending") {
    const sha = await this.headOf(number);
    await this.octokit.rest.repos.createCommitStatus({ ...at, sha, state, context });
  }

  /** When the branch of a pull request was last moved by force. */
  async forcedAt(number: number): Promise<Date> {
    const pull = await this.octokit.rest.pulls.get({ ...at, pull_number: number });
    const ref = `refs/heads/${pull.data.head.ref}`;
    const { data } = await this.octokit.rest.repos.listActivities({ ...at, ref });
    const found = data.find(({ activity_type: type }) => type === "force_push");
    return new Date(found?.timestamp ?? 0);
  }

  async headOf(number: number): Promise<string> {
    return (await this.octokit.rest.pulls.get({ ...at, pull_number: number })).data.head.sha;
  }

  /** The head of a pull request is brought to the branch without GitHub's button. */
  async pushesHeadToMain(number: number): Promise<void> {
    await this.#checkout(number);
    await this.#push("HEAD:refs/heads/main");
  }

  push(refspec: string, to?: string): Promise<void> {
    return this.#push(refspec, to);
  }

  #review(
    number: number,
    event: "APPROVE" | "REQUEST_CHANGES" | "COMMENT",
    commit?: string,
  ): Promise<string> {
    return said(async () => {
      await this.octokit.rest.pulls.createReview({
        ...at,
        pull_number: number,
        event,
        body: "I have looked at it.",
        ...(commit === undefined ? {} : { commit_id: commit }),
      });
      return "done";
    });
  }

  #as(...words: readonly string[]): Promise<string> {
    return this.#work.gitAs(this.#name, ...words);
  }

  async #commit(message: string, files: Files, other?: PersonName): Promise<void> {
    await this.#work.write(files);
    await this.#as("add", "--all");
    const { name, email } = people[other ?? this.#name];
    const trailer = other === undefined ? "" : `\n\nCo-authored-by: ${name} <${email}>`;
    await this.#as("commit", "--quiet", "--allow-empty", "-m", `${message}${trailer}`);
  }

  /** The branch of the pull request, in the work tree as it is on GitHub. */
  async #checkout(number: number): Promise<string> {
    await this.#fetch();
    const { data } = await this.octokit.rest.pulls.get({ ...at, pull_number: number });
    const { ref, sha } = data.head;
    await this.#work.git("fetch", "--quiet", this.#url(), `refs/pull/${number}/head`);
    await this.#work.git("checkout", "--quiet", "--force", "-B", ref, sha);
    return ref;
  }

  /** False before there is anything. */
  async #fetch(): Promise<boolean> {
    try {
      const refs = "+refs/heads/main:refs/remotes/origin/main";
      await this.#work.git("fetch", "--quiet", this.#url(), refs);
      return true;
    } catch {
      return false;
    }
  }

  async #push(refspec: string, to: string = fullName): Promise<void> {
    await this.#work.git("push", "--quiet", this.#url(to), refspec);
  }

  #url(to: string = fullName): string {
    return this.#github.gitUrl(this.login, to);
  }
}

let branches = 1;

/** What was done, or GitHub's reason against it. */
async function said(act: () => Promise<string>): Promise<string> {
  try {
    return await act();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
