/** What this driver needs of a Git mirror of the registry. */
export interface PullRequestGit {
  /** The default branch, as `refs/heads/main`. */
  readonly branch: string;
  fetch(signal?: AbortSignal): Promise<{ readonly head: string | undefined }>;
  /** Refs of the remote by full name or prefix, with their objects; answers those it has. */
  fetchRefs(names: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Rejects with `GIT_OBJECT_MISSING` for what is no commit. */
  readCommit(id: string): Promise<GitCommit>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  mergeBase(left: string, right: string): Promise<string | undefined>;
  previewMerge(
    ours: string,
    theirs: string,
  ): Promise<
    | { readonly outcome: "clean"; readonly tree: string }
    | { readonly outcome: "conflict"; readonly paths: readonly string[] }
  >;
  writeEmptyTree(): Promise<string>;
  writeCommit(draft: GitCommitDraft): Promise<string>;
  /** All or nothing, each ref from what it is expected to hold. */
  push(updates: readonly GitRefUpdate[]): Promise<GitPushOutcome>;
  /** The key whose good signature a commit has. */
  signingKeyOf(commit: string): Promise<string | undefined>;
}

export interface GitCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
}

export interface GitSignature {
  readonly name: string;
  readonly email: string;
  readonly timestamp: number;
}

export interface GitCommitDraft {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: GitSignature;
  readonly message: string;
  readonly signingKey?: string;
}

export interface GitRefUpdate {
  readonly ref: string;
  readonly expected: string | undefined;
  readonly next: string;
}

export type GitPushOutcome =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly refs: ReadonlyMap<string, string> };
