/** What the host services need of a Git mirror of the registry. */
export interface HostGit {
  /** The default branch, as `refs/heads/main`. */
  readonly branch: string;
  /** Refs of the remote by full name or prefix, with their objects; answers those it has. */
  fetchRefs(names: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Brings the default branch; answers its tip. */
  fetch(signal?: AbortSignal): Promise<{ readonly head: string | undefined }>;
  /** First-parent commits up to `tip`, oldest first. */
  firstParentLog(tip: string): Promise<readonly { readonly id: string }[]>;
  /** Every file of a commit, sorted by path. */
  listTree(
    commit: string,
  ): Promise<readonly { readonly path: string; readonly objectId: string }[]>;
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
