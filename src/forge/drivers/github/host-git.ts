/** What the host services need of a Git mirror of the registry. */
export interface HostGit {
  /** The default branch, as `refs/heads/main`. */
  readonly branch: string;
  /** Refs of the remote by full name or prefix, with their objects; answers those it has. */
  fetchRefs(names: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Brings a commit of the remote; false when it has it not, or does not give it away. */
  fetchCommit(id: string, signal?: AbortSignal): Promise<boolean>;
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
