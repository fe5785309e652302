import { describe, expect, it } from "vitest";
import { assets, people, PromotionWorld, stageFiles, toProd } from "./promotion-world.ts";
import { playEach, type Row } from "./rows.ts";

const v1 = "refs/tags/models/a@v1";
const v2 = "refs/tags/models/a@v2";

/** prod ran version 1 and runs version 2. */
const afterTwo = ({ act, ...row }: Row): Row => ({
  ...row,
  act: async (world) => {
    for (const version of ["1", "2"]) {
      await world.bring(toProd(version));
      await world.settle();
    }
    await act(world);
  },
});

describe("tags that somebody else made", () => {
  playEach(
    (row: Row) => row,
    [
      {
        name: "with the name of the next version",
        act: async (world) => {
          world.remote.refs.set("refs/tags/models/a@v3", world.head);
          world.land(assets({ key: "models/a", content: "z" }));
          await world.settle();
          await world.bring(toProd("4"));
        },
        events: ["accepted prod models/a 4"],
        runs: "4",
      },
      {
        name: "with the name of the first promotion",
        act: async (world) => {
          world.remote.refs.set("refs/tags/models/a#prod#1", world.head);
          await world.bring(toProd("2"));
        },
        events: ["incident tag-foreign", "accepted prod models/a 2"],
        runs: "2",
        says: "the tag models/a#prod#1 was not made by Cairn",
      },
      {
        name: "with the names of many promotions",
        act: async (world) => {
          for (const count of [1, 2, 3]) {
            world.remote.refs.set(`refs/tags/models/a#prod#${count}`, world.head);
          }
          await world.bring(toProd("2"));
        },
        events: [
          "incident tag-foreign",
          "incident tag-foreign",
          "incident tag-foreign",
          "accepted prod models/a 2",
        ],
        runs: "2",
      },
    ],
  );

  it("are no promotion, and the promotion has a tag of its own", async () => {
    const world = await PromotionWorld.open();
    world.remote.refs.set("refs/tags/models/a#prod#1", world.head);
    await world.settle();
    expect(await world.runs("prod")).toBeUndefined();
    await world.bring(toProd("2"));
    await world.settle();
    expect(world.remote.refs.has("refs/tags/models/a#prod#2")).toBe(true);
  });
});

describe("tags that were moved or removed", () => {
  const says = ["An incident is open", "Resolve it first"];
  playEach(afterTwo, [
    {
      name: "stop a promotion of that asset",
      act: async (world) => {
        world.land(assets({ key: "models/a", content: "z" }));
        await world.settle();
        world.remote.refs.set(v1, world.head);
        await world.bring(toProd("3"));
      },
      events: ["incident tag-moved", "blocked prod models/a 3"],
      runs: "2",
      says,
    },
    {
      name: "stop it as well when they are gone",
      act: async (world) => {
        world.land(assets({ key: "models/a", content: "z" }));
        await world.settle();
        world.remote.refs.delete(v2);
        await world.bring(toProd("3"));
      },
      events: ["incident tag-missing", "blocked prod models/a 3"],
      runs: "2",
      says,
    },
    {
      name: "stop no rollback to a version with an intact tag",
      act: async (world) => {
        world.remote.refs.set(v2, world.head);
        await world.bring(toProd("1"), []);
      },
      events: ["incident tag-moved", "rolled back prod models/a 1"],
      runs: "1",
    },
    {
      name: "stop a rollback to the version of the tag",
      act: async (world) => {
        world.remote.refs.set(v1, world.head);
        await world.bring(toProd("1"), []);
      },
      events: ["incident tag-moved", "blocked prod models/a 1"],
      runs: "2",
      says,
    },
    {
      name: "stop no withdrawal",
      act: async (world) => {
        world.remote.refs.set(v2, world.head);
        await world.bring({ "stages/prod/models/a.yaml": undefined }, []);
      },
      events: ["incident tag-moved", "withdrawn prod models/a 2"],
      runs: undefined,
    },
    {
      name: "stop no other asset",
      act: async (world) => {
        world.land(assets({ key: "data/d", content: "d" }));
        await world.settle();
        world.remote.refs.set(v2, world.head);
        await world.bring(stageFiles("prod", { "data/d": "1" }));
      },
      events: ["incident tag-moved", "accepted prod data/d 1"],
      runs: "2",
    },
  ]);
});

