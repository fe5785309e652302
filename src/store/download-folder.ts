import type { Digest } from "../shared/digest.ts";

/** Size and digest of a file. */
export interface Measured {
  readonly sizeBytes: number;
  readonly sha256: Digest;
}

/** A folder on this machine that is filled beside its place and appears there as a whole. */
export interface DownloadFolder {
  /** For people. */
  readonly path: string;
  isEmpty(): Promise<boolean>;
  /** A file that is in place already; `undefined` when it is missing. */
  measure(path: string): Promise<Measured | undefined>;
  /**
   * Starts, or goes on with, a download of what `id` names. Rejects with `LOCK_BUSY` when
   * another process downloads to the same place.
   */
  begin(id: string): Promise<Download>;
}

export interface Download {
  /**
   * Makes sure that a file is here with exactly these bytes. `open` gives them from a position,
   * so that what arrived earlier is not sent again. Rejects with `STORE_DIGEST_MISMATCH`.
   */
  receive(
    path: string,
    expected: Measured,
    open: (from: number) => AsyncIterable<Uint8Array>,
  ): Promise<"received" | "present">;
  /** Puts everything in place at once. Rejects with `STORE_OBJECT_EXISTS` when something is there by now. */
  finish(): Promise<void>;
  /** Keeps what arrived, for the next time. Does nothing after `finish`. */
  close(): Promise<void>;
}
