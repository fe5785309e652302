import { describe, expect, it } from "vitest";
import {
  assets,
  people,
  prodRule,
  prodRuleAnd,
  PromotionWorld,
  stageFiles,
  testRule,
  toProd,
  type Changes,
} from "./promotion-world.ts";
import { expectRow, playEach, type Row } from "./rows.ts";

const path = "stages/prod/models/a.yaml";
const gone: Changes = { [path]: undefined };

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

/** The same, and the metadata file warns of version 1. */
const deprecatedOne = assets({
  key: "models/a",
  content: "y",
  metadata: { versions: { "1": { deprecated: { reason: "it drifts" } } } },
});

describe("a rollback", () => {
  const fourEyes = { ...prodRule(), rollback: { approvals: { count: 2 } } };
  playEach(afterTwo, [
    {
      name: "is the author's own wish by default",
      act: (world) => world.bring(toProd("1"), []),
      events: ["rolled back prod models/a 1"],
      runs: "1",
      says: "1 of 1 approvals (ann)",
    },
    {
      name: "is not that of somebody who may not approve",
      act: async (world) => {
        await world.merge(await world.propose(toProd("1"), { by: people.eve }));
      },
      events: ["blocked prod models/a 1"],
      runs: "2",
      says: "eve may not approve models/a",
    },
    {
      name: "needs what the rule says about rollbacks",
      spec: { rules: [fourEyes] },
      act: (world) => world.bring(toProd("1"), [people.bo]),
      events: ["blocked prod models/a 1"],
      runs: "2",
      says: "1 of 2 approvals",
    },
    {
      name: "needs a pull request",
      act: async (world) => void world.land(toProd("1")),
      events: ["blocked prod models/a 1"],
      runs: "2",
      says: "a promotion is a pull request",
    },
    {
      name: "and forth again",
      act: async (world) => {
        await world.bring(toProd("1"), []);
        await world.settle();
        await world.bring(toProd("2"), []);
      },
      events: ["rolled back prod models/a 2"],
      runs: "2",
    },
    {
      name: "to a version that never ran is none",
      act: async (world) => {
        world.land(assets({ key: "models/a", content: "z" }));
        await world.settle();
        await world.bring(toProd("3"), []);
      },
      events: ["blocked prod models/a 3"],
      runs: "2",
      says: "0 of 1 approvals",
    },
    {
      name: "to a version that is deprecated is none",
      act: async (world) => {
        world.land(deprecatedOne);
        await world.settle();
        await world.bring(toProd("1"));
      },
      events: ["blocked prod models/a 1"],
      runs: "2",
      says: "models/a 1 is deprecated (it drifts)",
    },
    {
      name: "to a version whose deprecation was taken back",
      act: async (world) => {
        world.land(deprecatedOne);
        await world.settle();
        world.land({ "models/a/asset.meta.yaml": undefined });
        await world.bring(toProd("1"), []);
      },
      events: ["deprecated models/a 1", "rolled back prod models/a 1"],
      runs: "1",
    },
    {
      name: "to a version that was withdrawn is none",
      act: async (world) => {
        await world.bring(gone);
        await world.settle();
        await world.bring(toProd("2"), []);
      },
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: "0 of 1 approvals",
    },
    {
      name: "to the version before a withdrawal is one",
      act: async (world) => {
        await world.bring(gone);
        await world.settle();
        await world.bring(toProd("1"), []);
      },
      events: ["rolled back prod models/a 1"],
      runs: "1",
    },
  ]);

  it("asks for no metrics, order or soak", async () => {
    const { world } = await expectRow({
      name: "",
      spec: { rules: [testRule, prodRuleAnd({ order: {} })] },
      act: async (it) => {
        for (const version of ["1", "2"]) {
          await it.bring(stageFiles("test", { "models/a": version }));
          await it.bring(toProd(version));
        }
        await it.settle();
        await it.bring(stageFiles("test", { "models/a": "1" }));
        await it.bring(stageFiles("test", {}));
        await it.bring(toProd("1"), []);
      },
      events: ["rolled back test models/a 1", "rolled back prod models/a 1"],
      runs: "1",
    });
    expect(await world.runs("test")).toBe("1");
  });
});

