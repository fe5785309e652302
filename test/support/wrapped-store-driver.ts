import type { ObjectInfo, StoreDriver, StoreKey, WriteOptions } from "../../src/store/driver.ts";

export type DriverCall = "head" | "read" | "create" | "replace" | "list" | "delete" | "link";

const mutating: readonly DriverCall[] = ["create", "replace", "delete", "link"];

export function isMutating(call: DriverCall): boolean {
  return mutating.includes(call);
}

/** Runs something around every call of a driver: faults, schedules, observers. */
export class WrappedStoreDriver implements StoreDriver {
  readonly name = "wrapped";
  readonly #inner: StoreDriver;
  readonly #around: <Value>(call: DriverCall, run: () => Promise<Value>) => Promise<Value>;

  constructor(
    inner: StoreDriver,
    around: <Value>(call: DriverCall, run: () => Promise<Value>) => Promise<Value>,
  ) {
    this.#inner = inner;
    this.#around = around;
  }

  head(key: StoreKey): Promise<ObjectInfo | undefined> {
    return this.#around("head", () => this.#inner.head(key));
  }

  async *read(
    key: StoreKey,
    options: { readonly from?: number; readonly signal?: AbortSignal } = {},
  ): AsyncIterable<Uint8Array> {
    await this.#around("read", async () => {});
    yield* this.#inner.read(key, options);
  }

  create(
    key: StoreKey,
    body: AsyncIterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<ObjectInfo> {
    return this.#around("create", () => this.#inner.create(key, body, options));
  }

  replace(key: StoreKey, body: Uint8Array, expected: string | undefined): Promise<ObjectInfo> {
    return this.#around("replace", () => this.#inner.replace(key, body, expected));
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    await this.#around("list", async () => {});
    yield* this.#inner.list(prefix);
  }

  delete(key: StoreKey): Promise<void> {
    return this.#around("delete", () => this.#inner.delete(key));
  }

  link(source: StoreKey, target: StoreKey): Promise<void> {
    return this.#around("link", async () => {
      if (this.#inner.link !== undefined) return this.#inner.link(source, target);
      await this.#inner.create(target, this.#inner.read(source));
      return undefined;
    });
  }
}

/** Dies at the n-th mutating call, before it or just after it took effect; nothing works from then on. */
export function killedAt(
  inner: StoreDriver,
  n: number,
  when: "before" | "after",
): StoreDriver & {
  readonly wasKilled: () => boolean;
} {
  let calls = 0;
  let isDead = false;
  const driver = new WrappedStoreDriver(inner, async (call, run) => {
    if (isDead) throw new Error("killed");
    if (!isMutating(call)) return run();
    calls += 1;
    const isLast = calls === n;
    if (isLast && when === "after") await run();
    if (isLast) isDead = true;
    if (isDead) throw new Error("killed");
    return run();
  });
  return Object.assign(driver, { wasKilled: () => isDead });
}
