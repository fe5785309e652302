import type { AssetKey } from "../domain/asset.ts";
import type { CheckReport, MoveReport } from "./app-check.ts";
import type { MergeMethod, PullRequest, ReviewVerdict } from "../domain/pull-request.ts";
import type { Digest } from "../shared/digest.ts";

export type * from "./app-check.ts";

/** Who acts: a person of the policy (`ann`), `Name <mail>`, or whoever Git is configured for. */
export interface ActingRequest {
  readonly as?: string;
}

export interface PullRequestItem {
  readonly number: number;
  readonly title: string;
  readonly state: PullRequest["state"];
  /** A person of the policy, else the account as text. */
  readonly author: string;
  readonly openedAt: string;
  readonly head: string;
  readonly branch: string | undefined;
  /** The branch that it is for; absent: the registry's. */
  readonly base?: string;
  /** The other repository that it comes from. */
  readonly fork?: string;
  /** Not meant to be merged yet. */
  readonly isDraft?: boolean;
  readonly labels: readonly string[];
  readonly merged:
    | { readonly commit: string; readonly at: string; readonly by: string }
    | undefined;
}

export interface PullRequestDetail extends PullRequestItem {
  readonly body: string;
  readonly pushes: readonly { readonly head: string; readonly by: string; readonly at?: string }[];
  readonly reviews: readonly {
    readonly by: string;
    readonly verdict: ReviewVerdict;
    readonly commit: string | undefined;
    readonly at: string;
    readonly body: string;
  }[];
  readonly comments: readonly {
    readonly by: string;
    readonly at: string;
    readonly body: string;
  }[];
  /** As it is now; absent once it is merged or closed. */
  readonly check: CheckReport | undefined;
}

export interface CheckRequest {
  /** An open pull request; else a revision of the clone that the command runs in (`HEAD`). */
  readonly pullRequest?: number;
  readonly revision?: string;
}

export interface OpenPullRequestRequest extends ActingRequest {
  /** Of the clone that the command runs in; `HEAD` when absent. */
  readonly revision?: string;
  /** Of the clone; the branch that is checked out when absent. */
  readonly branch?: string;
  /** Subject and body of the newest commit when absent. */
  readonly title?: string;
  readonly body?: string;
  readonly labels?: readonly string[];
}

export interface ReviewRequest extends ActingRequest {
  readonly number: number;
  readonly verdict: "approved" | "changes-requested" | "commented";
  readonly body?: string;
  /** The head that was looked at; the head as it is now when absent. */
  readonly commit?: string;
}

export interface MergePullRequestRequest extends ActingRequest {
  readonly number: number;
  readonly method: MergeMethod;
  /** Merge although the check fails: nothing that failed takes effect. */
  readonly force?: boolean;
}

export interface MergeReport {
  readonly number: number;
  /** Absent: it was not merged, the check says why. */
  readonly commit: string | undefined;
  readonly check: CheckReport;
}

/** A pull request that Cairn made, and what became of it. */
export interface ProposalReport {
  readonly pullRequest: PullRequestItem;
  /** False when the same was proposed before. */
  readonly created: boolean;
  readonly check: CheckReport;
  /** Set when it was asked to be merged and could be. */
  readonly merged: { readonly commit: string } | undefined;
}

export interface ProposeRequest extends ActingRequest {
  readonly reason?: string;
  readonly labels?: readonly string[];
  /** Merge at once when nothing fails. */
  readonly merge?: boolean;
}

export interface PromoteRequest extends ProposeRequest {
  /** `models/taxi-fare`, with `@version` to say which. */
  readonly asset: string;
  readonly to: string;
  /** Break glass: these gates are skipped once, if a second person with the right approves. */
  readonly override?: readonly string[];
  /** Leave out what the asset refers to. */
  readonly only?: boolean;
}

export interface RollbackRequest extends ProposeRequest {
  /** With `@version`: to that one; else to what the stage ran before. */
  readonly asset: string;
  readonly stage: string;
}

export interface WithdrawRequest extends ProposeRequest {
  readonly asset: string;
  readonly stage: string;
}

export interface HoldRequest extends ProposeRequest {
  readonly asset: string;
  readonly stage: string;
  /** ISO date; for ever when absent. */
  readonly until?: string;
  /** End the hold. */
  readonly release?: boolean;
}

export interface DeprecateRequest extends ProposeRequest {
  /** `models/taxi-fare@3`. */
  readonly asset: string;
  readonly successor?: string;
  readonly sunset?: string;
  readonly undo?: boolean;
}

export interface ArchiveRequest extends ProposeRequest {
  readonly asset: string;
  readonly undo?: boolean;
}

export interface ExplainRequest {
  /** With `@version`: that one; else the candidate that `promote` would take. */
  readonly asset: string;
  readonly to: string;
}

