import type { Digest } from "../shared/digest.ts";

/** A checked key: see `toStoreKey`. */
export type StoreKey = string & { readonly brand: "StoreKey" };

export interface ObjectInfo {
  readonly key: StoreKey;
  readonly sizeBytes: number;
  /** Changes whenever the object is replaced; opaque. */
  readonly version: string;
  /** Wall time of the last write as the store tells it; absent where it cannot, and then nothing is ever collected by age. */
  readonly modifiedMs?: number;
}

/** What a killed writer left behind; never visible as an object. */
export interface StagedLeftover {
  readonly name: string;
  readonly sizeBytes: number;
}

export interface WriteOptions {
  /** When given, the driver hashes on the way and rejects with `STORE_DIGEST_MISMATCH` before anything is visible. */
  readonly digest?: Digest;
  readonly signal?: AbortSignal;
}

/**
 * What a storage backend must do, and no more; `Store` adds the rest. Every driver passes
 * `test/store/driver.contract.ts`. Bodies are streams of any size. Whatever fails half-way leaves
 * nothing that a reader could see.
 */
export interface StoreDriver {
  readonly name: string;
  /** Resolves to `undefined` when the object is missing. */
  head(key: StoreKey): Promise<ObjectInfo | undefined>;
  /** Rejects with `STORE_OBJECT_MISSING`. `from` skips that many bytes, for resuming. */
  read(
    key: StoreKey,
    options?: { readonly from?: number; readonly signal?: AbortSignal },
  ): AsyncIterable<Uint8Array>;
  /** Atomic and durable: rejects with `STORE_OBJECT_EXISTS` and leaves the old bytes when the key is taken. */
  create(
    key: StoreKey,
    body: AsyncIterable<Uint8Array>,
    options?: WriteOptions,
  ): Promise<ObjectInfo>;
  /**
   * Compare and swap for pointers: `expected` is the version that must be there, `undefined` that
   * none may be. Rejects with `STORE_PRECONDITION_FAILED` and changes nothing otherwise.
   */
  replace(key: StoreKey, body: Uint8Array, expected: string | undefined): Promise<ObjectInfo>;
  /** Everything below a prefix, in key order. An incomplete listing is an error, never a short one. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** Deleting what is not there is fine. */
  delete(key: StoreKey): Promise<void>;
  /**
   * Optional: makes `target` with the bytes of `source` without sending them again; rejects as
   * `create` does when the target is taken. A store without it copies.
   */
  link?(source: StoreKey, target: StoreKey): Promise<void>;
  /** Optional: rejects if nothing could be written now, and writes nothing to find out. */
  checkWritable?(): Promise<void>;
  /** Optional: what unfinished writes older than this left behind, removed unless `dryRun`. */
  sweep?(options: {
    readonly olderThanMs: number;
    readonly dryRun: boolean;
  }): Promise<readonly StagedLeftover[]>;
}
