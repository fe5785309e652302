import { describe, expect, it } from "vitest";
import { toStoreKey } from "../../../src/store/key.ts";
import { Store } from "../../../src/store/store.ts";
import { planWorkspaceSync, syncWorkspace } from "../../../src/usecases/deliver/sync-workspace.ts";
import { sourceOf, workspaceWith } from "../../support/deliveries.ts";
import { MemoryStoreDriver } from "../../support/memory-store-driver.ts";
import { held, setUp, versions } from "../../support/workspace-setup.ts";

const day = 86_400_000;

describe("syncWorkspace", () => {
  it("delivers what the stage runs and what that needs", async () => {
    const { sync, index, driver } = setUp();
    const result = await sync(["models/m@1"]);

    expect(result).toMatchObject({ outcome: "synced", failed: [], findings: [] });
    expect(held(index())).toEqual(["env@1", "m@1"]);
    expect(Object.keys(driver.contents()).filter((key) => key.startsWith("assets/"))).toEqual([
      "assets/environments/env/1/azureml.yaml",
      "assets/environments/env/1/conda.yaml",
      "assets/environments/env/1/manifest.json",
      "assets/models/m/1/azureml.yaml",
      "assets/models/m/1/manifest.json",
      "assets/models/m/1/model/MLmodel",
      "assets/models/m/1/model/m.onnx",
    ]);
  });

  it("does nothing the second time, whatever else the ledger gained", async () => {
    const { sync, driver, clock } = setUp();
    await sync(["models/m@1"]);
    const before = driver.contents();
    clock.advance(day);
    const result = await sync(["models/m@1"]);

    expect(result).toMatchObject({ outcome: "unchanged", deliver: [], writesIndex: false });
    expect(driver.contents()).toEqual(before);
  });

  it.each([
    { layout: "plain", assets: true, blobs: false },
    { layout: "blobs", assets: false, blobs: true },
    { layout: "both", assets: true, blobs: true },
  ] as const)("lays out $layout", async ({ layout, assets, blobs }) => {
    const { sync, driver } = setUp();
    await sync(["models/m@1"], { workspace: workspaceWith({ layout }) });
    const stored = Object.keys(driver.contents());

    expect(stored.some((key) => key.startsWith("assets/"))).toBe(assets);
    expect(stored.some((key) => key.startsWith("blobs/"))).toBe(blobs);
    expect(stored.filter((key) => key.startsWith("indexes/"))).toHaveLength(1);
  });

  it("keeps the version before, then removes it", async () => {
    const { sync, index, clock } = setUp();
    const workspace = workspaceWith({ prune: { keep: 1, afterMs: day } });
    await sync(["models/m@1", "models/other@1"], { workspace });
    await sync(["models/m@2"], { workspace });
    expect(held(index())).toEqual(["env@1", "m@1 kept", "m@2", "other@1 kept"]);

    clock.advance(2 * day);
    const result = await sync(["models/m@2"], { workspace });
    expect(result.remove).toEqual([{ asset: "models/other", version: "1" }]);
    expect(held(index())).toEqual(["env@1", "m@1 kept", "m@2"]);
  });

  it("isolates what fails, and keeps that asset as it was", async () => {
    const { sync, index } = setUp();
    await sync(["models/m@1"]);
    const result = await sync(["models/m@2", "models/other@1"], {
      source: sourceOf(versions, ["models/m@2"]),
    });

    expect(result.failed).toMatchObject([
      { asset: "models/m", version: "2", code: "SOURCE_FILE_MISSING" },
    ]);
    expect(held(index())).toEqual(["env@1", "m@1", "other@1"]);
    expect(await sync(["models/m@2", "models/other@1"])).toMatchObject({ failed: [] });
    expect(held(index())).toEqual(["env@1", "m@1 kept", "m@2", "other@1"]);
  });

  it("does not name a version whose reference did not arrive", async () => {
    const { sync, index } = setUp();
    const result = await sync(["models/m@1", "models/other@1"], {
      source: sourceOf(versions, ["environments/env@1"]),
    });

    expect(result.failed).toHaveLength(1);
    expect(held(index())).toEqual(["other@1"]);
  });

  it("refuses an older ledger, a foreign store and too much for the quota", async () => {
    const { sync, request, driver } = setUp();
    const old = request(["models/m@1"]);
    await sync(["models/m@2"]);
    const before = driver.contents();

    await expect(syncWorkspace(old)).rejects.toMatchObject({ code: "DELIVER_LEDGER_STALE" });
    await expect(
      sync(["models/m@2"], { workspace: workspaceWith({ name: "test" }) }),
    ).rejects.toMatchObject({ code: "DELIVER_STORE_SHARED" });
    await expect(
      sync(["models/other@1"], { workspace: workspaceWith({ quotaBytes: 30 }) }),
    ).rejects.toMatchObject({ code: "DELIVER_QUOTA_EXCEEDED" });
    expect(driver.contents()).toEqual(before);
  });

  it("brings bytes into the region once", async () => {
    const { sync, driver } = setUp();
    const replicaDriver = new MemoryStoreDriver();
    const replica = new Store(replicaDriver);
    await sync(["models/m@1"], { replica });
    const opened: string[] = [];
    const source = sourceOf(versions);
    const other = new MemoryStoreDriver();
    await sync(["models/m@1"], {
      store: new Store(other),
      replica,
      source: {
        async describeVersion(id) {
          const content = await source.describeVersion(id);
          const files = content.files.map((file) => ({
            ...file,
            open(signal?: AbortSignal) {
              opened.push(file.destination);
              return file.open(signal);
            },
          }));
          return { ...content, files };
        },
      },
    });

    expect(opened).toEqual([]);
    const assetsOf = (store: MemoryStoreDriver): object =>
      Object.fromEntries(Object.entries(store.contents()).filter(([key]) => key.startsWith("a")));
    expect(assetsOf(other)).toEqual(assetsOf(driver));
  });

  it("reports progress to the end", async () => {
    const { sync } = setUp();
    const seen: number[] = [];
    let last = {};
    await sync(["models/m@1"], {
      onProgress(progress) {
        seen.push(progress.done);
        last = progress;
      },
    });

    expect(seen).toEqual([1, 2, 3, 4, 5]);
    expect(last).toMatchObject({ done: 5, total: 5 });
  });

  it("stops when told, and leaves no index behind", async () => {
    const { sync, driver } = setUp();
    const controller = new AbortController();
    await expect(
      sync(["models/m@1"], {
        signal: controller.signal,
        onProgress: () => controller.abort(),
      }),
    ).rejects.toMatchObject({ name: "AbortError" });
    expect(driver.contents()["index.json"]).toBeUndefined();
  });

  it("plans without writing", async () => {
    const { request, driver } = setUp();
    const plan = await planWorkspaceSync(request(["models/m@1"]));

    expect(plan).toMatchObject({
      workspace: "prod",
      deliver: [
        { asset: "environments/env", version: "1", files: 2 },
        { asset: "models/m", version: "1", files: 3 },
      ],
      writesIndex: true,
    });
    expect(driver.contents()).toEqual({});
  });

  it("does not touch a workspace whose index is damaged", async () => {
    const { sync, driver } = setUp();
    await sync(["models/m@1"]);
    driver.put(toStoreKey("index.json"), Buffer.from("{"));

    await expect(sync(["models/m@2"])).rejects.toMatchObject({ code: "DELIVER_INDEX_INVALID" });
  });
});
