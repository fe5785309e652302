import { describe, expect, it } from "vitest";
import { sha256 } from "../../src/shared/digest.ts";
import { Store, toContent } from "../../src/store/store.ts";
import { toStoreKey } from "../../src/store/key.ts";
import { MemoryStoreDriver } from "../support/memory-store-driver.ts";
import { WrappedStoreDriver } from "../support/wrapped-store-driver.ts";

const content = toContent(Buffer.from("bytes"));

function open(): { store: Store; driver: MemoryStoreDriver } {
  const driver = new MemoryStoreDriver();
  return { store: new Store(driver), driver };
}

describe("Store", () => {
  it("publishes the same bytes twice, and no others", async () => {
    const { store } = open();

    expect(await store.publish("a", content)).toBe("stored");
    expect(await store.publish("a", content)).toBe("present");
    for (const other of ["BYTES", "more bytes"]) {
      await expect(store.publish("a", toContent(Buffer.from(other)))).rejects.toMatchObject({
        code: "STORE_OBJECT_EXISTS",
      });
    }
  });

  it("agrees with whoever published the same at the same time", async () => {
    const { store } = open();
    const outcomes = await Promise.all([1, 2, 3].map(() => store.publish("a", content)));

    expect(outcomes.sort()).toEqual(["present", "present", "stored"]);
  });

  it("believes the size where the key is the digest", async () => {
    const { store, driver } = open();
    driver.put(toStoreKey("blob"), Buffer.from("BYTES"));

    expect(await store.publish("blob", content, { trustSize: true })).toBe("present");
  });

  it("does not open a body that is there already", async () => {
    const { store } = open();
    await store.publish("a", content);
    const closed = {
      ...content,
      open(): AsyncIterable<Uint8Array> {
        throw new Error("opened");
      },
    };

    expect(await store.publish("a", closed)).toBe("present");
  });

  it("refuses bytes that are not what was announced", async () => {
    const { store } = open();

    await expect(store.publish("a", { ...content, sha256: sha256("other") })).rejects.toMatchObject(
      { code: "STORE_DIGEST_MISMATCH" },
    );
    expect(await store.head("a")).toBeUndefined();
  });

  it("links or copies, and does nothing the second time", async () => {
    const { driver } = open();
    const linking = new WrappedStoreDriver(driver, (_, run) => run());
    for (const [index, store] of [new Store(driver), new Store(linking)].entries()) {
      await store.publish("source", content);
      expect(await store.publishLink("source", `target${index}`, content)).toBe("stored");
      expect(await store.publishLink("source", `target${index}`, content)).toBe("present");
      await expect(store.publishLink("none", `other${index}`, content)).rejects.toMatchObject({
        code: "STORE_OBJECT_MISSING",
      });
    }
  });

  it("reads small things at once, and no large ones", async () => {
    const { store } = open();
    await store.publish("a", content);

    expect(Buffer.from(await store.readAll("a", { maxBytes: 5 })).toString()).toBe("bytes");
    await expect(store.readAll("a", { maxBytes: 4 })).rejects.toMatchObject({
      code: "STORE_OBJECT_TOO_LARGE",
    });
  });

  it("moves aside what is damaged, and does not mind what is missing", async () => {
    const { store } = open();
    await store.publish("a", content);
    await store.moveAside("a", "damaged/a");
    await store.moveAside("a", "damaged/a");

    expect(await store.head("a")).toBeUndefined();
    expect(await store.measure("damaged/a")).toEqual({ sizeBytes: 5, sha256: content.sha256 });
  });

  it("checks every key and prefix", async () => {
    const { store } = open();
    const calls = [
      () => store.head("../a"),
      () => store.readAll("/a", { maxBytes: 1 }),
      () => store.publish("a\\b", content),
      () => store.publishLink("a", "..", content),
      () => store.swap("a//b", new Uint8Array(), undefined),
      () => store.delete(""),
      async () => {
        for await (const info of store.list("../")) expect(info).toBeUndefined();
      },
    ];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({ code: "STORE_KEY_INVALID" });
    }
  });

  it.each([
    ["ENOSPC", "STORE_FULL"],
    ["EROFS", "STORE_READ_ONLY"],
    ["ECONNRESET", "STORE_FAILED"],
  ])("translates %s to %s, with its cause", async (code, expected) => {
    const cause = Object.assign(new Error(code), { code });
    const broken = new WrappedStoreDriver(new MemoryStoreDriver(), async () => {
      throw cause;
    });
    const store = new Store(broken);
    const calls = [
      () => store.head("a"),
      () => store.readAll("a", { maxBytes: 1 }),
      () => store.publish("a", content),
      () => store.swap("a", new Uint8Array(), undefined),
      () => store.delete("a"),
      async () => {
        for await (const info of store.list("")) expect(info).toBeUndefined();
      },
    ];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({ code: expected, cause });
    }
  });

  it("stops when told", async () => {
    const { store } = open();
    const signal = AbortSignal.abort();

    await expect(store.publish("a", content, { signal })).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});
