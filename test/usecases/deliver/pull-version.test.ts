import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { toStoreKey } from "../../../src/store/key.ts";
import { FileDownloadFolder } from "../../../src/store/drivers/file/file-download-folder.ts";
import { Store } from "../../../src/store/store.ts";
import { pullVersion } from "../../../src/usecases/deliver/pull-version.ts";
import { workspaceWith } from "../../support/deliveries.ts";
import { MemoryStoreDriver } from "../../support/memory-store-driver.ts";
import { setUp } from "../../support/workspace-setup.ts";

async function openTarget(): Promise<{ base: string; to: string; folder: FileDownloadFolder }> {
  const base = await mkdtemp(join(tmpdir(), "cairn-pull-"));
  onTestFinished(() => rm(base, { recursive: true, force: true }));
  const to = join(base, "model");
  return { base, to, folder: new FileDownloadFolder(to) };
}

async function delivered(
  layout: "plain" | "blobs" | "both" = "both",
): Promise<{ driver: MemoryStoreDriver; store: Store }> {
  const { sync, driver } = setUp();
  await sync(["models/m@2", "models/other@1"], { workspace: workspaceWith({ layout }) });
  return { driver, store: new Store(driver) };
}

const fileKey = toStoreKey("assets/models/m/2/model/m.onnx");

describe("pullVersion", () => {
  it.each(["plain", "blobs", "both"] as const)("copies a version of layout %s", async (layout) => {
    const { store } = await delivered(layout);
    const { base, to, folder } = await openTarget();
    const result = await pullVersion({ store, reference: "models/m@prod", folder });

    expect(result).toMatchObject({ asset: "models/m", version: "2", to, files: 2, reused: 0 });
    expect((await readdir(to, { recursive: true })).sort()).toEqual([
      "azureml.yaml",
      "manifest.json",
      "model",
      "model/m.onnx",
    ]);
    expect(await readFile(join(to, "model/m.onnx"), "utf8")).toBe("bytes 2");
    expect(await readdir(base)).toEqual(["model"]);
  });

  it.each(["models/m", "models/m@latest", "models/m@2", "models/m@prod"])(
    "resolves %s by the index",
    async (reference) => {
      const { store } = await delivered();
      const { folder } = await openTarget();

      expect(await pullVersion({ store, reference, folder })).toMatchObject({ version: "2" });
    },
  );

  it.each(["models/m@1", "models/m@test", "models/none", "m", "models/../x@1", ""])(
    "refuses %j",
    async (reference) => {
      const { store } = await delivered();
      const { folder, base } = await openTarget();

      await expect(pullVersion({ store, reference, folder })).rejects.toMatchObject({
        code: "PULL_REFERENCE_UNKNOWN",
      });
      expect(await readdir(base)).toEqual([]);
    },
  );

  it("does nothing when the version is there, and refuses anything else", async () => {
    const { store } = await delivered();
    const { folder, to } = await openTarget();
    await pullVersion({ store, reference: "models/m", folder });
    expect(await pullVersion({ store, reference: "models/m", folder })).toMatchObject({
      reused: 2,
    });

    await writeFile(join(to, "model/m.onnx"), "changed");
    await expect(pullVersion({ store, reference: "models/m", folder })).rejects.toMatchObject({
      code: "PULL_TARGET_OCCUPIED",
    });
    await expect(pullVersion({ store, reference: "models/other", folder })).rejects.toMatchObject({
      code: "PULL_TARGET_OCCUPIED",
    });
    expect(await readFile(join(to, "model/m.onnx"), "utf8")).toBe("changed");
  });

  it("fills an empty folder", async () => {
    const { store } = await delivered();
    const { folder, to } = await openTarget();
    await mkdir(to);

    expect(await pullVersion({ store, reference: "models/m", folder })).toMatchObject({ files: 2 });
  });

  it("goes on where it was cut off", async () => {
    const { driver } = await delivered();
    const { folder, to, base } = await openTarget();
    const cut = new CuttingDriver(driver, fileKey, 3);
    await expect(
      pullVersion({ store: new Store(cut), reference: "models/m", folder }),
    ).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(await readdir(base)).toEqual(["model.cairn-part"]);

    const resumed = new CuttingDriver(driver, fileKey, undefined);
    const result = await pullVersion({ store: new Store(resumed), reference: "models/m", folder });
    expect(result).toMatchObject({ reused: 1 });
    expect(resumed.starts).toEqual([3]);
    expect(await readFile(join(to, "model/m.onnx"), "utf8")).toBe("bytes 2");
    expect(await readdir(base)).toEqual(["model"]);
  });

  it.each([
    ["a damaged file", fileKey, "bytes 3", "STORE_DIGEST_MISMATCH"],
    ["a longer file", fileKey, "bytes 2 and more", "STORE_DIGEST_MISMATCH"],
    ["a truncated file", fileKey, "byt", "STORE_DIGEST_MISMATCH"],
    ["a damaged manifest", "assets/models/m/2/manifest.json", "{}", "DELIVER_VERSION_DAMAGED"],
    ["a damaged index", "index.json", "{}", "DELIVER_INDEX_INVALID"],
    ["an index of the future", "index.json", '{"format":99}', "DELIVER_INDEX_INVALID"],
  ])("gives nothing of %s", async (_, key, bytes, code) => {
    const { driver, store } = await delivered();
    driver.put(toStoreKey(key), Buffer.from(bytes));
    const { folder, base } = await openTarget();

    await expect(pullVersion({ store, reference: "models/m", folder })).rejects.toMatchObject({
      code,
    });
    expect(await readdir(base)).not.toContain("model");
  });

  it("says when nothing was ever delivered", async () => {
    const { folder } = await openTarget();
    const store = new Store(new MemoryStoreDriver());

    await expect(pullVersion({ store, reference: "models/m", folder })).rejects.toMatchObject({
      code: "DELIVER_INDEX_MISSING",
    });
  });
});

/** Breaks off one object after some bytes, and notes from where it was read. */
class CuttingDriver extends MemoryStoreDriver {
  readonly starts: number[] = [];
  readonly #inner: MemoryStoreDriver;
  readonly #key: string;
  readonly #after: number | undefined;

  constructor(inner: MemoryStoreDriver, key: string, after: number | undefined) {
    super();
    this.#inner = inner;
    this.#key = key;
    this.#after = after;
  }

  override head(key: ReturnType<typeof toStoreKey>): ReturnType<MemoryStoreDriver["head"]> {
    return this.#inner.head(key);
  }

  override async *read(
    key: ReturnType<typeof toStoreKey>,
    options: { readonly from?: number } = {},
  ): AsyncIterable<Uint8Array> {
    if (key === this.#key) this.starts.push(options.from ?? 0);
    for await (const chunk of this.#inner.read(key, options)) {
      if (key !== this.#key || this.#after === undefined) yield chunk;
      else {
        yield chunk.subarray(0, this.#after);
        throw new Error("connection reset");
      }
    }
  }
}
