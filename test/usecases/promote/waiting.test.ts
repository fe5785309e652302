import { describe, expect, it } from "vitest";
import {
  access,
  assets,
  people,
  policies,
  prodRule,
  prodRuleAnd,
  PromotionWorld,
  stageFiles,
  testRule,
  toProd,
} from "./promotion-world.ts";
import { playEach, type Row } from "./rows.ts";

const soak = (hours: number) => [prodRuleAnd({ soak: { hours } }), testRule];
const third = assets({ key: "models/a", content: "z" });

/** Version 2 has come to test, and its promotion to prod waits for a day. */
const whileWaiting = ({ act, spec, ...row }: Row): Row => ({
  ...row,
  spec: { rules: soak(24), ...spec },
  act: async (world) => {
    await world.bring(stageFiles("test", { "models/a": "2" }));
    await world.settle();
    await world.bring(toProd("2"));
    await world.settle();
    await act(world);
  },
});

describe("a promotion that waits", () => {
  playEach(whileWaiting, [
    {
      name: "goes on waiting before its time",
      act: async (world) => world.after(23),
      events: [],
      runs: undefined,
    },
    {
      name: "is accepted when its time has come",
      act: async (world) => world.after(25),
      events: ["accepted prod models/a 2"],
      runs: "2",
      says: "has run in test for 24 h",
    },
    {
      name: "is given up after 30 days",
      spec: { rules: soak(24 * 60) },
      act: async (world) => world.after(24 * 30 + 1),
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: ["waited for 30 days", "new pull request"],
    },
    {
      name: "is not given up before",
      spec: { rules: soak(24 * 60) },
      act: async (world) => world.after(24 * 29),
      events: [],
      runs: undefined,
    },
    {
      name: "keeps what it was approved for, whatever lands elsewhere",
      act: async (world) => {
        world.land(assets({ key: "data/d", content: "d" }));
        await world.settle();
        world.after(25);
      },
      events: ["accepted prod models/a 2"],
      runs: "2",
    },
    {
      name: "is superseded by a newer one",
      act: async (world) => {
        world.after(1);
        world.land(third);
        await world.bring(stageFiles("test", { "models/a": "3" }));
        await world.settle();
        await world.bring(toProd("3"));
      },
      events: ["blocked prod models/a 2", "waiting prod models/a 3"],
      runs: undefined,
      says: "A newer change (pull request #5) took its place",
    },
    {
      name: "is superseded by the removal of its stage file",
      act: async (world) => void world.land({ "stages/prod/models/a.yaml": undefined }),
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: "took its place",
    },
    {
      name: "is superseded, and the newer one is accepted in its time",
      act: async (world) => {
        world.land(third);
        await world.bring(stageFiles("test", { "models/a": "3" }));
        await world.bring(toProd("3"));
        await world.settle();
        world.after(25);
      },
      events: ["accepted prod models/a 3"],
      runs: "3",
    },
    {
      name: "fails when the version leaves the stage before too early",
      act: async (world) => {
        world.after(1);
        await world.bring(stageFiles("test", { "models/a": "1" }));
        await world.settle();
        world.after(25);
      },
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: "does not run there any more",
    },
    {
      name: "fails when its version is deprecated meanwhile",
      act: async (world) => {
        const versions = { "2": { deprecated: { reason: "it drifts" } } };
        world.land(assets({ key: "models/a", content: "y", metadata: { versions } }));
        await world.settle();
        world.after(25);
      },
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: "it drifts",
    },
    {
      name: "fails when a tag of its asset moved meanwhile",
      act: async (world) => {
        world.remote.refs.set("refs/tags/models/a@v1", world.head);
        world.after(25);
      },
      events: ["incident tag-moved", "blocked prod models/a 2"],
      runs: undefined,
      says: "An incident is open: the tag models/a@v1 was moved",
    },
    {
      name: "waits through a clock that goes back",
      act: async (world) => {
        world.after(-24 * 400);
        await world.settle();
        world.after(24 * 400 + 23);
      },
      events: [],
      runs: undefined,
    },
    {
      name: "is accepted after a clock that went back is right again",
      act: async (world) => {
        world.after(-24 * 400);
        await world.settle();
        world.after(24 * 400 + 25);
      },
      events: ["accepted prod models/a 2"],
      runs: "2",
    },
  ]);

  it("is one that lacks nothing but time", async () => {
    const world = await PromotionWorld.open({ rules: soak(24) });
    await world.bring(stageFiles("test", { "models/a": "2" }));
    await world.settle();
    await world.bring(toProd("2"), []);
    await world.settle();
    await world.news();
    world.after(25);
    await world.settle();
    expect(await world.news()).toEqual([]);
    expect(await world.runs("prod")).toBeUndefined();
  });

  it("of several stage files waits for all, and all are accepted together", async () => {
    const env = { key: "environments/env", content: "e" } as const;
    const world = await PromotionWorld.open({
      assets: [env, { key: "models/a", content: "x" }],
      rules: soak(24),
    });
    const both = (stage: string) => stageFiles(stage, { "models/a": "1", "environments/env": "1" });
    await world.bring(stageFiles("test", { "environments/env": "1" }));
    await world.settle();
    world.after(20);
    await world.bring(both("test"));
    await world.settle();
    await world.bring(both("prod"));
    await world.settle();
    world.after(20);
    await world.settle();
    expect(await world.runs("prod", "environments/env")).toBeUndefined();
    world.after(5);
    await world.settle();
    expect(await world.runs("prod", "environments/env")).toBe("1");
    expect(await world.runs("prod")).toBe("1");
  });
});

