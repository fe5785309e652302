import type {
  Account,
  PullRequest,
  PullRequestComment,
  Push,
  Review,
} from "../../../domain/pull-request.ts";
import type { Act } from "./act.ts";
import { timeAfter } from "./act-time.ts";

/** An act and the commit that holds it. */
export type RecordedAct = Act & { readonly id: string };

/** The acts that count: from the first opening on, until the first end. */
export function actsThatCount<Recorded extends RecordedAct>(
  acts: readonly Recorded[],
): readonly Recorded[] {
  const start = acts.findIndex(({ act }) => act === "opened");
  if (start < 0) return [];
  const end = acts.findIndex(({ act }, at) => at > start && (act === "merged" || act === "closed"));
  return acts.slice(start, end < 0 ? undefined : end + 1);
}

export function stateOf(acts: readonly RecordedAct[]): PullRequest["state"] {
  const last = acts.at(-1)?.act;
  return last === "merged" || last === "closed" ? last : "open";
}

/**
 * The pull request that acts which count amount to. `ref` is what the head ref holds; once it is
 * merged or closed, the head in the last act is what counts.
 */
export function foldActs(
  opened: RecordedAct & { readonly act: "opened" },
  later: readonly RecordedAct[],
  ref: string | undefined,
): PullRequest {
  const story = new Story(opened);
  for (const act of later) story.add(act);
  const state = stateOf(later);
  if (state === "open" && ref !== undefined) story.notice(ref);
  return {
    number: opened.number,
    title: opened.title,
    body: opened.body,
    state,
    author: opened.by,
    openedAt: opened.at,
    head: story.head,
    branch: opened.branch,
    labels: story.labels,
    pushes: story.pushes,
    reviews: story.reviews,
    comments: story.comments,
    merged: story.merged,
  };
}

class Story {
  readonly pushes: Push[];
  readonly reviews: Review[] = [];
  readonly comments: PullRequestComment[] = [];
  labels: readonly string[];
  head: string;
  merged: PullRequest["merged"];
  #now: string;

  constructor({ head, by, at, labels }: RecordedAct & { readonly act: "opened" }) {
    this.head = head;
    this.labels = labels;
    this.pushes = [{ head, by, at }];
    this.#now = at;
  }

  /** Somebody moved the head with git: nobody knows who or when. */
  notice(head: string): void {
    if (head === this.head) return;
    this.head = head;
    this.pushes.push({ head, by: undefined, at: undefined });
  }

  add(act: RecordedAct): void {
    this.#now = timeAfter(this.#now, act.at);
    const { by } = act;
    const at = this.#now;
    if (act.act === "pushed" && act.head !== this.head) {
      this.head = act.head;
      this.pushes.push({ head: act.head, by, at });
    }
    if (act.act === "reviewed") {
      this.notice(act.head);
      const { id, verdict, body, head: commit } = act;
      this.reviews.push({ id, by, verdict, commit, at: this.#notBefore(by, at), body });
    }
    if (act.act === "commented") this.comments.push({ by, at, body: act.body });
    if (act.act === "labelled") this.labels = act.labels;
    if (act.act === "merged") {
      this.notice(act.head);
      this.merged = { commit: act.commit, by, at };
    }
    if (act.act === "closed") {
      this.notice(act.head);
      if (act.reason.trim() !== "") this.comments.push({ by, at, body: act.reason });
    }
  }

  /** The newest word of somebody is the last in the chain, whatever the clocks of their machines. */
  #notBefore(by: Account, at: string): string {
    const previous = this.reviews.findLast((review) => isSame(review.by, by))?.at ?? at;
    return previous > at ? previous : at;
  }
}

function isSame(left: Account, right: Account): boolean {
  if (left.signingKey !== undefined || right.signingKey !== undefined) {
    return left.signingKey === right.signingKey;
  }
  return left.login === right.login && left.email === right.email && left.name === right.name;
}