describe("a pull-request host that is down", () => {
  it("decides nothing and loses nothing", async () => {
    const world = await PromotionWorld.open();
    await world.bring(toProd("2"));
    world.forge.isDown = true;
    const ledger = world.remote.refs.get("refs/heads/cairn-ledger");
    for (let time = 0; time < 3; time += 1) {
      await expect(world.settle()).rejects.toMatchObject({ code: "FORGE_UNAVAILABLE" });
      world.after(24);
    }
    expect(world.remote.refs.get("refs/heads/cairn-ledger")).toBe(ledger);
    world.forge.isDown = false;
    await world.settle();
    expect(await world.runs("prod")).toBe("2");
  });

  it("is not asked when nothing landed", async () => {
    const world = await PromotionWorld.open();
    world.forge.isDown = true;
    await expect(world.settle()).resolves.toMatchObject({ drafts: [] });
  });
});

describe("a clock that goes back", () => {
  it("dates no event before another, and takes no approval for one of the future", async () => {
    const world = await PromotionWorld.open();
    await world.bring(toProd("1"));
    await world.settle();
    world.after(-24);
    const number = await world.propose(toProd("2"));
    await world.review(number, people.bo);
    await world.merge(number);
    await world.settle();
    const times = (await world.news()).map(({ at }) => Date.parse(at));
    expect(times).toHaveLength(2);
    expect(times).toEqual(times.toSorted((left, right) => left - right));
    expect(await world.runs("prod")).toBe("2");
  });
});

describe("several landings", () => {
  const landings = async (world: PromotionWorld, look: () => Promise<unknown>) => {
    const steps = [
      () => world.bring(toProd("1")),
      () => world.bring(toProd("2"), []),
      () => world.bring(assets({ key: "models/a", content: "z" })),
      () => world.bring(toProd("3")),
      () => world.bring(toProd("1"), []),
      () => world.bring({ "stages/prod/models/a.yaml": undefined }),
      () => world.bring(toProd("2")),
    ];
    for (const step of steps) {
      world.after(1);
      await step();
      await look();
    }
    await world.settle();
    const events = (await world.news()).map(({ type }) => type);
    const tags = [...world.remote.refs.keys()].filter((ref) => ref.startsWith("refs/tags/"));
    return { events, tags: tags.sort() };
  };

  it("mean the same whether they are looked at one by one or together", async () => {
    const oneByOne = await PromotionWorld.open();
    const together = await PromotionWorld.open();
    const each = await landings(oneByOne, () => oneByOne.settle());
    expect(await landings(together, async () => undefined)).toEqual(each);
    expect(each.events).toEqual([
      "accepted",
      "blocked",
      "published",
      "accepted",
      "accepted",
      "withdrawn",
      "accepted",
    ]);
  });
});

describe("a tag that the remote refuses", () => {
  it("delays its promotion, and what landed later does not wait for it", async () => {
    const world = await PromotionWorld.open();
    world.remote.refuse = ({ ref }) => (ref.includes("models/a#") ? "protected" : undefined);
    await world.bring(toProd("2"));
    await world.bring(assets({ key: "data/d", content: "d" }));
    await world.settle();
    expect((await world.news()).map(({ type }) => type)).toEqual(["published"]);
    expect(await world.runs("prod")).toBeUndefined();
    world.remote.refuse = () => undefined;
    await world.settle();
    expect(await world.runs("prod")).toBe("2");
  });
});
