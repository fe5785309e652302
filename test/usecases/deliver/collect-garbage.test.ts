import { describe, expect, it } from "vitest";
import { toStoreKey } from "../../../src/store/key.ts";
import { Store } from "../../../src/store/store.ts";
import { collectGarbage } from "../../../src/usecases/deliver/collect-garbage.ts";
import { verifyWorkspace } from "../../../src/usecases/deliver/verify-workspace.ts";
import { workspaceWith } from "../../support/deliveries.ts";
import { setUp, type Setup } from "../../support/workspace-setup.ts";

const hour = 3_600_000;

/** m@1 with its environment was there, and only other@1 is left in the index. */
async function withGarbage(layout: "plain" | "blobs" | "both"): Promise<Setup & { store: Store }> {
  const setup = setUp();
  const workspace = workspaceWith({ layout });
  await setup.sync(["models/m@1", "models/other@1"], { workspace });
  setup.clock.advance(48 * hour);
  await setup.sync(["models/other@1"], { workspace, allowMassRemoval: true });
  return { ...setup, store: new Store(setup.driver) };
}

describe("collectGarbage", () => {
  it.each(["plain", "blobs", "both"] as const)(
    "deletes what %s no longer names",
    async (layout) => {
      const { store, driver, clock } = await withGarbage(layout);
      expect(await collectGarbage({ store, clock, dryRun: false })).toMatchObject({ removed: 0 });

      clock.advance(25 * hour);
      const before = driver.contents();
      const dry = await collectGarbage({ store, clock, dryRun: true });
      expect(dry.removed).toBeGreaterThan(0);
      expect(driver.contents()).toEqual(before);

      expect(await collectGarbage({ store, clock, dryRun: false })).toEqual(dry);
      expect(await collectGarbage({ store, clock, dryRun: false })).toMatchObject({ removed: 0 });
      expect(await verifyWorkspace({ store })).toMatchObject({ versions: 1, problems: [] });
      expect(Object.keys(driver.contents()).filter((key) => key.includes("/m/"))).toEqual([]);
    },
  );

  it("keeps bytes that two versions share", async () => {
    const { store, clock } = await withGarbage("blobs");
    clock.advance(25 * hour);
    await collectGarbage({ store, clock, dryRun: false });

    expect(await verifyWorkspace({ store })).toMatchObject({ problems: [] });
  });

  it("leaves what is young and what is not Cairn's", async () => {
    const { store, driver, clock } = await withGarbage("both");
    clock.advance(25 * hour);
    driver.put(toStoreKey("assets/models/new/1/file"), Buffer.from("being delivered"));
    driver.put(toStoreKey("notes.txt"), Buffer.from("somebody's"));
    clock.advance(hour);
    await collectGarbage({ store, clock, dryRun: false });

    expect(Object.keys(driver.contents())).toEqual(
      expect.arrayContaining(["assets/models/new/1/file", "notes.txt"]),
    );
  });

  it("keeps every blob of a store that is a replica as well", async () => {
    const { store, driver, clock } = await withGarbage("both");
    clock.advance(25 * hour);
    const blobs = (): readonly string[] =>
      Object.keys(driver.contents()).filter((key) => key.startsWith("blobs/"));
    const before = blobs();
    const collected = await collectGarbage({ store, clock, dryRun: false, isReplica: true });
    expect(collected.removed).toBeGreaterThan(0);
    expect(blobs()).toEqual(before);

    await collectGarbage({ store, clock, dryRun: false });
    expect(blobs().length).toBeLessThan(before.length);
  });

  it("touches nothing without an index or with a damaged one", async () => {
    const { store, driver, clock } = await withGarbage("both");
    clock.advance(25 * hour);
    driver.put(toStoreKey("index.json"), Buffer.from("{}"));
    const damaged = driver.contents();
    await expect(collectGarbage({ store, clock, dryRun: false })).rejects.toMatchObject({
      code: "DELIVER_INDEX_INVALID",
    });
    expect(driver.contents()).toEqual(damaged);

    await driver.delete(toStoreKey("index.json"));
    expect(await collectGarbage({ store, clock, dryRun: false })).toMatchObject({ removed: 0 });
  });

  it("touches nothing when a manifest of the index is damaged", async () => {
    const { store, driver, clock } = await withGarbage("both");
    clock.advance(25 * hour);
    driver.put(toStoreKey("assets/models/other/1/manifest.json"), Buffer.from("{}"));

    await expect(collectGarbage({ store, clock, dryRun: false })).rejects.toMatchObject({
      code: "DELIVER_VERSION_DAMAGED",
    });
  });
});
