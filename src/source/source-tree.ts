/** One entry of a tree. Anything but a plain file is named and never followed. */
export interface SourceEntry {
  /** From the root, `/` between segments. Entries whose name is not valid UTF-8 are `unreadable`. */
  readonly path: string;
  readonly type: "file" | "symlink" | "submodule" | "unreadable";
  readonly sizeBytes: number;
  /** The Git blob id; absent in a folder. */
  readonly objectId: string | undefined;
  /** In a folder: what can be seen of a file without reading it. */
  readonly fingerprint?: Fingerprint;
  /** Why an `unreadable` entry cannot be used. */
  readonly problem?: string;
}

/** Means nothing to another process or on another day. */
export interface Fingerprint {
  readonly text: string;
  /**
   * Whether a file with the same text has the same bytes. False for what was written a moment ago:
   * it could be written again in the same moment.
   */
  readonly isSettled: boolean;
}

/**
 * One snapshot of a registry's files: a folder on disk or the tree of a commit. Both answer the
 * same for the same files (`test/source/source-tree.contract.ts`); nothing outside the snapshot
 * can be reached through it.
 */
export interface SourceTree {
  /** `folder` or `commit`, and which, in words for messages. */
  readonly origin: string;
  /** Equal for trees with the same files; absent where only reading them all could tell. */
  contentId?(): Promise<string>;
  /** Every entry, sorted by path by code units; `.git` is left out. Rejects with `SOURCE_TOO_LARGE` past 2 000 000 entries. */
  list(): Promise<readonly SourceEntry[]>;
  /** All bytes of a file. Rejects with `SOURCE_FILE_MISSING`, or `SOURCE_FILE_TOO_LARGE` past `maxBytes`. */
  read(path: string, options: { readonly maxBytes: number }): Promise<Uint8Array>;
  /** The bytes of many small files, in any order; those over `maxBytes` are left out. */
  readMany(
    paths: readonly string[],
    options: { readonly maxBytes: number },
  ): AsyncIterable<{ readonly path: string; readonly bytes: Uint8Array }>;
  /** The bytes of a file as a stream, for files of any size. Rejects with `SOURCE_FILE_MISSING`. */
  open(path: string): AsyncIterable<Uint8Array>;
}
