/**
 * What a host with a server of its own can do besides pull requests: show checks, know teams, answer
 * for its settings. The local host has none of it.
 */
export interface HostServices {
  readonly checks: CheckReporter;
  readonly teams: TeamDirectory;
  /** Whether somebody has this name on the host. Rejects when the host does not say. */
  hasAccount(login: string, signal?: AbortSignal): Promise<boolean>;
  /**
   * Whether an account may write to the repository now, by its name on the host; `undefined` when
   * these credentials are not told.
   */
  mayWrite?(login: string, signal?: AbortSignal): Promise<boolean | undefined>;
  /** Names the repository for good, whatever it is called: by this a webhook is believed to mean it. */
  repositoryId(signal?: AbortSignal): Promise<string>;
  /** The registry's branch as it would be, with pull requests that wait in the host's merge queue. */
  mergeGroups(signal?: AbortSignal): Promise<readonly MergeGroup[]>;
  /** What other programs say of a commit: commit statuses and check runs, Cairn's own left out. */
  statusesOf(commit: string, signal?: AbortSignal): Promise<readonly CommitStatus[]>;
  /** Whether the host lets Cairn do its work and protects what is Cairn's alone; changes nothing for good. */
  inspect(signal?: AbortSignal): Promise<readonly HostInspection[]>;
}

/** Shows what Cairn says of a commit. Writes only what is not there yet, so that it can be repeated. */
export interface CheckReporter {
  /** True when something was written. Rejects like the methods of `Forge`. */
  publish(check: CheckDraft, signal?: AbortSignal): Promise<boolean>;
  /** Keeps one comment of Cairn's own on a pull request; true when something was written. */
  say(number: number, body: string, signal?: AbortSignal): Promise<boolean>;
}

export interface CheckDraft {
  /** The commit that it is about. */
  readonly head: string;
  /** `pending`: not decided yet, because only time is missing. */
  readonly outcome: "passed" | "failed" | "pending";
  /** One line of plain text. */
  readonly title: string;
  /** Markdown, safe to show; cut by the reporter where the host takes less. */
  readonly summary: string;
  readonly annotations: readonly CheckAnnotation[];
}

/** A note at a place in a file of the commit. */
export interface CheckAnnotation {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column?: number;
  readonly level: "failure" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
}

export interface TeamDirectory {
  /**
   * Names on the host of those who are in a team (`ml-leads`, without the organization), in lower
   * case; `undefined` when there is no such team. Rejects when the host does not say: nobody is
   * taken for a member, or for none, on a guess.
   */
  membersOf(team: string, signal?: AbortSignal): Promise<readonly string[] | undefined>;
}

export interface MergeGroup {
  /** The newest of the pull requests that it holds. */
  readonly pullRequest: number;
  /** The commit that the branch would be moved to; it can be read from the mirror. */
  readonly head: string;
}

export interface CommitStatus {
  /** `ci/eval`. */
  readonly name: string;
  readonly outcome: "passed" | "failed" | "pending";
}

/** One thing that was looked at, for `cairn doctor`. */
export interface HostInspection {
  readonly check: string;
  readonly outcome: "ok" | "warning" | "failed";
  readonly message: string;
  readonly hint?: string;
}
