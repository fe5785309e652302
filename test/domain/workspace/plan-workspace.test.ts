import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DesiredVersion } from "../../../src/domain/workspace/desired.ts";
import {
  entryKey,
  equalEntries,
  type IndexEntry,
} from "../../../src/domain/workspace/index-document.ts";
import {
  planWorkspace,
  type PlanInput,
  type WorkspacePlan,
} from "../../../src/domain/workspace/plan-workspace.ts";
import { settleIndex } from "../../../src/domain/workspace/settle-index.ts";
import {
  formatVersionKey,
  isVersionKey,
  parseVersionKey,
  type VersionKey,
} from "../../../src/domain/workspace/version-key.ts";
import { sha256 } from "../../../src/shared/digest.ts";
import { versionDigest } from "../../support/deliveries.ts";

const day = 86_400_000;
const start = Date.parse("2026-06-01T00:00:00.000Z");

function want(key: string, needs: readonly string[] = []): DesiredVersion {
  const [id] = parseVersionKey(key);
  if (id === undefined) throw new Error(key);
  return {
    ...id,
    digest: versionDigest(key),
    commit: "c",
    ledgerCommit: "d",
    roles: ["stage"],
    references: needs.filter(isVersionKey),
  };
}

interface World {
  entries: readonly IndexEntry[];
  days: number;
}

/** Plans and carries out; `failing` versions do not arrive. */
function step(
  world: World,
  desired: readonly DesiredVersion[],
  options: Partial<PlanInput> & { readonly failing?: readonly string[] } = {},
): { plan: WorkspacePlan; world: World } {
  const now = new Date(start + world.days * day).toISOString();
  const plan = planWorkspace({
    desired,
    index: { assets: world.entries },
    layout: "both",
    prune: { keep: 1, afterMs: 7 * day },
    now,
    ...options,
  });
  const arrived = plan.deliver.filter(
    (v) => options.failing?.includes(formatVersionKey(v)) !== true,
  );
  const result = { files: 1, bytes: 1, manifest: sha256("m") };
  const delivered = new Map(
    arrived.map((v): [VersionKey, typeof result] => [formatVersionKey(v), result]),
  );
  const entries = settleIndex({ plan, delivered, layout: options.layout ?? "both", now });
  return { plan, world: { ...world, entries } };
}

function held({ entries }: World): readonly string[] {
  return entries.map((entry) => `${entryKey(entry)}${entry.state === "kept" ? " kept" : ""}`);
}

const empty: World = { entries: [], days: 0 };
const many = Array.from({ length: 12 }, (_, n) => want(`models/m${n}@1`));

