import { createHash } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { sha256 } from "../../src/shared/digest.ts";
import { toCairnError } from "../../src/shared/errors.ts";
import type { StoreDriver } from "../../src/store/driver.ts";
import { toStoreKey } from "../../src/store/key.ts";

export interface StoreHarness {
  readonly driver: StoreDriver;
  close?(): Promise<void>;
}

/** The promises every driver keeps; a driver's own test adds only what is special to it. */
export function describeStoreDriver(name: string, open: () => Promise<StoreHarness>): void {
  const key = toStoreKey("a/b/object.bin");

  async function openDriver(): Promise<StoreDriver> {
    const harness = await open();
    onTestFinished(async () => harness.close?.());
    return harness.driver;
  }

  describe(`${name} driver`, () => {
    it("gives back the bytes it was given", async () => {
      const driver = await openDriver();
      const info = await driver.create(key, body("some ", "bytes"), {
        digest: sha256("some bytes"),
      });

      expect(info).toMatchObject({ key, sizeBytes: 10 });
      expect(await driver.head(key)).toMatchObject({ key, sizeBytes: 10, version: info.version });
      expect(await text(driver.read(key))).toBe("some bytes");
    });

    it("stores an empty object", async () => {
      const driver = await openDriver();
      await driver.create(key, body());

      expect(await driver.head(key)).toMatchObject({ sizeBytes: 0 });
      expect(await text(driver.read(key))).toBe("");
    });

    it("knows nothing of what was never stored", async () => {
      const driver = await openDriver();

      expect(await driver.head(key)).toBeUndefined();
      await expect(text(driver.read(key))).rejects.toMatchObject({ code: "STORE_OBJECT_MISSING" });
      expect(await keys(driver, "")).toEqual([]);
    });

    it("reads on from a position", async () => {
      const driver = await openDriver();
      await driver.create(key, body("0123456789"));

      expect(await text(driver.read(key, { from: 7 }))).toBe("789");
      expect(await text(driver.read(key, { from: 10 }))).toBe("");
    });

    it("never overwrites", async () => {
      const driver = await openDriver();
      await driver.create(key, body("first"));

      await expect(driver.create(key, body("second"))).rejects.toMatchObject({
        code: "STORE_OBJECT_EXISTS",
      });
      expect(await text(driver.read(key))).toBe("first");
    });

    it("lets exactly one of 8 concurrent creators win", async () => {
      const driver = await openDriver();
      const writes = Array.from({ length: 8 }, (_, n) => driver.create(key, body(`writer ${n}`)));
      const settled = await Promise.allSettled(writes);

      const winners = settled.flatMap(({ status }, n) => (status === "fulfilled" ? [n] : []));
      expect(winners).toHaveLength(1);
      expect(await text(driver.read(key))).toBe(`writer ${winners[0]}`);
      expect(failureCodes(settled)).toEqual(Array(7).fill("STORE_OBJECT_EXISTS"));
    });

    it("shows nothing of bytes with another digest", async () => {
      const driver = await openDriver();

      await expect(
        driver.create(key, body("damaged"), { digest: sha256("whole") }),
      ).rejects.toMatchObject({ code: "STORE_DIGEST_MISMATCH" });
      expect(await driver.head(key)).toBeUndefined();
      expect(await keys(driver, "")).toEqual([]);
    });

    it("shows nothing of a body that fails half-way", async () => {
      const driver = await openDriver();

      await expect(driver.create(key, failingBody())).rejects.toThrow("cut off");
      expect(await driver.head(key)).toBeUndefined();
      expect(await keys(driver, "")).toEqual([]);
    });

    it("shows nothing of an aborted write", async () => {
      const driver = await openDriver();
      const controller = new AbortController();
      async function* abortingBody(): AsyncIterable<Uint8Array> {
        yield Buffer.from("first half");
        controller.abort();
        yield Buffer.from("second half");
      }

      await expect(
        driver.create(key, abortingBody(), { signal: controller.signal }),
      ).rejects.toMatchObject({ name: "AbortError" });
      expect(await driver.head(key)).toBeUndefined();
      expect(await keys(driver, "")).toEqual([]);
    });

    it("streams 40 MiB", async () => {
      const driver = await openDriver();
      const chunk = Buffer.alloc(1024 * 1024, 7);
      const hash = createHash("sha256");
      for (let n = 0; n < 40; n += 1) hash.update(chunk);
      const digest = `sha256:${hash.digest("hex")}` as const;
      await driver.create(key, repeat(chunk, 40), { digest });

      const stored = createHash("sha256");
      for await (const part of driver.read(key)) stored.update(part);
      expect(`sha256:${stored.digest("hex")}`).toBe(digest);
    });

    it("replaces only what it was told is there", async () => {
      const driver = await openDriver();
      const first = await driver.replace(key, Buffer.from("one"), undefined);
      const second = await driver.replace(key, Buffer.from("two"), first.version);

      expect(second.version).not.toBe(first.version);
      for (const expected of [undefined, first.version, "nonsense"]) {
        await expect(driver.replace(key, Buffer.from("bad"), expected)).rejects.toMatchObject({
          code: "STORE_PRECONDITION_FAILED",
        });
      }
      expect(await text(driver.read(key))).toBe("two");
      expect(await driver.head(key)).toMatchObject({ sizeBytes: 3, version: second.version });
    });

    it("does not replace what is missing", async () => {
      const driver = await openDriver();

      await expect(driver.replace(key, Buffer.from("x"), "1")).rejects.toMatchObject({
        code: "STORE_PRECONDITION_FAILED",
      });
      expect(await driver.head(key)).toBeUndefined();
    });

    it.each(["first", "later"])("lets exactly one of 8 swaps win: %s", async (round) => {
      const driver = await openDriver();
      const start =
        round === "first" ? undefined : await driver.replace(key, Buffer.from("x"), undefined);
      const settled = await Promise.allSettled(
        Array.from({ length: 8 }, (_, n) =>
          driver.replace(key, Buffer.from(`writer ${n}`), start?.version),
        ),
      );

      expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(failureCodes(settled)).toEqual(Array(7).fill("STORE_PRECONDITION_FAILED"));
    });

    it("never shows the same version for two states of a pointer", async () => {
      const driver = await openDriver();
      const seen = new Set<string>();
      let version: string | undefined;
      for (let n = 0; n < 30; n += 1) {
        version = (await driver.replace(key, Buffer.from(String(n % 2)), version)).version;
        seen.add(version);
      }

      expect(seen.size).toBe(30);
    });

    it("lists in key order, by prefix", async () => {
      const driver = await openDriver();
      const stored = ["b", "a/x", "a.b", "a-b", "a/b/c", "a/b.c", "aa", "A", "a/é"];
      for (const name of stored) await driver.create(toStoreKey(name), body(name));

      expect(await keys(driver, "")).toEqual([...stored].sort());
      expect(await keys(driver, "a/")).toEqual(["a/b.c", "a/b/c", "a/x", "a/é"]);
      expect(await keys(driver, "a/b")).toEqual(["a/b.c", "a/b/c"]);
      expect(await keys(driver, "a")).toEqual([...stored].sort().filter((k) => k.startsWith("a")));
      expect(await keys(driver, "nothing/")).toEqual([]);
      expect(await keys(driver, "b/")).toEqual([]);
    });

    it("deletes, and does not mind what is not there", async () => {
      const driver = await openDriver();
      await driver.create(key, body("x"));
      await driver.delete(key);
      await driver.delete(key);
      await driver.delete(toStoreKey("a"));

      expect(await driver.head(key)).toBeUndefined();
      await driver.create(key, body("y"));
      expect(await text(driver.read(key))).toBe("y");
    });

    it("creates beside deletions in the same folder", async () => {
      const driver = await openDriver();
      const names = Array.from({ length: 40 }, (_, n) => toStoreKey(`deep/er/${n}`));
      await Promise.all(
        names.map(async (name) => {
          await driver.create(name, body("x"));
          await driver.delete(name);
          await driver.create(name, body("y"));
        }),
      );

      expect(await keys(driver, "deep/")).toHaveLength(40);
    });

    it("links, where it can, like it creates", async () => {
      const driver = await openDriver();
      if (driver.link === undefined) return;
      const target = toStoreKey("other/place");
      await driver.create(key, body("same"));
      await driver.link(key, target);

      expect(await text(driver.read(target))).toBe("same");
      await expect(driver.link(key, target)).rejects.toMatchObject({ code: "STORE_OBJECT_EXISTS" });
      await expect(driver.link(toStoreKey("none"), toStoreKey("t"))).rejects.toMatchObject({
        code: "STORE_OBJECT_MISSING",
      });
      await driver.delete(key);
      expect(await text(driver.read(target))).toBe("same");
    });
  });
}

export async function* body(...parts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

export async function text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

export async function keys(driver: StoreDriver, prefix: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const info of driver.list(prefix)) found.push(info.key);
  return found;
}

async function* failingBody(): AsyncIterable<Uint8Array> {
  yield Buffer.from("first half");
  throw new Error("cut off");
}

async function* repeat(chunk: Uint8Array, times: number): AsyncIterable<Uint8Array> {
  for (let n = 0; n < times; n += 1) yield chunk;
}

function failureCodes(settled: readonly PromiseSettledResult<unknown>[]): readonly unknown[] {
  return settled.flatMap((outcome) =>
    outcome.status === "rejected" ? [toCairnError(outcome.reason).code] : [],
  );
}