describe("a withdrawal", () => {
  playEach(afterTwo, [
    {
      name: "is the removal of the stage file, by whoever may roll back",
      act: (world) => world.bring(gone, []),
      events: ["withdrawn prod models/a 2"],
      runs: undefined,
      says: "1 of 1 approvals (ann)",
    },
    {
      name: "is not for somebody who may not approve",
      act: async (world) => {
        await world.merge(await world.propose(gone, { by: people.eve }));
      },
      events: ["blocked prod models/a none"],
      runs: "2",
      says: "eve may not approve models/a",
    },
    {
      name: "needs a pull request",
      act: async (world) => void world.land(gone),
      events: ["blocked prod models/a none"],
      runs: "2",
      says: "a promotion is a pull request",
    },
    {
      name: "counts when the file comes back by another pull request in the same look",
      act: async (world) => {
        await world.bring(gone);
        await world.bring(toProd("2"));
      },
      events: ["withdrawn prod models/a 2", "accepted prod models/a 2"],
      runs: "2",
    },
    {
      name: "of a stage file whose asset is renamed",
      act: async (world) => {
        const renamed = assets({ key: "models/b", content: "y" });
        world.land({ ...renamed, "models/a/asset.yaml": undefined });
        await world.settle();
        await world.bring(gone);
      },
      events: ["withdrawn prod models/a 2"],
      runs: undefined,
    },
  ]);

  it("and the promotions around it have tags of their own", async () => {
    const world = await PromotionWorld.open();
    for (const changes of [toProd("1"), gone, toProd("1")]) {
      await world.bring(changes);
      await world.settle();
    }
    const tags = [...world.remote.refs.keys()].filter((ref) => ref.includes("#"));
    expect(tags.sort()).toEqual([
      "refs/tags/models/a#prod!#2",
      "refs/tags/models/a#prod#1",
      "refs/tags/models/a#prod#3",
    ]);
  });
});

describe("an override", () => {
  const spec = { rules: [prodRuleAnd({ soak: { hours: 24 } }), testRule] };
  const override = {
    version: "2",
    gates: ["soak"],
    reason: "the shop is on fire",
  } as const;
  const urgent = stageFiles("prod", { "models/a": { version: "2", override } });
  /** Version 2 has just come to test. */
  const inTest = ({ act, ...row }: Row): Row => ({
    spec,
    ...row,
    act: async (world) => {
      await world.bring(stageFiles("test", { "models/a": "2" }));
      await world.settle();
      await act(world);
    },
  });

  playEach(inTest, [
    {
      name: "with a second person who may",
      act: (world) => world.bring(urgent, [people.cy]),
      events: ["accepted prod models/a 2"],
      runs: "2",
      says: [
        "[soak overridden] overridden: the shop is on fire (approved by cy)",
        "less than 24 h",
      ],
    },
    {
      name: "with a second person who may not",
      act: (world) => world.bring(urgent, [people.bo]),
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: ["[override failed]", "nobody who may do so approved it"],
    },
    {
      name: "by the author alone",
      act: (world) => world.bring(urgent, [people.ann]),
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: ["[override failed]", "ann is the author"],
    },
    {
      name: "of another version",
      act: async (world) => {
        const other = { ...override, version: "1" };
        await world.bring(stageFiles("prod", { "models/a": { version: "2", override: other } }), [
          people.cy,
        ]);
      },
      events: ["waiting prod models/a 2"],
      runs: undefined,
      says: "less than 24 h",
    },
    {
      name: "of another gate",
      act: async (world) => {
        const other = { ...override, gates: ["metrics"] } as const;
        await world.bring(stageFiles("prod", { "models/a": { version: "2", override: other } }), [
          people.cy,
        ]);
      },
      events: ["waiting prod models/a 2"],
      runs: undefined,
      says: "less than 24 h",
    },
    {
      name: "of what no gate asks: that there is such a version",
      act: async (world) => {
        const other = { ...override, version: "9" };
        await world.bring(stageFiles("prod", { "models/a": { version: "9", override: other } }), [
          people.cy,
        ]);
      },
      events: ["blocked prod models/a 9"],
      runs: undefined,
      says: "models/a has no version 9",
    },
    {
      name: "of the approvals is no way around the second person",
      act: async (world) => {
        const other = { ...override, gates: ["soak", "approvals"] } as const;
        await world.bring(
          stageFiles("prod", { "models/a": { version: "2", override: other } }),
          [],
        );
      },
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: "nobody who may do so approved it",
    },
    {
      name: "that is left in the file for the next version",
      act: async (world) => {
        await world.bring(urgent, [people.cy]);
        world.land(assets({ key: "models/a", content: "z" }));
        await world.settle();
        await world.bring(stageFiles("test", { "models/a": "3" }));
        await world.settle();
        await world.bring(stageFiles("prod", { "models/a": { version: "3", override } }), [
          people.cy,
        ]);
      },
      events: ["waiting prod models/a 3"],
      runs: "2",
      says: "less than 24 h",
    },
    {
      name: "that is left in the file and comes again after a withdrawal needs its second person again",
      act: async (world) => {
        await world.bring(urgent, [people.cy]);
        await world.settle();
        await world.bring(gone);
        await world.settle();
        await world.bring(urgent, [people.bo]);
      },
      events: ["blocked prod models/a 2"],
      runs: undefined,
      says: "nobody who may do so approved it",
    },
  ]);
});
