import { describe, expect, it } from "vitest";
import {
  assets,
  people,
  prodRule,
  PromotionWorld,
  stageFiles,
  testRule,
  toProd,
  type Changes,
} from "./promotion-world.ts";
import { playEach, type Row } from "./rows.ts";

const path = "stages/prod/models/a.yaml";
const gone: Changes = { [path]: undefined };
const third = assets({ key: "models/a", content: "z" });

/** Runs version 1 before anything else happens. */
const onceRunning = ({ act, ...row }: Row): Row => ({
  ...row,
  act: async (world) => {
    await world.bring(toProd("1"));
    await world.settle();
    await act(world);
  },
});
const asIs = (row: Row): Row => row;

describe("a stage file that no pull request brought", () => {
  const says = "a promotion is a pull request";
  playEach(asIs, [
    {
      name: "new",
      act: async (world) => void world.land(toProd("2")),
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says,
    },
  ]);
  playEach(onceRunning, [
    {
      name: "changed",
      act: async (world) => void world.land(toProd("2")),
      events: ["blocked prod models/a 2"],
      runs: "1",
      says,
    },
    {
      name: "removed",
      act: async (world) => void world.land(gone),
      events: ["blocked prod models/a none"],
      runs: "1",
      says,
    },
    {
      name: "changed and put back",
      act: async (world) => {
        world.land(toProd("2"));
        await world.settle();
        world.land(toProd("1"));
      },
      events: [],
      runs: "1",
    },
    {
      name: "in another layout of the same words",
      act: async (world) =>
        void world.land({ [path]: ` ${world.filesAt(world.head)[path] ?? ""}` }),
      events: [],
      runs: "1",
    },
    {
      name: "by a merge that puts the branch second",
      act: async (world) => {
        const base = world.head;
        world.land({ "notes.md": "{}" });
        await world.settle();
        const number = await world.propose(toProd("2"));
        await world.review(number, people.bo);
        const theirs = world.commit(toProd("2"), { on: base });
        const files = { ...world.filesAt(theirs), "notes.md": "{}" };
        const merge = world.remote.commit(files, { parents: [theirs, world.head] });
        world.remote.refs.set("refs/heads/main", merge);
      },
      events: ["blocked prod models/a 2"],
      runs: "1",
      says,
    },
    {
      name: "changed directly, then asked for by a pull request that changes its words",
      act: async (world) => {
        world.land(toProd("2"));
        await world.settle();
        await world.bring(stageFiles("prod", { "models/a": { version: "2", reason: "better" } }));
      },
      events: ["accepted prod models/a 2"],
      runs: "2",
    },
  ]);
});

describe("a merge that brings something else than was approved", () => {
  const mergeAs = (changes: Changes, method: "merge" | "squash" = "merge") => ({
    act: async (world: PromotionWorld) => {
      const number = await world.propose(toProd("1"));
      await world.review(number, people.bo);
      world.mergeAs(number, changes, method);
    },
  });
  playEach(asIs, [
    {
      name: "another version",
      ...mergeAs(toProd("2")),
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: `${path} is not as pull request #2 proposed it`,
    },
    {
      name: "another stage beside it",
      ...mergeAs({ ...toProd("1"), ...stageFiles("test", { "models/a": "2" }) }),
      events: ["blocked prod models/a 1", "blocked test models/a 2"],
      runs: undefined,
      says: "stages/test/models/a.yaml is not as pull request #2 proposed it",
    },
    {
      name: "content beside it",
      ...mergeAs({ ...toProd("1"), ...third }),
      events: ["incident unreviewed-content", "blocked prod models/a 1"],
      runs: undefined,
      says: "models/a is not as pull request #2 proposed it",
    },
    {
      name: "the squash of an older head",
      act: async (world) => {
        const number = await world.propose(toProd("1"));
        await world.review(number, people.bo);
        await world.push(number, toProd("2"));
        await world.review(number, people.bo);
        world.mergeAs(number, toProd("1"), "squash");
      },
      events: ["blocked prod models/a 1"],
      runs: undefined,
      says: `${path} is not as pull request #2 proposed it`,
    },
  ]);
  playEach(onceRunning, [
    {
      name: "the removal of a stage file",
      act: async (world) => {
        const number = await world.propose({ "notes.md": "{}" });
        await world.review(number, people.bo);
        world.mergeAs(number, { ...gone, "notes.md": "{}" });
      },
      events: ["blocked prod models/a none"],
      runs: "1",
      says: `${path} is not as pull request #3 proposed it`,
    },
  ]);
});

