/** What this driver needs of a Git mirror of the registry. */
export interface PullRequestGit {
  /** The registry's branch, as `refs/heads/main`. */
  readonly branch: string;
  /** Brings the registry's branch; answers its tip. */
  fetch(signal?: AbortSignal): Promise<{ readonly head: string | undefined }>;
  /** Refs of the remote by full name or prefix, with their objects; answers those it has. */
  fetchRefs(names: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Brings a commit by its id; false when the remote does not give it away. */
  fetchCommit(id: string, signal?: AbortSignal): Promise<boolean>;
  resolveCommit(revision: string): Promise<string | undefined>;
  /** Rejects with `GIT_OBJECT_MISSING` for what is no commit. */
  readCommit(id: string): Promise<GitCommit>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  previewMerge(
    ours: string,
    theirs: string,
  ): Promise<
    | { readonly outcome: "clean"; readonly tree: string }
    | { readonly outcome: "conflict"; readonly paths: readonly string[] }
  >;
  /** All or nothing, each ref from what it is expected to hold. */
  push(
    updates: readonly {
      readonly ref: string;
      readonly expected: string | undefined;
      readonly next: string;
    }[],
    signal?: AbortSignal,
  ): Promise<
    | { readonly accepted: true }
    | { readonly accepted: false; readonly refs: ReadonlyMap<string, string> }
  >;
}

export interface GitCommit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly author: {
    readonly name: string;
    readonly email: string;
    /** Seconds since 1970. */
    readonly timestamp: number;
  };
  readonly message: string;
}
