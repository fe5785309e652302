import type { Octokit } from "@octokit/rest";
import type { DoubleDelivery } from "./delivery.ts";
import type { Lies } from "./lies.ts";

export type PermissionLevel = "admin" | "maintain" | "write" | "triage" | "read";

/**
 * A GitHub Enterprise Server in this process: its API and its Git transport stand on the same bare
 * repositories, so that they always agree. `github.ts` starts it.
 */
export interface GitHubDouble {
  readonly url: string;
  /** The REST API: `${url}/api/v3`. */
  readonly apiUrl: string;
  /** `${url}/<owner>/<repo>.git`, without a login. */
  repositoryUrl(fullName: string): string;

  addUser(user: UserDraft): AddedUser;
  addRepository(repository: RepositoryDraft): Promise<DoubleRepository>;
  addTeam(team: TeamDraft): void;
  addApp(app: AppDraft): { readonly installationId: number; readonly login: string };
  addWebhook(webhook: WebhookDraft): void;
  /** A `GITHUB_TOKEN` as a workflow has it; `permissions` as in the workflow's own key. */
  actionsToken(fullName: string, permissions?: Readonly<Record<string, string>>): string;
  /** The repository is gone, as when the owner of a fork deletes it. */
  removeRepository(fullName: string): Promise<void>;

  /** Plain Octokit with this user's token, to act as a person. */
  client(login: string): Octokit;
  /**
   * With the person's token in it: a push to it is recorded as theirs. Git must run beside this
   * process, not inside a `spawnSync`: that would keep the double from answering.
   */
  gitUrl(login: string, fullName: string): string;

  /** Adds a ruleset; returns its id. */
  protect(fullName: string, rules: RulesetDraft): number;
  /** Puts a pull request in the merge queue: makes the group's branch and its webhook. */
  enqueue(fullName: string, pullRequest: number): Promise<QueuedGroup>;
  /** Lands the groups whose required checks are green, oldest first; returns their numbers. */
  finishQueue(fullName: string): Promise<readonly number[]>;
  /** The author says that a draft is none any more. */
  markReady(fullName: string, pullRequest: number): Promise<void>;
  /** Changes what is drawn from the shared budget of requests. */
  readonly budget: RequestBudget;

  readonly requests: readonly DoubleRequest[];
  readonly deliveries: readonly DoubleDelivery[];
  /** Answers of its own that GitHub's published description does not allow. */
  readonly contractViolations: readonly string[];
  readonly clock: DoubleClock;
  readonly lies: Lies;
  /** Resolves when every webhook delivery was sent and answered. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface GitHubOptions {
  /** Where the clock stands; it then moves only by `tick` and by events. Without: real time. */
  readonly start?: Date;
  /** Where the repositories go; without: a temporary folder that `close` removes. */
  readonly root?: string;
}

export interface UserDraft {
  readonly login: string;
  readonly type?: "User" | "Bot";
  readonly id?: number;
}

export interface AddedUser {
  readonly login: string;
  readonly id: number;
  readonly token: string;
}

export interface RepositoryDraft {
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch?: string;
  /** Full name of the parent, whose refs and objects it starts with. */
  readonly forkOf?: string;
  readonly permissions?: Readonly<Record<string, PermissionLevel>>;
  /** Otherwise everybody may read it. */
  readonly isPrivate?: boolean;
}

export interface DoubleRepository {
  readonly id: number;
  readonly fullName: string;
  /** The bare repository. What is written to it directly is no push: nobody is told. */
  readonly folder: string;
  readonly url: string;
}

export interface TeamDraft {
  readonly org: string;
  readonly slug: string;
  readonly members: readonly string[];
}

export interface AppDraft {
  readonly id: number;
  readonly slug: string;
  readonly publicKey: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly installedOn: readonly string[];
}

export interface WebhookDraft {
  readonly repository: string;
  readonly url: string;
  readonly secret: string;
  /** Without: all. */
  readonly events?: readonly string[];
}

/** A repository ruleset in short; pushes and merges keep to it. */
export interface RulesetDraft {
  readonly name?: string;
  readonly target?: "branch" | "tag";
  readonly enforcement?: "active" | "evaluate" | "disabled";
  /** Ref patterns (`refs/heads/main`, `~DEFAULT_BRANCH`, `~ALL`, `refs/tags/**`); default: the default branch. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Logins of users and apps (`cairn[bot]`) who need not keep to it. */
  readonly bypass?: readonly string[];
  /** Makes a pull request necessary; 0 asks for no review. */
  readonly requiredApprovals?: number;
  readonly dismissStaleReviews?: boolean;
  /** Contexts of commit statuses or names of check runs. */
  readonly requiredChecks?: readonly string[];
  /** The head must hold the newest base. */
  readonly strictChecks?: boolean;
  readonly mergeQueue?: boolean;
  /** What its groups are made by; default: merge. */
  readonly mergeQueueMethod?: "merge" | "squash" | "rebase";
  readonly restrict?: readonly ("creation" | "update" | "deletion" | "non_fast_forward")[];
}

export interface QueuedGroup {
  readonly pullRequest: number;
  /** `refs/heads/gh-readonly-queue/<base>/pr-<n>-<sha>` */
  readonly ref: string;
  readonly head: string;
  readonly base: string;
}

export interface DoubleRequest {
  readonly kind: "api" | "graphql" | "git";
  readonly method: string;
  /** With its query; of the API without `/api/v3`. */
  readonly path: string;
  readonly status: number;
  /** Absent for a request without a valid token. */
  readonly login: string | undefined;
  readonly when: Date;
}

export interface DoubleClock {
  now(): Date;
  tick(milliseconds: number): void;
}

export interface RequestBudget {
  /** Requests an hour for each account; those left start anew with it. */
  limit(perHour: number): void;
  /** What is left for one account. */
  remaining(login: string): number;
  /** The next requests that match are refused by the secondary limit. */
  refuse(options: {
    readonly times: number;
    readonly retryAfterSeconds: number;
    readonly pattern?: RegExp;
    readonly status?: 403 | 429;
  }): void;
}
