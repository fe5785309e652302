import type { PullRequest } from "../../../domain/pull-request.ts";
import { hasCode } from "../../../shared/errors.ts";
import type { Logger } from "../../../shared/log.ts";
import type { PullRequestGit } from "./pull-request-git.ts";

/** Reviews whose commits are brought; of more, the newest. */
const maxReviewed = 100;
/** Ids that are remembered as not to be had. */
const maxRefused = 10_000;

/** Brings the commits that a pull request speaks of into the mirror. */
export class CommitCourier {
  readonly #git: PullRequestGit;
  readonly #log: Logger;
  /** GitHub gives these not away: they were asked for once, and nobody makes them again. */
  readonly #refused = new Set<string>();

  constructor({ git, log }: { readonly git: PullRequestGit; readonly log: Logger }) {
    this.#git = git;
    this.#log = log;
  }

  /** Its head, and as far as they are to be had the commits that were reviewed. */
  async bringCommitsOf(pullRequest: PullRequest, signal?: AbortSignal): Promise<void> {
    const { number, head, reviews } = pullRequest;
    if (!(await this.bringHead(pullRequest, signal))) {
      this.#log.warn({ number, head }, "GitHub does not give away the head of a pull request");
    }
    const reviewed = new Set(reviews.toReversed().flatMap(({ commit }) => commit ?? []));
    for (const commit of [...reviewed].slice(0, maxReviewed)) await this.#bring(commit, signal);
  }

  /** True when the mirror has it. */
  async bringHead(
    { number, head, branch, fork }: Pick<PullRequest, "number" | "head" | "branch" | "fork">,
    signal?: AbortSignal,
  ): Promise<boolean> {
    if (await this.#has(head)) return true;
    await this.#git.fetchRefs([`refs/pull/${number}/head`], signal);
    if (await this.#has(head)) return true;
    if (branch !== undefined && fork === undefined) {
      await this.#git.fetchRefs([`refs/heads/${branch}`], signal).catch(ignoreBadName);
      if (await this.#has(head)) return true;
    }
    return this.#bring(head, signal);
  }

  async #bring(commit: string, signal?: AbortSignal): Promise<boolean> {
    if (await this.#has(commit)) return true;
    if (this.#refused.has(commit)) return false;
    if (await this.#git.fetchCommit(commit, signal)) return true;
    if (this.#refused.size >= maxRefused) this.#refused.clear();
    this.#refused.add(commit);
    return false;
  }

  async #has(commit: string): Promise<boolean> {
    return (await this.#git.resolveCommit(commit)) !== undefined;
  }
}

/** No branch has a name that Git does not take, whatever the host says. */
function ignoreBadName(error: unknown): void {
  if (!hasCode(error, "GIT_REF_REFUSED")) throw error;
}
