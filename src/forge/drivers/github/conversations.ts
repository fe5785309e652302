import type { PullRequest, Review } from "../../../domain/pull-request.ts";
import { hasCode } from "../../../shared/errors.ts";
import { pullRequestMissing } from "../../errors.ts";
import { readActivity } from "./activity.ts";
import type { GitHubClient } from "./api.ts";
import type { CommitCourier } from "./commit-courier.ts";
import {
  coversSince,
  movesUpTo,
  pushesOf,
  type ForcePush,
  type HeadMove,
  type Proposal,
} from "./head-history.ts";
import { isRefusal } from "./refusal.ts";
import { readReviews } from "./reviews.ts";
import { seenCommit } from "./seen-commit.ts";
import { readPull, type Registry, type ShownPull } from "./summary.ts";
import {
  forcePushQuery,
  readForcePushes,
  readRetarget,
  readTimeline,
  type Timeline,
} from "./timeline.ts";

/** How often a pull request is read again because somebody pushed meanwhile. */
const maxReadings = 2;
/** Of force-pushes, 100 on each. */
const maxPages = 30;

export interface ConversationsOptions {
  readonly client: GitHubClient;
  readonly registry: Registry;
  readonly courier: CommitCourier;
}

interface Reading {
  readonly pull: ShownPull;
  readonly reviews: readonly Review[];
  readonly timeline: Timeline;
  readonly moves: readonly HeadMove[];
  /** The activity of the branch is shown, and does not know the head. */
  readonly isTorn: boolean;
}

/** Reads pull requests with all that was said and done. */
export class Conversations {
  readonly #client: GitHubClient;
  readonly #registry: Registry;
  readonly #courier: CommitCourier;

  constructor({ client, registry, courier }: ConversationsOptions) {
    this.#client = client;
    this.#registry = registry;
    this.#courier = courier;
  }

  /** Without its conversation. Rejects with `FORGE_PULL_REQUEST_MISSING`. */
  async find(number: number, signal?: AbortSignal): Promise<ShownPull> {
    if (!Number.isSafeInteger(number) || number < 1) throw pullRequestMissing(number);
    const askedAt = this.#client.budget.hostNow();
    const found = await this.#client.get(
      "GET /repos/{owner}/{repo}/pulls/{pull_number}",
      { pull_number: number },
      { signal, missing: "undefined" },
    );
    if (found === undefined) throw pullRequestMissing(number);
    return readPull(found, this.#registry, askedAt);
  }

  async read(number: number, signal?: AbortSignal): Promise<PullRequest> {
    const reading = await this.#readWhole(number, signal);
    const { pull, timeline, moves } = reading;
    const { summary, endedAt } = pull;
    const proposal = { ...summary, endedAt };
    const forced = await this.#forcePushes(number, reading, signal);
    const history = {
      openedAt: summary.openedAt,
      wasReopened: timeline.wasReopened,
      moves,
      forced,
    };
    const retargetedAt = await this.#retargetedAt(number, reading, signal);
    const pullRequest = {
      ...summary,
      ...(retargetedAt === undefined ? {} : { retargetedAt }),
      pushes: pushesOf(proposal, moves, forced),
      reviews: reading.reviews.map((review) => ({
        ...review,
        commit: seenCommit(review, history),
      })),
      comments: timeline.comments,
    };
    await this.#courier.bringCommitsOf(pullRequest, signal);
    return pullRequest;
  }