describe("a stage file that asks for what cannot be", () => {
  playEach(asIs, [
    {
      name: "a version that does not exist",
      act: (world) => world.bring(toProd("7")),
      events: ["blocked prod models/a 7"],
      runs: undefined,
      says: ["models/a has no version 7", "it has 1, 2"],
    },
    {
      name: "a version that the same change creates",
      act: (world) => world.bring({ ...third, ...toProd("3") }),
      events: ["published models/a 3", "blocked prod models/a 3"],
      runs: undefined,
      says: "published before this change",
    },
    {
      name: "an asset that does not exist",
      act: (world) => world.bring(stageFiles("prod", { "models/none": "1" })),
      events: ["blocked prod models/none 1"],
      runs: undefined,
      says: "models/none has no published version",
    },
    {
      name: "a stage that does not exist",
      act: (world) => world.bring(stageFiles("qa", { "models/a": "1" })),
      events: ["blocked qa models/a 1"],
      runs: undefined,
      says: ['There is no stage "qa"', "dev, test, prod"],
    },
    {
      name: "a stage that follows",
      act: (world) => world.bring(stageFiles("dev", { "models/a": "1" })),
      events: ["blocked dev models/a 1"],
      runs: undefined,
      says: "dev takes every new version by itself",
    },
    {
      name: "two things at once",
      act: (world) => world.bring({ ...toProd("2"), "stages/prod/models/copy.yaml": copyOf("1") }),
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: "Two files say what prod runs of models/a",
    },
    {
      name: "nothing, because it cannot be used",
      act: (world) =>
        world.bring(stageFiles("prod", { "models/a": { version: "2", isBroken: true } })),
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: "cannot be used as it is",
    },
    {
      name: "a version that is deprecated",
      act: async (world) => {
        const versions = { "2": { deprecated: { reason: "it drifts" } } };
        world.land(assets({ key: "models/a", content: "y", metadata: { versions } }));
        await world.bring(toProd("2"));
      },
      events: ["deprecated models/a 2", "blocked prod models/a 2"],
      runs: undefined,
      says: "models/a 2 is deprecated (it drifts)",
    },
    {
      name: "a version that the same change deprecates",
      act: async (world) => {
        const versions = { "2": { deprecated: { reason: "it drifts" } } };
        const metadata = assets({ key: "models/a", content: "y", metadata: { versions } });
        await world.bring({ ...metadata, ...toProd("2") });
      },
      events: ["deprecated models/a 2", "blocked prod models/a 2"],
      runs: undefined,
      says: "models/a 2 is deprecated (it drifts)",
    },
  ]);
  playEach(onceRunning, [
    {
      name: "nothing that can be used: that is no withdrawal",
      act: (world) =>
        world.bring(stageFiles("prod", { "models/a": { version: "", isBroken: true } })),
      events: ["blocked prod models/a "],
      runs: "1",
      says: "cannot be used as it is",
    },
    {
      name: "nothing that can be read: that is no withdrawal",
      act: (world) => world.bring({ [path]: "{}" }),
      events: ["blocked prod models/a none"],
      runs: "1",
      says: `${path} cannot be read`,
    },
    {
      name: "a second file for what runs",
      act: (world) => world.bring({ "stages/prod/models/copy.yaml": copyOf("2") }),
      events: ["blocked prod models/a 1"],
      runs: "1",
      says: "Two files say what prod runs of models/a",
    },
    {
      name: "the same at another path",
      act: (world) => world.bring({ ...gone, "stages/prod/models/copy.yaml": copyOf("1") }),
      events: [],
      runs: "1",
    },
  ]);
});

