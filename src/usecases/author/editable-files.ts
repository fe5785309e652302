/** The files of a work tree, as what changes them sees them. */
export interface EditableFiles {
  /**
   * Replaces a file as a whole; a reader, or a crash at any moment, finds the old bytes or the new
   * ones. `changed` when it is no longer what it was, or no plain file of this folder: then it is
   * left alone. Rejects with `FILE_NOT_WRITTEN` where it may not be written.
   */
  replace(path: string, change: FileChange): Promise<"written" | "changed">;
}

export interface FileChange {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}