describe("planWorkspace", () => {
  it("keeps a replaced version as long as it is the one before", () => {
    let { world } = step(empty, [want("models/m@1")]);
    ({ world } = step(world, [want("models/m@2")]));
    expect(held(world)).toEqual(["models/m@1 kept", "models/m@2"]);

    ({ world } = step({ ...world, days: 100 }, [want("models/m@2")]));
    expect(held(world)).toEqual(["models/m@1 kept", "models/m@2"]);

    ({ world } = step({ ...world, days: 101 }, [want("models/m@3")]));
    expect(held(world)).toEqual(["models/m@2 kept", "models/m@3"]);
  });

  it("waits out the grace time from when a version was replaced", () => {
    let { world } = step(empty, [want("models/m@1")]);
    ({ world } = step({ ...world, days: 50 }, [want("models/m@2")]));
    ({ world } = step({ ...world, days: 51 }, [want("models/m@3")]));
    ({ world } = step({ ...world, days: 56 }, [want("models/m@3")]));
    expect(held(world)).toHaveLength(3);
    ({ world } = step({ ...world, days: 57 }, [want("models/m@3")]));
    expect(held(world)).toEqual(["models/m@2 kept", "models/m@3"]);
  });

  it("takes back what it kept without delivering it again", () => {
    let { world } = step(empty, [want("models/m@1")]);
    ({ world } = step({ ...world, days: 1 }, [want("models/m@2")]));
    const { plan, world: after } = step({ ...world, days: 2 }, [want("models/m@1")]);

    expect(plan.deliver).toEqual([]);
    expect(held(after)).toEqual(["models/m@1", "models/m@2 kept"]);
    expect(after.entries[0]).not.toHaveProperty("kept_since");
    expect(after.entries[0]?.since).toBe("2026-06-03T00:00:00.000Z");
  });

  it("keeps what a kept version needs", () => {
    const old = [want("models/m@1", ["environments/env@1"]), want("environments/env@1")];
    let { world } = step(empty, old);
    ({ world } = step(world, [want("models/m@2")]));
    ({ world } = step({ ...world, days: 100 }, [want("models/m@2")]));

    expect(held(world)).toEqual(["environments/env@1 kept", "models/m@1 kept", "models/m@2"]);
  });

  it("removes an asset that nobody wants any more after its time", () => {
    let { world } = step(empty, [want("models/m@1"), want("models/n@1")]);
    ({ world } = step(world, [want("models/n@1")]));
    ({ world } = step({ ...world, days: 6 }, [want("models/n@1")]));
    expect(held(world)).toEqual(["models/m@1 kept", "models/n@1"]);
    const { plan } = step({ ...world, days: 7 }, [want("models/n@1")]);
    expect(plan.remove.map(entryKey)).toEqual(["models/m@1"]);
  });

  it("removes nothing when the clock went back", () => {
    let { world } = step({ ...empty, days: 50 }, [want("models/m@1"), want("models/n@1")]);
    ({ world } = step(world, [want("models/n@1")]));
    ({ world } = step({ ...world, days: -100 }, [want("models/n@1")]));

    expect(held(world)).toEqual(["models/m@1 kept", "models/n@1"]);
  });

  it.each([
    { name: "everything", left: 0, of: 3, refused: true },
    { name: "5 of 6", left: 1, of: 6, refused: false },
    { name: "6 of 12", left: 6, of: 12, refused: false },
    { name: "7 of 12", left: 5, of: 12, refused: true },
  ])("guards against removing $name", ({ left, of, refused }) => {
    let { world } = step(empty, many.slice(0, of));
    ({ world } = step(world, many.slice(0, left)));
    const late = { ...world, days: 30 };
    const { plan, world: after } = step(late, many.slice(0, left));

    expect(plan.refused !== undefined).toBe(refused);
    expect(held(after)).toHaveLength(refused ? of : left);
    const told = step(late, many.slice(0, left), { allowMassRemoval: true });
    expect(held(told.world)).toHaveLength(left);
  });

  it.each([
    { name: "6 of 11 beside 2 new", left: 5, of: 11, arriving: 2, refused: false },
    { name: "7 of 12 beside 2 new", left: 5, of: 12, arriving: 2, refused: false },
    { name: "7 of 12 beside 1 new", left: 5, of: 12, arriving: 1, refused: true },
    { name: "all of 12 beside 1 new", left: 0, of: 12, arriving: 1, refused: true },
    { name: "all of 12 beside 12 new", left: 0, of: 12, arriving: 12, refused: false },
  ])("decides the same about $name before and after", ({ left, of, arriving, refused }) => {
    let { world } = step(empty, many.slice(0, of));
    ({ world } = step(world, many.slice(0, left), { allowMassRemoval: true }));
    const late = { ...world, days: 30 };
    const added = Array.from({ length: arriving }, (_, n) => want(`models/new${n}@1`));
    const desired = [...many.slice(0, left), ...added];
    const first = step(late, desired);
    const again = step(first.world, desired);

    expect(first.plan.refused !== undefined).toBe(refused);
    expect(again.plan.refused).toEqual(first.plan.refused);
    expect(again.world).toEqual(first.world);
    expect(held(first.world)).toHaveLength((refused ? of : left) + arriving);

    const failed = step(late, desired, { failing: added.map(formatVersionKey) });
    expect(held(failed.world)).toHaveLength(of);
    expect(held(step(failed.world, desired).world)).toEqual(held(first.world));
  });

  it("delivers again in another layout, and keeps the old until that worked", () => {
    const { world } = step(empty, [want("models/m@1")]);
    const failed = step(world, [want("models/m@1")], { layout: "plain", failing: ["models/m@1"] });
    expect(failed.world.entries).toEqual(world.entries);
    const worked = step(world, [want("models/m@1")], { layout: "plain" });
    expect(worked.world.entries).toEqual([{ ...world.entries[0], layout: "plain" }]);
  });

  it("leaves an asset and what it needs alone when its new version does not arrive", () => {
    const before = [want("models/m@1", ["data/d@1"]), want("data/d@1")];
    const after = [want("models/m@2", ["data/d@2"]), want("data/d@2")];
    const { world } = step(empty, before);
    for (const failing of ["models/m@2", "data/d@2"]) {
      const result = step({ ...world, days: 30 }, after, { failing: [failing] });
      expect(held(result.world)).toEqual(expect.arrayContaining(["data/d@1", "models/m@1"]));
      expect(held(result.world)).not.toContain("models/m@2");
      expect(held(step(result.world, after).world)).toEqual(
        expect.arrayContaining(["data/d@2", "models/m@2"]),
      );
    }
  });

  it("never leaves a reference open, and has nothing left to do after it was carried out", () => {
    const assets = ["data/a", "environments/b", "components/c", "models/d"];
    const version = fc.record({
      asset: fc.integer({ min: 0, max: 3 }),
      version: fc.integer({ min: 1, max: 4 }),
    });
    // What a version needs is fixed for good, and always of an asset before it.
    const needsOf = (asset: number, n: number): readonly string[] =>
      assets.slice(0, asset).map((name, index) => `${name}@${1 + ((n * 7 + index) % 4)}`);
    function close(wanted: readonly string[]): readonly DesiredVersion[] {
      const all = new Map<string, DesiredVersion>();
      const pending = [...wanted];
      for (let key = pending.pop(); key !== undefined; key = pending.pop()) {
        const [name, n] = key.split("@");
        const needs = needsOf(assets.indexOf(name ?? ""), Number(n));
        if (!all.has(key)) pending.push(...needs);
        all.set(key, want(key, needs));
      }
      return [...all.values()];
    }
    const stepArbitrary = fc.record({
      wanted: fc.array(version, { maxLength: 4 }),
      days: fc.integer({ min: -1, max: 9 }),
      failing: fc.array(version, { maxLength: 2 }),
      allowMassRemoval: fc.boolean(),
      layout: fc.constantFrom("plain", "blobs", "both"),
    });
    const toKey = (v: { asset: number; version: number }): string =>
      `${assets[v.asset]}@${v.version}`;
    fc.assert(
      fc.property(fc.array(stepArbitrary, { minLength: 1, maxLength: 8 }), (steps) => {
        let world: World = empty;
        for (const { wanted, days, failing, allowMassRemoval, layout } of steps) {
          const desired = close(wanted.map(toKey));
          const options = { allowMassRemoval, layout } as const;
          const before = world;
          world = { ...world, days: world.days + days };
          ({ world } = step(world, desired, { ...options, failing: failing.map(toKey) }));
          const keys = new Set(world.entries.map(entryKey));
          const open = world.entries.flatMap((e) => e.references).filter((key) => !keys.has(key));
          expect(open).toEqual([]);
          const current = before.entries.filter((entry) => entry.state === "current");
          expect(current.filter((entry) => !keys.has(entryKey(entry)))).toEqual([]);

          ({ world } = step(world, desired, options));
          const again = step(world, desired, options);
          expect(again.plan.deliver).toEqual([]);
          expect(equalEntries(again.world.entries, world.entries)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});
