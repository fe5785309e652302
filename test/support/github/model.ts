import type { PermissionLevel, RulesetDraft } from "./double.ts";
import type { CommitReader } from "./commits.ts";
import type { ObjectReader } from "./object-reader.ts";
import type { Refs } from "./refs.ts";

/** What a JSON body is made of; GitHub says `null` where it has nothing. */
export type Json = { readonly [name: string]: unknown };

export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: "User" | "Bot" | "Organization";
}

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly account: Account;
  readonly publicKey: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly installationId: number;
  readonly createdAt: Date;
  /** Lower case full names. */
  readonly installedOn: ReadonlySet<string>;
}

export interface Repository {
  readonly id: number;
  readonly owner: Account;
  readonly name: string;
  readonly fullName: string;
  readonly folder: string;
  readonly defaultBranch: string;
  readonly isPrivate: boolean;
  readonly createdAt: Date;
  pushedAt: Date;
  readonly parent: Repository | undefined;
  /** By login in lower case. */
  readonly permissions: Map<string, PermissionLevel>;
  readonly refs: Refs;
  readonly objects: ObjectReader;
  readonly commits: CommitReader;
  isRemoved: boolean;
  nextNumber: number;
  readonly pulls: Map<number, Pull>;
  /** Open ones that come from a branch of this repository, by that branch. */
  readonly openByHead: Map<string, Set<Pull>>;
  /** Open ones that want to get into a branch of this repository, by that branch. */
  readonly openByBase: Map<string, Set<Pull>>;
  /** Pull requests that hold or brought a commit. */
  readonly pullsByCommit: Map<string, Set<Pull>>;
  readonly comments: Map<number, Comment>;
  readonly checkRuns: Map<number, CheckRun>;
  readonly checkRunsByHead: Map<string, CheckRun[]>;
  /** Newest last. */
  readonly statuses: Map<string, Status[]>;
  readonly activity: Activity[];
  readonly rulesets: Ruleset[];
  readonly webhooks: Webhook[];
  readonly queue: QueueEntry[];
  /** What changes refs waits here for its turn. */
  turn: Promise<unknown>;
}

export type ReviewState = "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED" | "PENDING";

export interface Review {
  readonly id: number;
  readonly user: Account;
  body: string;
  state: ReviewState;
  commit: string;
  readonly submittedAt: Date;
}

export interface Comment {
  readonly id: number;
  readonly pull: Pull;
  readonly user: Account;
  readonly app: App | undefined;
  body: string;
  readonly createdAt: Date;
  updatedAt: Date;
}

export interface Pull {
  readonly id: number;
  readonly number: number;
  readonly repository: Repository;
  title: string;
  body: string | null;
  readonly author: Account;
  readonly createdAt: Date;
  updatedAt: Date;
  state: "open" | "closed";
  closedAt: Date | undefined;
  merge: { readonly at: Date; readonly by: Account; readonly commit: string } | undefined;
  isDraft: boolean;
  base: { readonly branch: string; readonly sha: string };
  head: { readonly repository: Repository; readonly branch: string; readonly sha: string };
  /** From base to head, oldest first. */
  commits: readonly string[];
  readonly labels: Set<string>;
  readonly reviewers: Map<string, Account>;
  readonly reviewTeams: Set<string>;
  readonly reviews: Review[];
  commentCount: number;
  readonly timeline: TimelineEntry[];
}

interface Entry {
  readonly id: number;
  readonly at: Date;
  readonly actor: Account;
}

export type TimelineEntry =
  | (Entry & { readonly event: "committed"; readonly commit: string })
  | (Entry & { readonly event: "reviewed"; readonly review: Review })
  | (Entry & { readonly event: "commented"; readonly comment: Comment })
  | (Entry & { readonly event: "labeled" | "unlabeled"; readonly label: string })
  | (Entry & {
      readonly event: "head_ref_force_pushed";
      readonly before: string;
      readonly after: string;
    })
  | (Entry & { readonly event: "merged"; readonly commit: string })
  | (Entry & {
      readonly event: "review_requested" | "review_request_removed";
      readonly reviewer?: Account;
      readonly team?: string;
    })
  | (Entry & {
      readonly event: "review_dismissed";
      readonly review: Review;
      readonly state: ReviewState;
      readonly message: string;
    })
  | (Entry & { readonly event: "renamed"; readonly from: string; readonly to: string })
  | (Entry & {
      readonly event:
        | "base_ref_changed"
        | "closed"
        | "reopened"
        | "head_ref_deleted"
        | "ready_for_review"
        | "convert_to_draft"
        | "added_to_merge_queue";
    });

export type TimelineEvent = TimelineEntry["event"];

export interface CheckRun {
  readonly id: number;
  readonly suiteId: number;
  readonly app: App | undefined;
  readonly head: string;
  name: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | undefined;
  startedAt: Date;
  completedAt: Date | undefined;
  detailsUrl: string | undefined;
  externalId: string;
  output: { title: string | null; summary: string | null; text: string | null };
  readonly annotations: Json[];
}

export interface Status {
  readonly id: number;
  readonly state: "success" | "failure" | "error" | "pending";
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: Account;
  readonly at: Date;
}

export type ActivityType =
  | "push"
  | "force_push"
  | "branch_creation"
  | "branch_deletion"
  | "pr_merge"
  | "merge_queue_merge";

export interface Activity {
  readonly id: number;
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly type: ActivityType;
  readonly actor: Account;
  readonly at: Date;
}

export interface Ruleset {
  readonly id: number;
  readonly createdAt: Date;
  readonly rules: RulesetDraft;
}

export interface Webhook {
  readonly id: number;
  readonly url: string;
  readonly secret: string;
  readonly events: ReadonlySet<string> | undefined;
}

export interface QueueEntry {
  readonly pull: Pull;
  readonly ref: string;
  readonly head: string;
  readonly base: string;
  /** From base to head, oldest first. */
  readonly commits: readonly string[];
  readonly by: Account;
}

export const noCommit = "0".repeat(40);
