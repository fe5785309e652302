import type { DoubleDelivery } from "./delivery.ts";

/** What goes wrong with the answer to one request. */
export type Fault =
  /** With `afterWrite` the request is carried out first. */
  | {
      readonly type: "status";
      readonly status: number;
      readonly afterWrite?: boolean;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** 200 and the right headers, but the body ends in the middle; the length says so or fits. */
  | { readonly type: "truncated"; readonly keep?: number; readonly cleanly?: boolean }
  | { readonly type: "hang" }
  | { readonly type: "slow"; readonly milliseconds: number }
  /** Every number named `id` becomes a string, or larger than a number can be. */
  | { readonly type: "wrong-types"; readonly ids: "string" | "huge" }
  | { readonly type: "empty" }
  | { readonly type: "text"; readonly body: string }
  /** The next page is said to be there: `itself`, or an address. */
  | { readonly type: "link"; readonly next: string }
  | { readonly type: "redirect"; readonly to: string; readonly status?: 301 | 302 | 307 }
  /** The request is carried out, the connection ends without an answer. */
  | { readonly type: "answer-lost" }
  /** The body as this makes it. */
  | { readonly type: "change"; readonly change: (body: unknown) => unknown };

export interface LateReview {
  readonly repository: string;
  readonly pullRequest: number;
  readonly by: string;
  readonly state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED";
  /** Default: the head as it is now. */
  readonly commit?: string;
  /** `submitted_at`, usually long ago. */
  readonly submittedAt: Date;
}

/** Makes GitHub lie and fail on command. Nothing of it is checked against GitHub's description. */
export interface Lies {
  /** `pattern` is matched against `GET /repos/o/r/pulls?state=open` (without `/api/v3`), and Git paths. */
  once(pattern: RegExp, fault: Fault): void;
  /** Until `heal`. */
  always(pattern: RegExp, fault: Fault): void;
  /** Ends all faults of requests, and all refusals below. */
  heal(): void;
  /** Resolves when a request hangs. */
  whenHanging(): Promise<void>;

  /** Runs it; what it changes sends no webhook. */
  withoutWebhooks<T>(act: () => Promise<T>): Promise<T>;
  /** From now on deliveries wait. */
  holdWebhooks(): void;
  /** Sends what waits, in the order (and as often) as chosen; later ones go out at once again. */
  releaseWebhooks(choose?: (held: readonly DoubleDelivery[]) => readonly DoubleDelivery[]): void;

  /** A review that appears now but was submitted long ago; its webhook is sent. */
  lateReview(review: LateReview): number;
  /** After a force-push, approvals say that they were given for the new head. */
  rebindApprovals(on?: boolean): void;
  /** A push (over Git) with a tag on a commit that changes .github/workflows needs `workflows: write`. */
  refuseWorkflowTags(on?: boolean): void;
  /** `refs/pull/*` is not advertised and cannot be fetched by name. */
  hidePullRefs(on?: boolean): void;
  /** GET …/activity answers 403. */
  hideActivity(on?: boolean): void;
  /** GraphQL answers 404. */
  hideGraphql(on?: boolean): void;
  /** Check runs are refused (403) whoever asks. */
  refuseCheckRuns(on?: boolean): void;
  /** `mergeable` is null the next times it is asked for. */
  mergeableUnknown(times: number): void;
}
