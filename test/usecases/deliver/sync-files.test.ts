import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FileDownloadFolder } from "../../../src/store/drivers/file/file-download-folder.ts";
import { FileStoreDriver } from "../../../src/store/drivers/file/file-store-driver.ts";
import { toStoreKey } from "../../../src/store/key.ts";
import { Store } from "../../../src/store/store.ts";
import { pullVersion } from "../../../src/usecases/deliver/pull-version.ts";
import { syncWorkspace } from "../../../src/usecases/deliver/sync-workspace.ts";
import { verifyWorkspace } from "../../../src/usecases/deliver/verify-workspace.ts";
import { ledgerWith, sourceOf, workspaceWith } from "../../support/deliveries.ts";
import { toCairnError } from "../../../src/shared/errors.ts";
import { setUp } from "../../support/workspace-setup.ts";

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-sync-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Mounts memory there, if this machine lets us. */
async function mount(folder: string, options: string): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return false;
  }
  onTestFinished(() => void execFileSync("umount", ["-l", folder]));
  return true;
}

const mib = "x".repeat(1024 * 1024);
const large = { "models/big@1": { files: { "big.bin": mib } }, "models/small@1": {} };

describe("a workspace on disk", () => {
  it("has plain files that share their bytes with the blobs", async () => {
    const root = await makeFolder();
    const { sync } = setUp();
    await sync(["models/m@1"], { store: new Store(new FileStoreDriver({ root })) });

    const file = join(root, "assets/models/m/1/model/m.onnx");
    expect(await readFile(file, "utf8")).toBe("bytes 1");
    expect((await stat(file)).nlink).toBe(2);
    expect(await readdir(join(root, ".cairn-staging"))).toEqual(["locks"]);
    expect(await readdir(join(root, ".cairn-staging/locks"))).toEqual([]);
  });

  it("is repaired although both names of the bytes are damaged", async () => {
    const root = await makeFolder();
    const { sync, clock } = setUp();
    const store = new Store(new FileStoreDriver({ root }));
    await sync(["models/m@1"], { store });
    const versions = { "models/m@1": {} };
    const file = join(root, "assets/models/m/1/azureml.yaml");
    execFileSync("cp", ["/dev/null", file]);
    const state = ledgerWith(versions, {});

    expect((await verifyWorkspace({ store })).problems).toHaveLength(2);
    const source = sourceOf({
      "models/m@1": { files: { "model/MLmodel": "flavors", "model/m.onnx": "bytes 1" } },
    });
    const repaired = await verifyWorkspace({ store, repair: { state, source, clock } });
    expect(repaired.problems.map((problem) => problem.repaired)).toEqual([true, true]);
    expect((await verifyWorkspace({ store })).problems).toEqual([]);
  });

  it("is whole whenever somebody looks, while several deliver", async () => {
    const root = await makeFolder();
    const setup = setUp();
    const layouts = ["plain", "blobs", "both"] as const;
    const requests = layouts.map((layout) =>
      setup.request(["models/m@1", "models/other@1"], {
        store: new Store(new FileStoreDriver({ root })),
        workspace: workspaceWith({ layout }),
      }),
    );
    const reader = new Store(new FileStoreDriver({ root }));
    const syncing = { isDone: false };
    async function look(): Promise<readonly unknown[]> {
      const problems: unknown[] = [];
      while (!syncing.isDone) {
        const found = await verifyWorkspace({ store: reader });
        // Read between two writes of a pointer, archive and index may be of two moments.
        problems.push(...found.problems.filter(({ key }) => key !== "index.json"));
      }
      return problems;
    }
    const looking = look();
    const results = await Promise.allSettled(requests.map((request) => syncWorkspace(request)));
    syncing.isDone = true;

    expect(await looking).toEqual([]);
    expect(results.at(-1)?.status).toBe("fulfilled");
  });

  it("lets one of many processes at a time move a pointer", async () => {
    const root = await makeFolder();
    const key = toStoreKey("counter");
    const outcomes = new Set<string>();
    async function count(driver: FileStoreDriver): Promise<void> {
      for (let done = 0; done < 10;) {
        const info = await driver.head(key);
        const text =
          info === undefined ? "0" : await new Store(driver).readAll(key, { maxBytes: 9 });
        const next = Buffer.from(String(Number(Buffer.from(text).toString()) + 1));
        const outcome = await driver.replace(key, next, info?.version).then(
          () => "replaced",
          (error: unknown) => toCairnError(error).code,
        );
        outcomes.add(outcome);
        if (outcome === "replaced") done += 1;
      }
    }
    // Each driver has its own queue, as in another process; what they share is the lock file.
    await Promise.all([1, 2, 3, 4].map(() => count(new FileStoreDriver({ root }))));

    expect(await readFile(join(root, "counter"), "utf8")).toBe("40");
    expect([...outcomes].sort()).toEqual(["STORE_PRECONDITION_FAILED", "replaced"]);
  });
});

describe("a disk in trouble", () => {
  it("that is full loses nothing, and is filled up later", async () => {
    const root = join(await makeFolder(), "small");
    if (!(await mount(root, "size=600k"))) return;
    const { request } = setUp();
    const base = request([], { store: new Store(new FileStoreDriver({ root })) });
    const all = {
      ...base,
      source: sourceOf(large),
      state: ledgerWith(large, { prod: Object.keys(large) }),
    };
    await syncWorkspace({ ...all, state: ledgerWith(large, { prod: ["models/small@1"] }) });
    const result = await syncWorkspace(all);

    expect(result.failed).toMatchObject([{ asset: "models/big", code: "STORE_FULL" }]);
    expect(await verifyWorkspace({ store: base.store })).toMatchObject({
      versions: 1,
      problems: [],
    });
    expect(await readdir(join(root, ".cairn-staging"))).toEqual(["locks"]);

    execFileSync("mount", ["-o", "remount,size=8m", root]);
    expect(await syncWorkspace(all)).toMatchObject({ failed: [], outcome: "synced" });
    expect(await verifyWorkspace({ store: base.store })).toMatchObject({
      versions: 2,
      problems: [],
    });
  });

  it("that is read-only says so, and is still good for reading", async () => {
    const base = await makeFolder();
    const root = join(base, "readonly");
    if (!(await mount(root, "size=8m"))) return;
    const { sync } = setUp();
    const store = new Store(new FileStoreDriver({ root }));
    await sync(["models/m@1"], { store });
    execFileSync("mount", ["-o", "remount,ro", root]);

    const result = await sync(["models/m@2"], { store });
    expect(result).toMatchObject({ outcome: "unchanged", failed: [{ code: "STORE_READ_ONLY" }] });
    expect(await verifyWorkspace({ store })).toMatchObject({ versions: 2, problems: [] });
    const folder = new FileDownloadFolder(join(base, "pulled"));
    expect(await pullVersion({ store, reference: "models/m", folder })).toMatchObject({
      version: "1",
    });
    await expect(
      pullVersion({
        store,
        reference: "models/m",
        folder: new FileDownloadFolder(join(root, "x")),
      }),
    ).rejects.toMatchObject({ code: "STORE_READ_ONLY" });
  });
});
