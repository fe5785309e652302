/** A commit as the controller needs it. */
export interface CommitInfo {
  readonly id: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Seconds since 1970; hostile, never used for decisions. */
  readonly timestamp: number;
}

/** One path of a tree, read from the object database and never from a work tree. */
export interface TreeItem {
  readonly path: string;
  /** As Git reads it: `100644`, `100755`, `120000` or `160000`. */
  readonly mode: string;
  readonly objectId: string;
  readonly sizeBytes: number;
  /** False when the name is not valid UTF-8; `path` then shows it with replacement characters. */
  readonly isUtf8: boolean;
}

/** Reads objects and local refs of one repository. Fully qualified refs and full ids only. */
export interface GitReader {
  /** The commit a ref or revision names (`refs/heads/main`, an id, `HEAD~1`), or `undefined`. */
  resolveCommit(revision: string): Promise<string | undefined>;
  /** The name of the branch HEAD points at, as `refs/heads/main`, even before its first commit. */
  headBranch(): Promise<string | undefined>;
  /** Rejects with `GIT_OBJECT_MISSING`. */
  readCommit(id: string): Promise<CommitInfo>;
  /** First-parent commits after `exclude` (all, if absent) up to `tip`, oldest first. */
  firstParentLog(tip: string, exclude?: string): Promise<readonly CommitInfo[]>;
  isAncestor(ancestor: string, descendant: string): Promise<boolean>;
  /** Every file of a commit, sorted by path by code units. One odd entry never hides the others. */
  listTree(commit: string): Promise<readonly TreeItem[]>;
  /** Rejects with `GIT_OBJECT_MISSING`. */
  readBlob(id: string): Promise<Uint8Array>;
  /** Many blobs, in the order asked for. */
  readBlobs(
    ids: readonly string[],
  ): AsyncIterable<{ readonly id: string; readonly bytes: Uint8Array }>;
  /** A blob of any size as a stream. */
  openBlob(id: string): AsyncIterable<Uint8Array>;
  /** Local refs below a prefix (`refs/tags/`), each with the id it holds (a tag's own, not peeled). */
  listRefs(prefix: string): Promise<ReadonlyMap<string, string>>;
  /** Ends child processes and forgets caches. */
  close(): Promise<void>;
}

/** An annotated tag to be made; the same draft gives the same object id. */
export interface TagDraft {
  readonly name: string;
  readonly target: string;
  readonly tagger: Signature;
  readonly message: string;
}

export interface CommitDraft {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly message: string;
  /** Path of the SSH key (private, or public with an agent) that signs it. */
  readonly signingKey?: string;
}

/** A file that a new tree has at a path: `100644` or `100755`. */
export interface TreeFile {
  readonly mode: string;
  readonly objectId: string;
}

/** A merge as it would be: the tree, or the paths that both sides changed. */
export type MergePreview =
  | { readonly outcome: "clean"; readonly tree: string }
  | { readonly outcome: "conflict"; readonly paths: readonly string[] };

/** A ref update of a push: `expected` is the id it must hold before, `undefined` that it must be absent. */
export interface RefUpdate {
  readonly ref: string;
  readonly expected: string | undefined;
  readonly next: string;
}

export type PushOutcome =
  | { readonly accepted: true }
  /** Nothing was changed. `refs` says which updates the remote refused and why, as far as it told. */
  | { readonly accepted: false; readonly refs: ReadonlyMap<string, string> };

/** What a remote has, after a fetch. */
export interface RemoteState {
  /** Tip of the watched branch; absent when the branch is not there. */
  readonly head: string | undefined;
  /** Tip of the ledger; absent before adoption. */
  readonly ledger: string | undefined;
}

/**
 * Cairn's own bare copy of a registry: reads from it are local, its remote is the truth, and it
 * can be deleted at any time. One process uses it at a time.
 */
