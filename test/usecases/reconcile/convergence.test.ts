import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { AssetKey } from "../../../src/domain/asset.ts";
import type { Asset } from "../../../src/domain/registry.ts";
import { MemoryRemote } from "../../support/memory-mirror.ts";
import { derive, expectSound, settle, stateAt, versionsAt, versionsOf } from "./settle.ts";
import { filesOf, openSession, recordAll, type AssetSpec } from "./world.ts";

type Assets = Readonly<Record<string, AssetSpec>>;
const keys: readonly AssetKey[] = ["models/a", "data/b", "components/c"];

/** One landing: what becomes of each asset. */
const anyChange = fc.oneof(
  { arbitrary: fc.constant({ type: "keep" } as const), weight: 3 },
  fc.record({ type: fc.constant("content" as const), content: fc.constantFrom("x", "y", "z") }),
  fc.record({ type: fc.constant("description" as const), text: fc.constantFrom("one", "two") }),
  fc.constant({ type: "break" } as const),
  fc.constant({ type: "remove" } as const),
);
type Change = typeof anyChange extends fc.Arbitrary<infer Value> ? Value : never;

const anyLanding = fc.record({
  changes: fc.tuple(anyChange, anyChange, anyChange),
  /** Whether a reconcile comes before the next landing. */
  isSettled: fc.boolean(),
});
type Landing = typeof anyLanding extends fc.Arbitrary<infer Value> ? Value : never;
const anyLandings = fc.array(anyLanding, { minLength: 1, maxLength: 8 });

it("publishes what a simple model says, and has nothing left to say afterwards", async () => {
  await fc.assert(
    fc.asyncProperty(anyLandings, async (landings) => {
      const { remote, session } = await openWorld();
      const trees = play(landings);
      for (const [index, tree] of trees.entries()) {
        remote.land(filesOf({ assets: Object.values(tree) }));
        if (landings[index]?.isSettled !== true) continue;
        await settle(session);
        expect((await derive(session)).drafts).toEqual([]);
      }
      await settle(session);
      expect((await derive(session)).drafts).toEqual([]);
      expect(await versionsAt(remote)).toEqual(modelOf(trees));
      await expectSound(remote);
    }),
    { numRuns: 150 },
  );
});

it("does not depend on the order in which assets are found", async () => {
  const shuffle = fc.infiniteStream(fc.nat({ max: 1000 }));
  await fc.assert(
    fc.asyncProperty(anyLandings, shuffle, async (landings, ranks) => {
      const byRank = (assets: readonly Asset[]): readonly Asset[] =>
        assets
          .map((asset) => ({ asset, rank: Number(ranks.next().value) }))
          .sort((left, right) => left.rank - right.rank)
          .map(({ asset }) => asset);
      const sorted = await openWorld();
      const shuffled = await openWorld(byRank);
      for (const tree of play(landings)) {
        const files = filesOf({ assets: [...Object.values(tree), ...twoManifests, user] });
        sorted.remote.land(files);
        shuffled.remote.land(files);
      }
      await settle(sorted.session);
      await settle(shuffled.session);
      expect((await stateAt(shuffled.remote)).head).toBe((await stateAt(sorted.remote)).head);
    }),
    { numRuns: 60 },
  );
});

it("ends the same when it is killed anywhere and started again", async () => {
  await fc.assert(
    fc.asyncProperty(anyLandings, fc.array(fc.nat({ max: 60 })), async (landings, kills) => {
      const { remote } = await openWorld();
      for (const tree of play(landings)) remote.land(filesOf({ assets: Object.values(tree) }));
      for (const kill of kills) {
        let left = kill;
        const pause = async (): Promise<void> => {
          left -= 1;
          if (left < 0) throw new Error("killed");
        };
        await settle(openSession(remote, { pause })).catch(() => undefined);
        await expectSound(remote);
      }
      await settle(openSession(remote));
      expect(await versionsAt(remote)).toEqual(modelOf(play(landings)));
      await expectSound(remote);
    }),
    { numRuns: 60 },
  );
});

