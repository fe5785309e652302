import { DigestMeter } from "../../src/shared/digest.ts";
import { byCodeUnits } from "../../src/shared/json.ts";
import type { ObjectInfo, StoreDriver, StoreKey, WriteOptions } from "../../src/store/driver.ts";
import {
  digestMismatch,
  objectExists,
  objectMissing,
  preconditionFailed,
} from "../../src/store/errors.ts";

interface Stored {
  readonly bytes: Buffer;
  readonly info: ObjectInfo;
}

/** Keeps objects in memory; tests may look at them and damage them. */
export class MemoryStoreDriver implements StoreDriver {
  readonly name = "memory";
  readonly #objects = new Map<string, Stored>();
  readonly #now: () => number;
  #writes = 0;

  constructor(now: () => number = () => 0) {
    this.#now = now;
  }

  async head(key: StoreKey): Promise<ObjectInfo | undefined> {
    return this.#objects.get(key)?.info;
  }

  async *read(
    key: StoreKey,
    options: { readonly from?: number; readonly signal?: AbortSignal } = {},
  ): AsyncIterable<Uint8Array> {
    const stored = this.#objects.get(key);
    if (stored === undefined) throw objectMissing(key);
    options.signal?.throwIfAborted();
    yield stored.bytes.subarray(options.from ?? 0);
  }

  async create(
    key: StoreKey,
    body: AsyncIterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<ObjectInfo> {
    if (this.#objects.has(key)) throw objectExists(key);
    const meter = new DigestMeter();
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) {
      options.signal?.throwIfAborted();
      meter.update(chunk);
      chunks.push(Uint8Array.from(chunk));
    }
    options.signal?.throwIfAborted();
    const actual = meter.digest();
    if (options.digest !== undefined && options.digest !== actual) {
      throw digestMismatch(key, options.digest, actual);
    }
    if (this.#objects.has(key)) throw objectExists(key);
    return this.put(key, Buffer.concat(chunks));
  }

  async replace(
    key: StoreKey,
    body: Uint8Array,
    expected: string | undefined,
  ): Promise<ObjectInfo> {
    if (this.#objects.get(key)?.info.version !== expected) throw preconditionFailed(key);
    return this.put(key, body);
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    for (const key of [...this.#objects.keys()].sort(byCodeUnits)) {
      const stored = this.#objects.get(key);
      if (stored !== undefined && key.startsWith(prefix)) yield stored.info;
    }
  }

  async delete(key: StoreKey): Promise<void> {
    this.#objects.delete(key);
  }

  /** Writes without any rule: what a fault or an intruder does. */
  put(key: StoreKey, bytes: Uint8Array): ObjectInfo {
    this.#writes += 1;
    const info = {
      key,
      sizeBytes: bytes.byteLength,
      version: String(this.#writes),
      modifiedMs: this.#now(),
    };
    this.#objects.set(key, { bytes: Buffer.from(bytes), info });
    return info;
  }

  /** Everything as text, for comparing whole stores. */
  contents(): Record<string, string> {
    const keys = [...this.#objects.keys()].sort(byCodeUnits);
    return Object.fromEntries(
      keys.map((key) => [key, this.#objects.get(key)?.bytes.toString("base64") ?? ""]),
    );
  }
}
