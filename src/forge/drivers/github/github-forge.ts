import { branchOfRef } from "../../../domain/branch-of-ref.ts";
import type { Account, PullRequest, PullRequestSummary } from "../../../domain/pull-request.ts";
import type { Clock } from "../../../shared/clock.ts";
import type { Logger } from "../../../shared/log.ts";
import type {
  Forge,
  MergeOutcome,
  MergeRequest,
  PullRequestDraft,
  PullRequestState,
  ReviewDraft,
} from "../../forge.ts";
import { translated } from "../../git-errors.ts";
import type { GitHubClient } from "./api.ts";
import { CommitCourier } from "./commit-courier.ts";
import { Conversations } from "./conversations.ts";
import { Landings } from "./landings.ts";
import { Merging } from "./merging.ts";
import { Opening } from "./opening.ts";
import { pauseFor } from "./pause.ts";
import { PullLists } from "./pull-lists.ts";
import type { PullRequestGit } from "./pull-request-git.ts";
import { Sayings } from "./sayings.ts";

export interface GitHubForgeOptions {
  readonly client: GitHubClient;
  /** A mirror of the registry. */
  readonly git: PullRequestGit;
  readonly log: Logger;
  readonly clock: Clock;
  /** Before something is tried again that GitHub was not ready for. */
  readonly pauseMs?: number;
}

/**
 * Pull requests on GitHub. Everything is done as the account of the credentials, whatever `by`
 * says. What GitHub tells is checked with Git where a decision hangs on it.
 */
export class GitHubForge implements Forge {
  readonly kind = "github";
  readonly #client: GitHubClient;
  readonly #conversations: Conversations;
  readonly #lists: PullLists;
  readonly #sayings: Sayings;
  readonly #opening: Opening;
  readonly #merging: Merging;
  readonly #landings: Landings;

  constructor({ client, git, log, clock, pauseMs = 1000 }: GitHubForgeOptions) {
    const { owner, repository } = client;
    const registry = { owner, repository, branch: branchOfRef(git.branch) };
    const courier = new CommitCourier({ git, log });
    const conversations = new Conversations({ client, registry, courier });
    const lists = new PullLists({ client, registry });
    const parts = { client, git, log, clock, registry, courier, conversations, lists };
    const pause = pauseFor(pauseMs);
    this.#client = client;
    this.#conversations = conversations;
    this.#lists = lists;
    this.#sayings = new Sayings(parts);
    this.#opening = new Opening({ ...parts, pause });
    this.#merging = new Merging({ ...parts, pause });
    this.#landings = new Landings(parts);
  }

  async account(signal?: AbortSignal): Promise<Account> {
    return this.#client.account(signal);
  }

  async list(
    states: readonly PullRequestState[],
    signal?: AbortSignal,
  ): Promise<readonly PullRequestSummary[]> {
    return this.#lists.list(states, signal);
  }

  async ofBranch(branch: string, signal?: AbortSignal): Promise<readonly PullRequestSummary[]> {
    return this.#lists.ofBranch(branch, signal);
  }

  async get(number: number, signal?: AbortSignal): Promise<PullRequest> {
    return translated(async () => this.#conversations.read(number, signal));
  }

  async open(draft: PullRequestDraft): Promise<PullRequest> {
    return translated(async () => this.#opening.open(draft));
  }

  async review(number: number, draft: ReviewDraft): Promise<PullRequest> {
    return translated(async () => this.#sayings.review(number, draft));
  }

  async comment(number: number, { body }: { readonly body: string }): Promise<PullRequest> {
    return translated(async () => this.#sayings.comment(number, body));
  }

  async setLabels(
    number: number,
    { labels }: { readonly labels: readonly string[] },
  ): Promise<PullRequest> {
    return translated(async () => this.#sayings.setLabels(number, labels));
  }

  async merge(number: number, request: MergeRequest): Promise<MergeOutcome> {
    return translated(async () => this.#merging.merge(number, request));
  }

  async close(number: number, { reason }: { readonly reason: string }): Promise<PullRequest> {
    return translated(async () => this.#sayings.close(number, reason));
  }

  async landedBy(
    commits: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, PullRequest>> {
    return translated(async () => {
      const found = await this.#landings.find(commits, signal);
      const pullRequests = new Map<number, PullRequest>();
      for (const number of new Set(found.values())) {
        pullRequests.set(number, await this.#conversations.read(number, signal));
      }
      const landed = new Map<string, PullRequest>();
      for (const [commit, number] of found) {
        const pullRequest = pullRequests.get(number);
        if (pullRequest !== undefined) landed.set(commit, pullRequest);
      }
      return landed;
    });
  }
}
