/** Somebody as the pull-request host knows them; `people.ts` tells which person of the policy that is. */
export interface Account {
  /** The name on the host (`ann-contoso` on GitHub); the local host has none. */
  readonly login?: string;
  readonly name?: string;
  readonly email?: string;
  readonly isBot?: boolean;
  /** The SSH key (`ssh-ed25519 AAAA…`) whose good signature is on what the account did. */
  readonly signingKey?: string;
}

export const reviewVerdicts = ["approved", "changes-requested", "commented", "dismissed"] as const;
export type ReviewVerdict = (typeof reviewVerdicts)[number];

export interface Review {
  readonly id: string;
  readonly by: Account;
  readonly verdict: ReviewVerdict;
  /** The head that the reviewer saw. Absent when the host cannot tell: then it approves nothing. */
  readonly commit: string | undefined;
  /** ISO 8601 in UTC, on the host's clock. */
  readonly at: string;
  readonly body: string;
}

/** The head was moved: by a push, with or without force. */
export interface Push {
  readonly head: string;
  /** Absent when the host does not know. */
  readonly by: Account | undefined;
  readonly at: string | undefined;
}

export interface PullRequestComment {
  readonly by: Account;
  readonly at: string;
  readonly body: string;
}

export const mergeMethods = ["merge", "squash"] as const;
export type MergeMethod = (typeof mergeMethods)[number];

/** A pull request without its conversation: what a list of them tells. */
export interface PullRequestSummary {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: "open" | "merged" | "closed";
  /** The recorded requester. */
  readonly author: Account;
  readonly openedAt: string;
  /** The commit that is proposed; of a merged or closed one, the last. */
  readonly head: string;
  /** The branch it came from, if the host knows one. */
  readonly branch: string | undefined;
  /** The branch it wants to be merged into, without `refs/heads/`; absent: the registry's own. */
  readonly base?: string;
  /** The other repository that its branch is in (`eve/ml-registry`, or `unknown` once it is gone). */
  readonly fork?: string;
  /** Not meant to be merged yet. */
  readonly isDraft?: boolean;
  /** Changes whenever anything of the conversation does; absent where the host has no such mark, or none yet. */
  readonly revision?: string;
  readonly labels: readonly string[];
  readonly merged: PullRequestMerge | undefined;
}

export interface PullRequest extends PullRequestSummary {
  /** Oldest first; the first is the head it was opened with, where the host still knows. */
  readonly pushes: readonly Push[];
  /** Oldest first. */
  readonly reviews: readonly Review[];
  readonly comments: readonly PullRequestComment[];
  /**
   * When it was last meant for another branch, in ISO 8601: who looked at it before saw it compared
   * with something else. Absent where that never happened.
   */
  readonly retargetedAt?: string;
}

export interface PullRequestMerge {
  /** The commit on the default branch that holds the whole change. */
  readonly commit: string;
  readonly by: Account;
  readonly at: string;
}

/** `Ann Carter <ann@contoso.example>`, or whatever of it is known. */
export function formatAccount({ login, name, email }: Account): string {
  const who = name ?? login ?? "";
  if (email === undefined) return who || "somebody unknown";
  return who === "" ? email : `${who} <${email}>`;
}

/** Whether the host says that both are one account. */
export function isSameLogin({ login }: Account, other: Account): boolean {
  return login !== undefined && login.toLowerCase() === other.login?.toLowerCase();
}
