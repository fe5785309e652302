import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Store } from "../../../src/store/store.ts";
import { syncWorkspace } from "../../../src/usecases/deliver/sync-workspace.ts";
import { verifyWorkspace } from "../../../src/usecases/deliver/verify-workspace.ts";
import { workspaceWith } from "../../support/deliveries.ts";
import { MemoryStoreDriver } from "../../support/memory-store-driver.ts";
import { isMutating, killedAt, WrappedStoreDriver } from "../../support/wrapped-store-driver.ts";
import { held, setUp, type Setup } from "../../support/workspace-setup.ts";

const layouts = ["plain", "blobs", "both"] as const;

async function withFirstSync(layout: (typeof layouts)[number]): Promise<Setup> {
  const setup = setUp();
  await setup.sync(["models/m@1", "data/trips@1"], { workspace: workspaceWith({ layout }) });
  return setup;
}

describe("a sync that is killed", () => {
  it.each(
    layouts.flatMap((layout) => (["before", "after"] as const).map((when) => ({ layout, when }))),
  )("at any write ($when, $layout) is completed by the next", async ({ layout, when }) => {
    const workspace = workspaceWith({ layout });
    const next = ["models/m@2", "models/other@1"];
    const calm = await withFirstSync(layout);
    await calm.sync(next, { workspace });

    let writes = 0;
    for (let n = 1; ; n += 1) {
      const setup = await withFirstSync(layout);
      const driver = killedAt(setup.driver, n, when);
      const request = setup.request(next, { workspace });
      await syncWorkspace({ ...request, store: new Store(driver) }).catch(() => {});
      if (!driver.wasKilled()) break;
      writes += 1;

      const store = new Store(setup.driver);
      expect(await verifyWorkspace({ store })).toMatchObject({ problems: [] });
      await syncWorkspace(request);
      expect(setup.driver.contents()).toEqual(calm.driver.contents());
      expect(await syncWorkspace(request)).toMatchObject({ outcome: "unchanged" });
    }
    expect(writes).toBeGreaterThan(6);
  });
});

describe("a reader", () => {
  it.each(layouts)("never sees half a version (%s)", async (layout) => {
    const setup = setUp();
    const reader = new Store(setup.driver);
    const problems: unknown[] = [];
    let looks = 0;
    const driver = new WrappedStoreDriver(setup.driver, async (call, run) => {
      const value = await run();
      if (isMutating(call)) {
        const found = await verifyWorkspace({ store: reader });
        // Before the first index.json there is nothing to start reading from.
        problems.push(...found.problems.filter(({ key }) => key !== "index.json"));
        looks += 1;
      }
      return value;
    });
    const store = new Store(driver);
    const workspace = workspaceWith({ layout });
    for (const prod of [["models/m@1"], ["models/m@2", "data/trips@1"], ["models/other@1"]]) {
      await setup.sync(prod, { store, workspace });
    }

    expect(problems).toEqual([]);
    expect(looks).toBeGreaterThan(15);
    expect(held(setup.index())).toEqual(["other@1"]);
  });
});

describe("two syncs of one workspace", () => {
  it("end with what the newer ledger says, however they interleave", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, startsEmpty) => {
        const setup = setUp();
        const workspace = workspaceWith({ prune: { keep: 1, afterMs: 1000 } });
        if (!startsEmpty) await setup.sync(["models/m@1"], { workspace });
        const slow = new WrappedStoreDriver(setup.driver, async (_, run) => {
          await scheduler.schedule(Promise.resolve());
          return run();
        });
        const store = new Store(slow);
        const older = syncWorkspace(
          setup.request(["models/m@1", "data/trips@1"], { store, workspace }),
        );
        const newer = syncWorkspace(setup.request(["models/m@2"], { store, workspace }));
        const [olderOutcome, newerOutcome] = await scheduler.waitFor(
          Promise.allSettled([older, newer]),
        );

        expect(newerOutcome.status).toBe("fulfilled");
        expect([undefined, "DELIVER_LEDGER_STALE"]).toContain(
          olderOutcome.status === "rejected" ? olderOutcome.reason.code : undefined,
        );
        const current = held(setup.index()).filter((entry) => !entry.endsWith(" kept"));
        expect(current).toEqual(["env@1", "m@2"]);
        const found = await verifyWorkspace({ store: new Store(setup.driver) });
        expect(found.problems).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it("of the same ledger agree", async () => {
    const setup = setUp();
    const request = setup.request(["models/m@1"]);
    const results = await Promise.all([syncWorkspace(request), syncWorkspace(request)]);

    expect(results.map(({ outcome }) => outcome).sort()).toEqual(["synced", "unchanged"]);
  });
});

describe("a store in trouble", () => {
  it.each([
    { code: "ENOSPC", expected: "STORE_FULL" },
    { code: "EDQUOT", expected: "STORE_FULL" },
    { code: "EROFS", expected: "STORE_READ_ONLY" },
    { code: "EACCES", expected: "STORE_READ_ONLY" },
    { code: "EIO", expected: "STORE_FAILED" },
  ])("says $expected for $code, and is completed once it works", async ({ code, expected }) => {
    const setup = setUp();
    const broken = new WrappedStoreDriver(setup.driver, async (call, run) => {
      if (isMutating(call)) throw Object.assign(new Error(code), { code });
      return run();
    });
    await expect(setup.sync(["models/m@1"], { store: new Store(broken) })).rejects.toMatchObject({
      code: expected,
    });
    expect(setup.driver.contents()).toEqual({});

    expect(await setup.sync(["models/m@1"])).toMatchObject({ outcome: "synced", failed: [] });
  });

  it("is not taken for an empty one when it cannot be read", async () => {
    const setup = await withFirstSync("both");
    const before = setup.driver.contents();
    for (const failing of ["head", "read"] as const) {
      const broken = new WrappedStoreDriver(setup.driver, async (call, run) => {
        if (call === failing) throw Object.assign(new Error("EIO"), { code: "EIO" });
        return run();
      });
      await expect(setup.sync(["models/m@2"], { store: new Store(broken) })).rejects.toMatchObject({
        code: "STORE_FAILED",
      });
    }
    expect(setup.driver.contents()).toEqual(before);
  });

  it("falls back to the source when the region's copy is damaged", async () => {
    const setup = setUp();
    const region = new MemoryStoreDriver();
    await setup.sync(["models/m@1"], { replica: new Store(region) });
    for (const key of Object.keys(region.contents())) {
      const info = await region.head(key as Parameters<typeof region.head>[0]);
      region.put(key as Parameters<typeof region.head>[0], Buffer.alloc(info?.sizeBytes ?? 0));
    }
    const other = new MemoryStoreDriver();

    expect(
      await setup.sync(["models/m@1"], { store: new Store(other), replica: new Store(region) }),
    ).toMatchObject({ outcome: "synced", failed: [] });
  });
});
