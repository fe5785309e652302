import type {
  Account,
  MergeMethod,
  PullRequest,
  PullRequestSummary,
  ReviewVerdict,
} from "../domain/pull-request.ts";

export type PullRequestState = PullRequest["state"];

/** What is proposed. */
export interface PullRequestDraft {
  readonly title: string;
  readonly body: string;
  readonly by: Account;
  readonly labels: readonly string[];
  /**
   * Name of the branch, without `refs/heads/`. What Cairn proposes itself has a name made from the
   * content: opened twice, it is one pull request.
   */
  readonly branch: string;
  /** The commit that is proposed; it is in Cairn's mirror, the driver brings it to the host. */
  readonly head: string;
  /** Who is asked to look at it, where the host can ask; those it does not know are left out. */
  readonly reviewers?: Reviewers;
}

export interface Reviewers {
  /** Names on the host. */
  readonly logins: readonly string[];
  /** Slugs, without the organization. */
  readonly teams: readonly string[];
}

export interface ReviewDraft {
  readonly by: Account;
  readonly verdict: Exclude<ReviewVerdict, "dismissed">;
  readonly body: string;
  /** The head that the reviewer looked at. */
  readonly commit: string;
}

export interface MergeRequest {
  readonly by: Account;
  readonly method: MergeMethod;
  /** The head that was looked at: another one is not merged. */
  readonly expectedHead: string;
  /** Subject of the commit; the host's own words when absent. */
  readonly message?: string;
}

export type MergeOutcome =
  | { readonly outcome: "merged"; readonly commit: string }
  /** Nothing was changed: both sides changed these paths. */
  | { readonly outcome: "conflict"; readonly paths: readonly string[] }
  /** Nothing was changed: somebody pushed, this is the head now. */
  | { readonly outcome: "head-moved"; readonly head: string };

/**
 * Where pull requests live: GitHub, or refs of the registry's own repository. The
 * contract that every driver passes is test/forge/forge.contract.ts.
 *
 * Every method rejects with `FORGE_UNAVAILABLE` or `FORGE_DENIED` when the host does not answer or
 * refuses, and those with a number with `FORGE_PULL_REQUEST_MISSING`. Writing methods reject with
 * `FORGE_PULL_REQUEST_ENDED` when it is merged or closed. All can be repeated.
 */
export interface Forge {
  /** How people and the ledger call this host: `local`, `github`. */
  readonly kind: string;
  /**
   * The account that everything is done as, whatever `by` says, where the host decides that by the
   * credentials; `undefined` where the caller says who acts.
   */
  account(signal?: AbortSignal): Promise<Account | undefined>;
  /** Those that are meant for the registry's branch; newest first, of ended ones perhaps not all. */
  list(
    states: readonly PullRequestState[],
    signal?: AbortSignal,
  ): Promise<readonly PullRequestSummary[]>;
  /** All that came from a branch of the registry's own repository, whatever became of them; newest first. */
  ofBranch(branch: string, signal?: AbortSignal): Promise<readonly PullRequestSummary[]>;
  /** The conversation as it is now; afterwards its commits can be read from the mirror. */
  get(number: number, signal?: AbortSignal): Promise<PullRequest>;
  /** The open pull request of this branch if there is one, moved to this head; else a new one. */
  open(draft: PullRequestDraft): Promise<PullRequest>;
  /** Rejects with `FORGE_HEAD_MOVED` when the head is not `commit` any more. */
  review(number: number, draft: ReviewDraft): Promise<PullRequest>;
  comment(
    number: number,
    draft: { readonly by: Account; readonly body: string },
  ): Promise<PullRequest>;
  setLabels(
    number: number,
    change: { readonly by: Account; readonly labels: readonly string[] },
  ): Promise<PullRequest>;
  merge(number: number, request: MergeRequest): Promise<MergeOutcome>;
  close(
    number: number,
    change: { readonly by: Account; readonly reason: string },
  ): Promise<PullRequest>;
  /** The merged pull request, if any, that brought each of these commits of the default branch. */
  landedBy(
    commits: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, PullRequest>>;
}