it("goes back to a landing of which only a part was written", async () => {
  const { remote } = await openWorld();
  const many = (content: string): readonly AssetSpec[] =>
    Array.from({ length: 201 }, (_, index) => ({ key: `models/m${index + 100}`, content }));
  const first = remote.land(filesOf({ assets: many("x") }));
  const second = remote.land(filesOf({ assets: many("y") }));
  let pushes = 0;
  const pause = async (method: string): Promise<void> => {
    if (method === "push") pushes += 1;
    if (pushes === 2) throw Object.assign(new Error("killed"), { code: "KILLED" });
  };
  await expect(settle(openSession(remote, { pause }))).rejects.toMatchObject({ code: "KILLED" });
  expect(Object.keys((await stateAt(remote)).assets)).toHaveLength(200);

  await settle(openSession(remote));
  const { assets } = await stateAt(remote);
  for (const { versions } of Object.values(assets)) {
    expect(versions.map(({ commit }) => commit)).toEqual([first, second]);
  }
  await expectSound(remote);
});

it("publishes each version once when two controllers come between each other anywhere", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), anyLandings, async (scheduler, landings) => {
      const { remote } = await openWorld();
      const pause = async (method: string): Promise<void> =>
        scheduler.schedule(Promise.resolve(), method);
      const controllers = [openSession(remote, { pause }), openSession(remote, { pause })];
      const working = controllers.map(async (session) => {
        await settle(session);
        await settle(session);
      });
      const landing = (async () => {
        for (const tree of play(landings)) {
          await pause("land");
          remote.land(filesOf({ assets: Object.values(tree) }));
        }
      })();
      await scheduler.waitFor(Promise.all([...working, landing]));
      await scheduler.waitFor(Promise.all(controllers.map((session) => settle(session))));
      const state = await stateAt(remote);
      expect(versionsOf(state)).toEqual(modelOf(play(landings)));
      expect(state.incidents).toEqual({});
      await expectSound(remote);
    }),
    { numRuns: 60 },
  );
});

it("loses nothing when connections break after the remote took a push", async () => {
  await fc.assert(
    fc.asyncProperty(anyLandings, fc.nat({ max: 3 }), async (landings, breaks) => {
      const { remote, session } = await openWorld();
      remote.connectionBreaks = breaks;
      for (const tree of play(landings)) {
        remote.land(filesOf({ assets: Object.values(tree) }));
        await settle(session).catch(() => undefined);
      }
      await settle(session).catch(() => undefined);
      await settle(session);
      expect(await versionsAt(remote)).toEqual(modelOf(play(landings)));
      await expectSound(remote);
    }),
    { numRuns: 40 },
  );
});

const twoManifests: readonly AssetSpec[] = [
  { key: "models/two", path: "two/second.yaml", content: "2", version: "2" },
  { key: "models/two", path: "two/first.yaml", content: "1", version: "1" },
];
const user: AssetSpec = {
  key: "components/user",
  content: "u",
  uses: [{ kind: "model", text: "azureml:two:2" }],
};

/** The assets after each landing. */
function play(landings: readonly Landing[]): readonly Assets[] {
  let assets: Assets = {};
  return landings.map(({ changes }) => {
    const next = { ...assets };
    for (const [index, key] of keys.entries()) {
      const change = changes[index];
      const known = assets[key] ?? { key, content: "x" };
      const changed = change === undefined ? undefined : applyChange(known, change);
      if (change?.type === "remove") delete next[key];
      else if (changed !== undefined) next[key] = changed;
    }
    assets = next;
    return next;
  });
}

function applyChange(asset: AssetSpec, change: Change): AssetSpec | undefined {
  switch (change.type) {
    case "content":
      return { ...asset, content: change.content, isBroken: false };
    case "description":
      return { ...asset, description: change.text };
    case "break":
      return { ...asset, isBroken: true };
    case "keep":
    case "remove":
      return undefined;
  }
}

/** One version for each landing in which a good asset differs from its newest version. */
function modelOf(trees: readonly Assets[]): Record<string, readonly string[]> {
  const contents = new Map<string, string[]>();
  const versions = new Map<string, string[]>();
  for (const { key, content, isBroken } of trees.flatMap((tree) => Object.values(tree))) {
    const known = contents.get(key) ?? [];
    if (isBroken === true || known.at(-1) === content) continue;
    const same = known.lastIndexOf(content) + 1;
    const version = String(known.length + 1);
    versions.set(key, [...(versions.get(key) ?? []), same > 0 ? `${version}=${same}` : version]);
    contents.set(key, [...known, content]);
  }
  return Object.fromEntries([...versions].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function openWorld(order?: (assets: readonly Asset[]) => readonly Asset[]) {
  const remote = new MemoryRemote();
  remote.land(filesOf({ assets: [] }));
  const session = openSession(remote, order === undefined ? {} : { order });
  await recordAll(session, []);
  return { remote, session };
}
