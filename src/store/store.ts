import { DigestMeter, sha256, type Digest } from "../shared/digest.ts";
import { hasCode } from "../shared/errors.ts";
import type { ObjectInfo, StagedLeftover, StoreDriver, StoreKey } from "./driver.ts";
import { keyInvalid, objectExists, objectTooLarge, wrapStoreError } from "./errors.ts";
import { keyProblem, toStoreKey } from "./key.ts";

/** Bytes that are known before they are sent, and can be read as often as needed. */
export interface Content {
  readonly sizeBytes: number;
  readonly sha256: Digest;
  open(signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface SignalOption {
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends SignalOption {
  readonly from?: number;
}

/** `stored`: sent now. `present`: the same bytes were there already. */
export type PublishOutcome = "stored" | "present";

/** Artifact storage as the use cases see it: checked keys, idempotent writes, known errors. */
export class Store {
  readonly #driver: StoreDriver;

  constructor(driver: StoreDriver) {
    this.#driver = driver;
  }

  get name(): string {
    return this.#driver.name;
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const checked = toStoreKey(key);
    return this.#translate(checked, () => this.#driver.head(checked));
  }

  /** Rejects with `STORE_OBJECT_MISSING`; the bytes are as stored, nothing is verified. */
  async *read(key: string, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
    const checked = toStoreKey(key);
    try {
      yield* this.#driver.read(checked, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      throw wrapStoreError(this.name, checked, error);
    }
  }

  /** A small object at once. Rejects with `STORE_OBJECT_TOO_LARGE` instead of filling the memory. */
  async readAll(
    key: string,
    options: SignalOption & { readonly maxBytes: number },
  ): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of this.read(key, options)) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > options.maxBytes) throw objectTooLarge(key, options.maxBytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, sizeBytes);
  }

  /** Hashes what is stored. */
  async measure(
    key: string,
    options: SignalOption = {},
  ): Promise<{ readonly sizeBytes: number; readonly sha256: Digest }> {
    const meter = new DigestMeter();
    for await (const chunk of this.read(key, options)) meter.update(chunk);
    return { sizeBytes: meter.sizeBytes, sha256: meter.digest() };
  }

  /**
   * Publishing the same bytes twice is a no-op, different bytes are `STORE_OBJECT_EXISTS`. With
   * `trustSize` a taken key of the right size counts as the same: for keys that are the digest.
   */
  async publish(
    key: string,
    content: Content,
    options: SignalOption & { readonly trustSize?: boolean } = {},
  ): Promise<PublishOutcome> {
    const checked = toStoreKey(key);
    return this.#translate(
      checked,
      async () => {
        if (await this.#isPresent(checked, content, options)) return "present";
        try {
          const body = content.open(options.signal);
          await this.#driver.create(checked, body, withSignal({ digest: content.sha256 }, options));
          return "stored";
        } catch (error) {
          if (!hasCode(error, "STORE_OBJECT_EXISTS")) throw error;
          if (await this.#isPresent(checked, content, options)) return "present";
          throw error;
        }
      },
      options.signal,
    );
  }

  /** `publish` without sending: the bytes of another object of this store. */
  async publishLink(
    source: string,
    target: string,
    content: Content,
    options: SignalOption = {},
  ): Promise<PublishOutcome> {
    const from = toStoreKey(source);
    const to = toStoreKey(target);
    if (this.#driver.link === undefined) {
      const open = (): AsyncIterable<Uint8Array> => this.read(from, options);
      return this.publish(to, { ...content, open }, options);
    }
    return this.#translate(to, async () => {
      if (await this.#isPresent(to, content, options)) return "present";
      try {
        await this.#driver.link?.(from, to);
        return "stored";
      } catch (error) {
        if (!hasCode(error, "STORE_OBJECT_EXISTS")) throw error;
        if (await this.#isPresent(to, content, options)) return "present";
        throw error;
      }
    });
  }

  /**
   * Compare and swap for pointers; `expected` is the version that was read, `undefined` that
   * there was none. Rejects with `STORE_PRECONDITION_FAILED`.
   */
  async swap(key: string, body: Uint8Array, expected: string | undefined): Promise<ObjectInfo> {
    const checked = toStoreKey(key);
    return this.#translate(checked, () => this.#driver.replace(checked, body, expected));
  }

  /** Everything whose key starts with the prefix, in key order; `""` is everything. */
  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    const problem = prefix === "" ? undefined : keyProblem(prefix.replace(/\/$/, ""));
    if (problem !== undefined) throw keyInvalid(prefix, problem);
    try {
      yield* this.#driver.list(prefix);
    } catch (error) {
      throw wrapStoreError(this.name, prefix, error);
    }
  }

  async delete(key: string): Promise<void> {
    const checked = toStoreKey(key);
    return this.#translate(checked, () => this.#driver.delete(checked));
  }

  /** Takes a damaged object out of the way without losing it. Missing is fine. */
  async moveAside(key: string, target: string): Promise<void> {
    const from = toStoreKey(key);
    const to = toStoreKey(target);
    await this.#translate(from, async () => {
      if ((await this.#driver.head(from)) === undefined) return;
      try {
        if (this.#driver.link) await this.#driver.link(from, to);
        else await this.#driver.create(to, this.#driver.read(from));
      } catch (error) {
        if (!hasCode(error, "STORE_OBJECT_EXISTS")) throw error;
      }
      await this.#driver.delete(from);
    });
  }

  /** Rejects with `STORE_READ_ONLY` and the like where a store can tell without writing. */
  async checkWritable(): Promise<void> {
    return this.#translate("index.json", async () => this.#driver.checkWritable?.());
  }

  /** What unfinished writes left behind, removed unless `dryRun`; nothing where a store cleans up itself. */
  async sweep(options: {
    readonly olderThanMs: number;
    readonly dryRun: boolean;
  }): Promise<readonly StagedLeftover[]> {
    return this.#translate("", async () => (await this.#driver.sweep?.(options)) ?? []);
  }

  async #isPresent(
    key: StoreKey,
    content: Content,
    options: SignalOption & { readonly trustSize?: boolean },
  ): Promise<boolean> {
    const info = await this.#driver.head(key);
    if (info === undefined) return false;
    if (info.sizeBytes !== content.sizeBytes) throw objectExists(key);
    if (options.trustSize === true) return true;
    const stored = await this.measure(key, options);
    if (stored.sha256 !== content.sha256) throw objectExists(key);
    return true;
  }

  async #translate<Value>(
    subject: string,
    action: () => Promise<Value>,
    signal?: AbortSignal,
  ): Promise<Value> {
    try {
      return await action();
    } catch (error) {
      signal?.throwIfAborted();
      throw wrapStoreError(this.name, subject, error);
    }
  }
}

/** Bytes in memory as content. */
export function toContent(bytes: Uint8Array): Content {
  return {
    sizeBytes: bytes.byteLength,
    sha256: sha256(bytes),
    async *open() {
      yield bytes;
    },
  };
}

function withSignal<Options extends object>(
  options: Options,
  { signal }: SignalOption,
): Options & SignalOption {
  return signal === undefined ? options : { ...options, signal };
}
