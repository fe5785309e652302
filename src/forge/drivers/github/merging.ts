import { branchOfRef } from "../../../domain/branch-of-ref.ts";
import { baseMissing, forgeBusy, forgeDenied, pullRequestEnded } from "../../errors.ts";
import type { MergeOutcome, MergeRequest } from "../../forge.ts";
import type { GitHubClient } from "./api.ts";
import type { CommitCourier } from "./commit-courier.ts";
import type { Conversations } from "./conversations.ts";
import type { Pause } from "./pause.ts";
import type { PullRequestGit } from "./pull-request-git.ts";
import { isRefusal, type GitHubRefusal } from "./refusal.ts";
import { readFields } from "./shapes.ts";
import type { ShownPull } from "./summary.ts";

/** How often GitHub may be busy, or somebody faster. */
const maxAttempts = 5;

export interface MergingParts {
  readonly client: GitHubClient;
  readonly git: PullRequestGit;
  readonly conversations: Conversations;
  readonly courier: CommitCourier;
  readonly pause: Pause;
}

/** Lets GitHub merge, and finds out what it means when it does not. */
export class Merging {
  readonly #parts: MergingParts;

  constructor(parts: MergingParts) {
    this.#parts = parts;
  }

  async merge(number: number, request: MergeRequest): Promise<MergeOutcome> {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const outcome = await this.#once(number, request);
      if (outcome !== undefined) return outcome;
      if (attempt < maxAttempts) await this.#parts.pause();
    }
    throw forgeBusy(`the merge of #${number}`);
  }

  /** `undefined` when it is to be tried again. */
  async #once(number: number, request: MergeRequest): Promise<MergeOutcome | undefined> {
    const pull = await this.#parts.conversations.find(number);
    const { state, head, isDraft, base } = pull.summary;
    if (state !== "open") throw pullRequestEnded(number, state);
    if (head !== request.expectedHead) return { outcome: "head-moved", head };
    if (base !== undefined) {
      throw forgeDenied(`pull request #${number} wants to be merged into ${base}.`);
    }
    if (isDraft === true) throw forgeDenied(`pull request #${number} is a draft.`);
    try {
      return { outcome: "merged", commit: await this.#send(number, request) };
    } catch (error) {
      if (isRefusal(error, [409])) return undefined;
      if (isRefusal(error, [405, 422])) return this.#explain(pull, error);
      throw error;
    }
  }

  async #send(number: number, { method, expectedHead, message }: MergeRequest): Promise<string> {
    const [title = "", ...rest] = (message ?? "").trim().split("\n");
    const text = rest.join("\n").trim();
    const answer = await this.#parts.client.send(
      "PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge",
      {
        pull_number: number,
        sha: expectedHead,
        merge_method: method,
        ...(title === "" ? {} : { commit_title: title }),
        ...(text === "" ? {} : { commit_message: text }),
      },
    );
    return readFields(answer, "the answer to a merge").commit("sha");
  }

  /** GitHub says "not mergeable" of a conflict, of what it has not looked at yet, and of what ended. */
  async #explain(seen: ShownPull, { detail }: GitHubRefusal): Promise<MergeOutcome | undefined> {
    const { number } = seen.summary;
    if (/base branch was modified|merge already in progress/i.test(detail)) return undefined;
    if (/merge queue/i.test(detail)) {
      throw forgeDenied(
        `the branch is merged by a merge queue: add pull request #${number} to it on GitHub (${detail})`,
      );
    }
    if (!/not mergeable|conflict/i.test(detail)) throw forgeDenied(detail);
    const now = await this.#parts.conversations.find(number);
    if (now.summary.state !== "open" || now.summary.head !== seen.summary.head) return undefined;
    const paths = await this.#conflicts(now);
    if (paths !== undefined) return { outcome: "conflict", paths };
    // Git sees no conflict: GitHub has not looked yet, or a rule is in the way.
    if (now.mergeability === "blocked") throw forgeDenied(detail);
    return undefined;
  }

  /** The paths that both sides changed; `undefined` when they can be merged. */
  async #conflicts({ summary }: ShownPull): Promise<readonly string[] | undefined> {
    const { git, courier } = this.#parts;
    const { head: base } = await git.fetch();
    if (base === undefined) throw baseMissing(branchOfRef(git.branch));
    if (!(await courier.bringHead(summary))) return [];
    const preview = await git.previewMerge(base, summary.head);
    return preview.outcome === "conflict" ? preview.paths : undefined;
  }
}