describe("several stage files of one pull request", () => {
  const env = { key: "environments/env", content: "e" } as const;
  const spec = {
    assets: [env, { key: "models/a", content: "x" }] as const,
    rules: [{ ...prodRule(), assets: ["models/**"] }, testRule],
  };
  const two = stageFiles("prod", { "models/a": "1", "environments/env": "1" });
  const events = ["blocked prod environments/env 1", "blocked prod models/a 1"];
  playEach(asIs, [
    {
      name: "of which one is denied: none is accepted",
      spec,
      act: (world) => world.bring(two),
      events,
      runs: undefined,
      says: "add a rule for stage prod and environments/env",
    },
    {
      name: "that are all good",
      spec: { ...spec, rules: [prodRule()] },
      act: (world) => world.bring(two),
      events: ["accepted prod environments/env 1", "accepted prod models/a 1"],
      runs: "1",
    },
    {
      name: "of two stages, of which one is denied",
      act: (world) => world.bring({ ...toProd("2"), ...stageFiles("test", { "models/a": "9" }) }),
      events: ["blocked prod models/a 2", "blocked test models/a 9"],
      runs: undefined,
      says: "no version 9",
    },
  ]);

  it("are written in one push or not at all", async () => {
    const world = await PromotionWorld.open({ ...spec, rules: [prodRule()] });
    world.remote.refuse = ({ ref }) => (ref.includes("models/a#") ? "protected" : undefined);
    await world.bring(two);
    await world.settle();
    expect(await world.runs("prod", "environments/env")).toBeUndefined();
    world.remote.refuse = () => undefined;
    await world.settle();
    expect(await world.runs("prod", "environments/env")).toBe("1");
    expect(await world.runs("prod")).toBe("1");
  });
});

describe("an asset that is not where it was", () => {
  playEach(asIs, [
    {
      name: "renamed: its versions are still its own",
      act: async (world) => {
        world.land({
          ...assets({ key: "models/b", content: "y" }),
          "models/a/asset.yaml": undefined,
        });
        await world.settle();
        await world.bring(toProd("2"));
      },
      events: ["accepted prod models/a 2"],
      runs: "2",
    },
    {
      name: "renamed: the new name has none of its versions",
      act: async (world) => {
        world.land({
          ...assets({ key: "models/b", content: "y" }),
          "models/a/asset.yaml": undefined,
        });
        await world.settle();
        await world.bring(stageFiles("prod", { "models/b": "2" }));
      },
      events: ["blocked prod models/b 2"],
      runs: undefined,
      says: "models/b has no version 2",
    },
    {
      name: "moved after the approval",
      act: async (world) => {
        const number = await world.propose(toProd("2"));
        await world.review(number, people.bo);
        const moved = assets({ key: "models/a", content: "y", path: "elsewhere/model.yaml" });
        await world.bring({ ...moved, "models/a/asset.yaml": undefined });
        await world.merge(number);
      },
      events: ["accepted prod models/a 2"],
      runs: "2",
    },
  ]);
});

describe("two pull requests for one stage", () => {
  playEach(asIs, [
    {
      name: "the one that landed last counts, up to date with the branch",
      act: async (world) => {
        const first = await world.propose(toProd("1"));
        const second = await world.propose(toProd("2"));
        await world.merge(await approved(world, first));
        const merged = world.commit(toProd("2"), { on: world.head });
        world.forge.addPush(second, { head: merged, by: people.ann, at: world.now });
        await world.merge(await approved(world, second));
      },
      events: ["accepted prod models/a 1", "accepted prod models/a 2"],
      runs: "2",
    },
    {
      name: "that ask for the same",
      act: async (world) => {
        const first = await world.propose(toProd("2"));
        const second = await world.propose(toProd("2"));
        await world.merge(await approved(world, first));
        await world.merge(await approved(world, second));
      },
      events: ["accepted prod models/a 2"],
      runs: "2",
    },
  ]);
});

async function approved(world: PromotionWorld, number: number): Promise<number> {
  await world.review(number, people.bo);
  return number;
}

function copyOf(version: string): string {
  return JSON.stringify({ stage: "prod", asset: "models/a", version });
}
