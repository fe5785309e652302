import { describe, expect, it } from "vitest";
import { toStoreKey } from "../../../src/store/key.ts";
import { Store } from "../../../src/store/store.ts";
import { verifyWorkspace } from "../../../src/usecases/deliver/verify-workspace.ts";
import { ledgerWith, sourceOf, workspaceWith } from "../../support/deliveries.ts";
import { setUp, versions, type Setup } from "../../support/workspace-setup.ts";

const state = ledgerWith(versions, {});

async function delivered(
  layout: "plain" | "blobs" | "both" = "both",
): Promise<Setup & { store: Store }> {
  const setup = setUp();
  await setup.sync(["models/m@1", "models/other@1"], { workspace: workspaceWith({ layout }) });
  return { ...setup, store: new Store(setup.driver) };
}

describe("verifyWorkspace", () => {
  it.each(["plain", "blobs", "both"] as const)("finds nothing wrong in %s", async (layout) => {
    const { store } = await delivered(layout);

    expect(await verifyWorkspace({ store, state })).toMatchObject({
      versions: 3,
      files: 7,
      problems: [],
    });
  });

  it.each(["plain", "blobs", "both"] as const)(
    "finds a flipped bit in any object of %s, and repairs it",
    async (layout) => {
      const { store, driver, clock } = await delivered(layout);
      const intact = driver.contents();
      const repair = { state, source: sourceOf(versions), clock };
      for (const [key, base64] of Object.entries(intact)) {
        const bytes = Buffer.from(base64, "base64");
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        driver.put(toStoreKey(key), bytes);
        clock.advance(1000);
        const found = await verifyWorkspace({ store, state });
        expect(found.problems).toContainEqual(expect.objectContaining({ key, problem: "changed" }));
        if (key.startsWith("indexes/")) {
          driver.put(toStoreKey(key), Buffer.from(base64, "base64"));
          continue;
        }

        const repaired = await verifyWorkspace({ store, state, repair });
        expect(repaired.problems.map((problem) => problem.repaired)).not.toContain(false);
        expect(await verifyWorkspace({ store, state })).toMatchObject({ problems: [] });
        expect(driver.contents()).toMatchObject(intact);
      }
    },
  );

  it.each(["plain", "blobs", "both"] as const)(
    "finds any object of %s missing, and delivers it again",
    async (layout) => {
      const { store, driver, clock } = await delivered(layout);
      const intact = driver.contents();
      const repair = { state, source: sourceOf(versions), clock };
      for (const key of Object.keys(intact).filter((name) => !name.startsWith("indexes/"))) {
        await driver.delete(toStoreKey(key));
        const { problems } = await verifyWorkspace({ store, state, repair });
        expect(problems).toMatchObject([{ key, problem: "missing", repaired: true }]);
        expect(driver.contents()).toEqual(intact);
      }
    },
  );

  it("names what does not belong, and leaves it", async () => {
    const { store, driver, clock } = await delivered();
    const key = toStoreKey("assets/models/m/1/model/evil.py");
    driver.put(key, Buffer.from("import os"));
    const repair = { state, source: sourceOf(versions), clock };

    const { problems } = await verifyWorkspace({ store, state, repair });
    expect(problems).toMatchObject([{ key, problem: "extra", repaired: false }]);
    expect(await driver.head(key)).toBeDefined();
  });

  it("holds the index against the ledger", async () => {
    const { store } = await delivered();
    const other = ledgerWith({ "models/m@1": {} }, {});

    const { problems } = await verifyWorkspace({ store, state: other });
    expect(problems).toMatchObject([
      { key: "index.json", problem: "extra" },
      { key: "index.json", problem: "extra" },
    ]);
  });

  it("says nothing of a store without a workspace", async () => {
    const { driver } = setUp();

    expect(await verifyWorkspace({ store: new Store(driver) })).toMatchObject({
      versions: 0,
      problems: [],
    });
  });
});