  async #readWhole(number: number, signal?: AbortSignal): Promise<Reading> {
    let reading = await this.#readOnce(number, signal);
    for (let count = 1; reading.isTorn && count < maxReadings; count += 1) {
      reading = await this.#readOnce(number, signal);
    }
    return reading;
  }

  /**
   * What moves the head is read after the reviews: a push that gave them another commit is known
   * then.
   */
  async #readOnce(number: number, signal?: AbortSignal): Promise<Reading> {
    const at = { pull_number: number, per_page: 100 };
    const route = "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews";
    const [pull, reviews] = await Promise.all([
      this.find(number, signal),
      this.#client.list(route, at, { signal }).catch(noneIfMissing),
    ]);
    const [events, activity] = await Promise.all([
      this.#client.list(
        "GET /repos/{owner}/{repo}/issues/{issue_number}/timeline",
        { issue_number: number, per_page: 100 },
        { signal },
      ),
      this.#activityOf(pull, signal),
    ]);
    const { head, openedAt } = pull.summary;
    const proposal: Proposal = { head, openedAt, endedAt: pull.endedAt };
    const moves = movesUpTo(proposal, activity ?? []);
    return {
      pull,
      reviews: readReviews(reviews),
      timeline: readTimeline(events),
      moves,
      isTorn: moves.length === 0 && (activity ?? []).length > 0 && pull.endedAt === undefined,
    };
  }

  /** `undefined` when GitHub does not show it: of a fork that is gone or private, or without the right. */
  async #activityOf(
    { headRepository, summary }: ShownPull,
    signal?: AbortSignal,
  ): Promise<readonly HeadMove[] | undefined> {
    const [, owner, repo] = /^([\w.-]{1,100})\/([\w.-]{1,100})$/.exec(headRepository ?? "") ?? [];
    if (owner === undefined || repo === undefined) return undefined;
    const ref = `refs/heads/${summary.branch ?? ""}`;
    try {
      const entries = await this.#client.list(
        "GET /repos/{owner}/{repo}/activity",
        { owner, repo, ref, per_page: 100 },
        { signal },
      );
      return readActivity(entries, ref);
    } catch (error) {
      if (isRefusal(error, [403, 404, 409, 410, 422])) return undefined;
      // Somebody can push more often than anybody can read: then the force-pushes have to do.
      if (hasCode(error, "FORGE_ANSWER_INCOMPLETE", "FORGE_NAME_REFUSED")) return undefined;
      throw error;
    }
  }

  /** Read after the reviews, and only where one of them would count. */
  async #retargetedAt(
    number: number,
    { reviews, timeline }: Reading,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    const { retargetedAt } = timeline;
    if (!reviews.some(({ verdict }) => verdict === "approved")) return retargetedAt;
    // https://docs.github.com/rest/issues/events#list-issue-events-for-an-issue
    const events = await this.#client
      .list(
        "GET /repos/{owner}/{repo}/issues/{issue_number}/events",
        { issue_number: number, per_page: 100 },
        { signal },
      )
      .catch(noneIfMissing);
    const told = readRetarget(events) ?? "";
    return [retargetedAt ?? "", told].sort().at(-1) || undefined;
  }

  /** From where to where they went, asked only if the moves do not tell. */
  async #forcePushes(
    number: number,
    { pull, reviews, timeline, moves }: Reading,
    signal?: AbortSignal,
  ): Promise<readonly ForcePush[]> {
    const moments = [pull.summary.openedAt, ...reviews.map(({ at }) => at)];
    const isKnown = moments.every((moment) => coversSince(moves, moment));
    if (isKnown || timeline.forced.length === 0) return timeline.forced;
    const forced: ForcePush[] = [];
    let cursor: string | undefined;
    try {
      for (let page = 0; page < maxPages; page += 1) {
        const { owner, repository } = this.#client;
        const variables = { owner, repository, number, ...(cursor && { cursor }) };
        const found = readForcePushes(
          await this.#client.graphql(forcePushQuery, variables, { signal }),
        );
        forced.push(...found.forced);
        cursor = found.next;
        if (cursor === undefined) break;
      }
    } catch (error) {
      if (!isRefusal(error, [200, 401, 403, 404, 410, 422])) throw error;
    }
    // One that the timeline knows and nobody explains leaves all in doubt.
    return cursor === undefined && forced.length >= timeline.forced.length
      ? forced
      : timeline.forced;
  }
}

/** Whether the pull request is there at all is for another answer to say. */
function noneIfMissing(error: unknown): readonly unknown[] {
  if (isRefusal(error, [404, 410])) return [];
  throw error;
}