export interface GitMirror extends GitReader {
  /** The branch that is watched, as `refs/heads/main`. */
  readonly branch: string;
  /**
   * Brings the branch and the ledger, nothing else. Rejects with `GIT_REMOTE_UNAVAILABLE`,
   * `GIT_REMOTE_DENIED`, `GIT_NOT_A_REPOSITORY` or `GIT_REMOTE_BROKEN`; refs then stay as they were.
   */
  fetch(signal?: AbortSignal): Promise<RemoteState>;
  /**
   * The remote's tags and the objects they point at, by full ref name. With prefixes, only tags
   * below them are asked for (`refs/tags/models/taxi-fare@`).
   */
  fetchTags(
    prefixes?: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, string>>;
  /**
   * Brings refs of the remote that `fetch` does not, with their objects: full names
   * (`refs/heads/better-model`) or prefixes that end in a slash (`refs/cairn/pull/`). Answers which
   * of them the remote has, by full name; local copies of those that are gone are forgotten.
   */
  fetchRefs(names: readonly string[], signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /**
   * Brings a commit of the remote by its id, also one that no ref names any more; true once it is
   * there. False when the remote has it not, or does not give it away.
   */
  fetchCommit(id: string, signal?: AbortSignal): Promise<boolean>;
  /**
   * Brings a commit and its history from another repository on this machine, a work tree say.
   * `undefined` when the revision (`HEAD`, a full ref or id) names no commit there. Rejects with
   * `GIT_NOT_A_REPOSITORY`, `GIT_REPOSITORY_UNSUPPORTED` or `GIT_SOURCE_UNUSABLE`.
   */
  fetchCommitFrom(
    folder: string,
    revision: string,
    signal?: AbortSignal,
  ): Promise<string | undefined>;
  /** Every commit reachable from `tip` and not from `exclude`, parents before children. */
  commitsBetween(exclude: string, tip: string): Promise<readonly CommitInfo[]>;
  /** The best common ancestor, or `undefined` when there is none. */
  mergeBase(left: string, right: string): Promise<string | undefined>;
  /**
   * The merge of two commits, made without a work tree (`git merge-tree --write-tree`). A change
   * that Git would carry over into a renamed file is a conflict; so is, without paths, a merge of
   * histories that have nothing in common. Rejects with `GIT_PROGRAM_TOO_OLD` below Git 2.38.
   */
  previewMerge(ours: string, theirs: string): Promise<MergePreview>;
  writeBlob(bytes: Uint8Array): Promise<string>;
  /**
   * The tree of a commit with some paths set or (`undefined`) removed; its id. A file that is set
   * takes the place of a folder, and the folders above it that of files; what is removed is a file,
   * and a folder goes with its last one. Rejects with `GIT_PATH_REFUSED` and `GIT_OBJECT_MISSING`.
   */
  writeTree(base: string, changes: ReadonlyMap<string, TreeFile | undefined>): Promise<string>;
  /** Rejects with `GIT_SIGNING_FAILED` when it is to be signed and cannot be. */
  writeCommit(draft: CommitDraft): Promise<string>;
  writeTag(draft: TagDraft): Promise<string>;
  /** The id of the tree without entries, which every ledger commit has. */
  writeEmptyTree(): Promise<string>;
  /** All or nothing. Rejects like `fetch` when it is not known whether the remote took it. */
  push(updates: readonly RefUpdate[], signal?: AbortSignal): Promise<PushOutcome>;
  /**
   * The SSH key (`ssh-ed25519 AAAA…`) whose good signature a commit has; `undefined` for none.
   * Whose key that is, is for the caller to know. Rejects with `GIT_SIGNING_FAILED` when signatures
   * cannot be checked.
   */
  signingKeyOf(commit: string): Promise<string | undefined>;
  /** First-parent commits of a branch of messages after `exclude`, oldest first. */
  readLedger(
    tip: string,
    exclude?: string,
  ): AsyncIterable<{ readonly id: string; readonly message: string }>;
}