export interface ExplainReport {
  readonly move: MoveReport;
  /** The open pull request that asks for it, if there is one: its approvals are counted. */
  readonly pullRequest: number | undefined;
  /** What became of the newest try, in words. */
  readonly lastTry: string | undefined;
  readonly hold: string | undefined;
  /** Who may approve, by gate that asks for approvals. */
  readonly approvers: readonly string[];
  /** The next thing to do. */
  readonly next: string;
}

export interface PolicyExplainReport {
  readonly digest: Digest;
  readonly commit: string;
  readonly since: string;
  /** True when the branch has another policy than the one in force. */
  readonly differs: boolean;
  readonly owners: readonly string[];
  /** Teams that give a role to nobody, and why, in words. */
  readonly emptyTeams: readonly string[];
  readonly stages: readonly {
    readonly stage: string;
    readonly follows: boolean;
    readonly rules: readonly {
      readonly assets: readonly string[];
      /** Gate and settings, as `soak: 24 hours`. */
      readonly gates: readonly string[];
      readonly rollback: string;
      readonly path: string;
      readonly line?: number;
    }[];
  }[];
}

export interface PolicyTestReport {
  readonly tests: readonly {
    readonly path: string;
    readonly line?: number;
    readonly name: string;
    readonly outcome: "passed" | "failed";
    readonly message: string;
  }[];
}

export interface PolicyAcceptRequest {
  readonly by: string;
  readonly reason: string;
}

export interface RegisterRequest extends ProposeRequest {
  readonly kind: "model" | "data";
  readonly name: string;
  /** A file or folder. */
  readonly path: string;
  /** Azure ML's type: `mlflow_model`, `custom_model`, `uri_file`, … found out when absent. */
  readonly type?: string;
  /** Leaves the number to Cairn when absent. */
  readonly version?: string;
  readonly description?: string;
  /** A JSON file of metrics, and the data they were measured on. */
  readonly metrics?: string;
  readonly on?: string;
  readonly split?: string;
  readonly job?: string;
  /** References to the data it was made from. */
  readonly data?: readonly string[];
  readonly owner?: string;
  readonly license?: string;
  readonly tags?: readonly string[];
}

export interface RegisterReport extends ProposalReport {
  readonly asset: AssetKey;
  readonly files: readonly string[];
  /** Bytes that were stored in the primary replica; those that were there count as known. */
  readonly storedBytes: number;
  readonly knownBytes: number;
}

/** A change that the pull-request host knows: a pull request, or what its merge queue has made. */
export type HostCheckRequest = (
  | { readonly pullRequest: number }
  /** The full id of the commit. */
  | { readonly mergeGroup: string }
) & {
  /** Show it on the host as well. */
  readonly publish: boolean;
};

export interface HostCheckReport {
  readonly outcome: CheckReport["outcome"];
  /** One line of plain text. */
  readonly summary: string;
  /** Everything that there is to say, safe to show on the host. */
  readonly markdown: string;
  readonly findings: CheckReport["findings"];
  /** Of an open pull request. */
  readonly report?: CheckReport;
  /** The host shows it now. */
  readonly published: boolean;
  /** Why the host does not show all of it, although that was asked for. */
  readonly refusal?: string;
}

/** The part of the application that proposes, reviews and decides. */
export interface PromoteApp {
  check(request: CheckRequest): Promise<CheckReport>;
  /** As `cairn serve` does it; without the right to publish, the answer alone. */
  checkOnHost(request: HostCheckRequest): Promise<HostCheckReport>;
  pullRequests(request: {
    readonly states: readonly PullRequest["state"][];
  }): Promise<{ readonly items: readonly PullRequestItem[]; readonly next: undefined }>;
  pullRequest(request: { readonly number: number }): Promise<PullRequestDetail>;
  openPullRequest(request: OpenPullRequestRequest): Promise<ProposalReport>;
  reviewPullRequest(request: ReviewRequest): Promise<PullRequestDetail>;
  commentOnPullRequest(
    request: ActingRequest & { readonly number: number; readonly body: string },
  ): Promise<PullRequestDetail>;
  mergePullRequest(request: MergePullRequestRequest): Promise<MergeReport>;
  closePullRequest(
    request: ActingRequest & { readonly number: number; readonly reason?: string },
  ): Promise<PullRequestDetail>;
  promote(request: PromoteRequest): Promise<ProposalReport>;
  rollback(request: RollbackRequest): Promise<ProposalReport>;
  withdraw(request: WithdrawRequest): Promise<ProposalReport>;
  hold(request: HoldRequest): Promise<ProposalReport>;
  deprecate(request: DeprecateRequest): Promise<ProposalReport>;
  archive(request: ArchiveRequest): Promise<ProposalReport>;
  explain(request: ExplainRequest): Promise<ExplainReport>;
  policyExplain(): Promise<PolicyExplainReport>;
  /** Of a registry folder; of the registry's branch when absent. */
  policyTest(request: { readonly folder?: string }): Promise<PolicyTestReport>;
  policyAccept(request: PolicyAcceptRequest): Promise<PolicyExplainReport>;
  register(request: RegisterRequest): Promise<RegisterReport>;
}
