import type { PullRequestComment } from "../../../domain/pull-request.ts";
import { byTime } from "./by-time.ts";
import type { ForcePush } from "./head-history.ts";
import { readFields, type Fields } from "./shapes.ts";
import { cutText } from "./texts.ts";

/** What happened to a pull request. */
export interface Timeline {
  /** Oldest first. */
  readonly comments: readonly PullRequestComment[];
  /** Oldest first; REST does not tell from where to where. */
  readonly forced: readonly ForcePush[];
  readonly wasReopened: boolean;
  /** When it was last meant for another branch. */
  readonly retargetedAt: string | undefined;
}

/** Also when GitHub did that by itself, because the branch was merged and deleted. */
const retargets: ReadonlySet<string> = new Set([
  "base_ref_changed",
  "automatic_base_change_succeeded",
]);

/** Rejects with `FORGE_ANSWER_BROKEN`; events that mean nothing here may look like anything. */
export function readTimeline(entries: readonly unknown[]): Timeline {
  const comments: PullRequestComment[] = [];
  const forced: ForcePush[] = [];
  let wasReopened = false;
  for (const entry of entries) {
    const event = readFields(entry, "an event of a pull request");
    switch (event.optionalString("event") ?? "") {
      case "commented":
        comments.push(toComment(event));
        break;
      case "head_ref_force_pushed":
        forced.push(toForcePush(event));
        break;
      case "reopened":
        wasReopened = true;
        break;
      default:
    }
  }
  const retargetedAt = readRetarget(entries);
  return {
    comments: comments.sort(byTime),
    forced: forced.sort(byTime),
    wasReopened,
    retargetedAt,
  };
}

/** Of the timeline or of the events of an issue, which alone are documented to have all of them. */
export function readRetarget(entries: readonly unknown[]): string | undefined {
  return entries
    .map((entry) => readFields(entry, "an event of a pull request"))
    .filter((event) => retargets.has(event.optionalString("event") ?? ""))
    .map((event) => event.date("created_at"))
    .sort()
    .at(-1);
}

function toComment(event: Fields): PullRequestComment {
  return {
    by: event.account(event.has("user") ? "user" : "actor"),
    at: event.date("created_at"),
    body: cutText(event.optionalString("body") ?? ""),
  };
}

function toForcePush(event: Fields): ForcePush {
  const by = event.has("actor") ? event.account("actor") : undefined;
  return { before: undefined, after: undefined, at: event.date("created_at"), by };
}

export const forcePushQuery = `query($owner: String!, $repository: String!, $number: Int!, $cursor: String) {
  repository(owner: $owner, name: $repository) {
    pullRequest(number: $number) {
      timelineItems(first: 100, after: $cursor, itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT]) {
        pageInfo { hasNextPage endCursor }
        nodes {
          ... on HeadRefForcePushedEvent {
            createdAt
            actor { __typename login }
            beforeCommit { oid }
            afterCommit { oid }
          }
        }
      }
    }
  }
}`;

export interface ForcePushPage {
  readonly forced: readonly ForcePush[];
  /** Where the next page starts. */
  readonly next: string | undefined;
}

/** The answer to `forcePushQuery`: a commit that is gone is not named. */
export function readForcePushes(data: unknown): ForcePushPage {
  const items = readFields(data, "the force-pushes of a pull request")
    .object("repository")
    .object("pullRequest")
    .object("timelineItems");
  const page = items.object("pageInfo");
  const forced = items.objects("nodes").map((event): ForcePush => {
    return {
      before: event.optionalObject("beforeCommit")?.commit("oid"),
      after: event.optionalObject("afterCommit")?.commit("oid"),
      at: event.date("createdAt"),
      by: event.has("actor") ? event.account("actor") : undefined,
    };
  });
  return { forced, next: page.boolean("hasNextPage") ? page.string("endCursor") : undefined };
}