describe("the policy that a waiting promotion is judged by", () => {
  const owner = [people.dee];
  const gatesOnly = (hours: number) => [prodRule({ soak: { hours } }), testRule];
  playEach(whileWaiting, [
    {
      name: "asks for more approvals",
      act: async (world) => {
        world.after(1);
        const rule = prodRule({ soak: { hours: 24 }, approvals: { count: 2 } });
        await world.bring(policies({ rules: [rule, testRule], access }), owner);
      },
      events: ["policy-accepted", "blocked prod models/a 2"],
      runs: undefined,
      says: "the rules that apply changed",
    },
    {
      name: "asks for a longer soak",
      spec: { rules: gatesOnly(24) },
      act: async (world) => {
        world.after(1);
        await world.bring(policies({ rules: gatesOnly(48), access }), owner);
        await world.settle();
        world.after(25);
      },
      events: [],
      runs: undefined,
    },
    {
      name: "asks for a longer soak, which is over",
      spec: { rules: gatesOnly(24) },
      act: async (world) => {
        world.after(1);
        await world.bring(policies({ rules: gatesOnly(48), access }), owner);
        await world.settle();
        world.after(48);
      },
      events: ["accepted prod models/a 2"],
      runs: "2",
      says: "for 48 h",
    },
    {
      name: "asks for less",
      spec: { rules: gatesOnly(24) },
      act: async (world) => {
        world.after(2);
        await world.bring(policies({ rules: gatesOnly(1), access }), owner);
      },
      events: ["policy-accepted", "accepted prod models/a 2"],
      runs: "2",
      says: "for 1 h",
    },
    {
      name: "was weakened without its owners",
      spec: { rules: gatesOnly(24) },
      act: async (world) => {
        world.after(2);
        world.land(policies({ rules: gatesOnly(1), access }));
      },
      events: ["incident policy-unaccepted"],
      runs: undefined,
    },
    {
      name: "has no rule for it any more",
      spec: { rules: gatesOnly(24) },
      act: async (world) => {
        world.after(1);
        await world.bring(policies({ rules: [testRule], access }), owner);
      },
      events: ["policy-accepted", "blocked prod models/a 2"],
      runs: undefined,
      says: "add a rule for stage prod and models/a",
    },
    {
      name: "changed elsewhere",
      act: async (world) => {
        world.after(1);
        const rules = [...soak(24).slice(0, 1), { ...testRule, gates: { order: {} } }];
        await world.bring(policies({ rules, access }), owner);
        await world.settle();
        world.after(24);
      },
      events: ["accepted prod models/a 2"],
      runs: "2",
    },
  ]);
});
