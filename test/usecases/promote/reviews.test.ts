import { describe, expect, it } from "vitest";
import { assets, people, prodRuleAnd, toProd, type PromotionWorld } from "./promotion-world.ts";
import { expectRow, playEach, type Row } from "./rows.ts";

interface Case {
  readonly name: string;
  /** What is on the host when it is merged. */
  readonly act: (world: PromotionWorld, number: number) => Promise<unknown>;
  readonly later?: (world: PromotionWorld) => void;
  readonly method?: Parameters<PromotionWorld["merge"]>[1];
  readonly says?: Row["says"];
}

function rowOf({ name, act, later, method, says }: Case): Row {
  return {
    name,
    act: async (world) => {
      const number = await world.propose(toProd("2"));
      world.after(1);
      await act(world, number);
      await world.merge(number, method);
      later?.(world);
    },
    events: [`${says === undefined ? "accepted" : "blocked"} prod models/a 2`],
    runs: says === undefined ? "2" : undefined,
    ...(says === undefined ? {} : { says }),
  };
}

const otherWords = { "stages/prod/models/a.yaml": stageText("because") };
const elsewhere = { "notes.md": "{}" };

describe("what a review saw", () => {
  playEach(rowOf, [
    {
      name: "approve, push another stage file, merge",
      act: async (world, number) => {
        await world.review(number, people.bo);
        await world.push(number, otherWords);
      },
      says: "since then the stage file changed",
    },
    {
      name: "approve, push something else, merge",
      act: async (world, number) => {
        await world.review(number, people.bo);
        await world.push(number, elsewhere);
      },
    },
    {
      name: "approve, push, approve again, merge",
      act: async (world, number) => {
        await world.review(number, people.bo);
        await world.push(number, otherWords);
        await world.review(number, people.bo);
      },
    },
    {
      name: "approve, push, push back, merge",
      act: async (world, number) => {
        await world.review(number, people.bo);
        await world.push(number, otherWords);
        await world.push(number, toProd("2"));
      },
    },
    {
      name: "approve version 1, push version 2, merge",
      act: async (world, number) => {
        await world.push(number, toProd("1"));
        await world.review(number, people.bo);
        await world.push(number, toProd("2"));
      },
      says: "since then the stage file changed",
    },
    {
      name: "a review that the host gave to a newer head",
      act: async (world, number) => {
        const head = await world.push(number, otherWords);
        await world.review(number, people.bo, { commit: head, inHours: -0.5 });
      },
      says: "before it was pushed",
    },
    {
      name: "a review without a commit",
      act: (world, number) => world.review(number, people.bo, { isUnknown: true }),
      says: "does not name",
    },
    {
      name: "a review of a commit that nobody has",
      act: (world, number) => world.review(number, people.bo, { commit: "f".repeat(40) }),
      says: "nobody knows any more what that was",
    },
    {
      name: "a review of the branch",
      act: (world, number) => world.review(number, people.bo, { commit: world.head }),
      says: "since then the stage file changed",
    },
    {
      name: "approved and squashed",
      act: (world, number) => world.review(number, people.bo),
      method: "squash",
    },
    {
      name: "approved and rebased",
      act: (world, number) => world.review(number, people.bo),
      method: "rebase",
    },
    {
      name: "approved, the branch moved elsewhere, merged",
      act: async (world, number) => {
        await world.review(number, people.bo);
        world.land(assets({ key: "data/other", content: "d" }));
        await world.settle();
      },
    },
  ]);
});

describe("when a review was given", () => {
  playEach(rowOf, [
    {
      name: "in the future",
      act: (world, number) => world.review(number, people.bo, { inHours: 1 }),
      says: "after the merge",
    },
    {
      name: "after the merge, told later",
      act: (world, number) => world.review(number, people.bo, { inHours: 1 }),
      later: (world) => world.after(2),
      says: "after the merge",
    },
    {
      name: "before the merge, told long after",
      act: (world, number) => world.review(number, people.bo),
      later: (world) => world.after(24 * 300),
    },
    {
      name: "by a host whose clock is years ahead",
      act: async (world, number) => {
        world.after(24 * 700);
        await world.review(number, people.bo);
      },
      later: (world) => world.after(-24 * 700),
      says: "not there yet",
    },
  ]);
});

describe("the newest word", () => {
  const against = { verdict: "changes-requested" } as const;
  playEach(rowOf, [
    {
      name: "approved, then changes requested",
      act: async (world, number) => {
        await world.review(number, people.bo);
        await world.review(number, people.bo, { ...against, inHours: 0 });
      },
      says: "bo asked for changes",
    },
    {
      name: "changes requested, then approved",
      act: async (world, number) => {
        await world.review(number, people.bo, against);
        world.after(1);
        await world.review(number, people.bo);
      },
    },
    {
      name: "one approves, another asks for changes of an older head",
      act: async (world, number) => {
        await world.review(number, people.cy, against);
        await world.push(number, otherWords);
        await world.review(number, people.bo);
      },
      says: "cy asked for changes",
    },
    {
      name: "one approves, one without the role asks for changes",
      act: async (world, number) => {
        await world.review(number, people.bo);
        await world.review(number, people.eve, against);
      },
    },
    {
      name: "approved, then dismissed",
      act: async (world, number) => {
        await world.review(number, people.bo);
        world.after(1);
        await world.review(number, people.bo, { verdict: "dismissed" });
      },
      says: "0 of 1 approvals",
    },
    {
      name: "changes requested, then dismissed, another approved",
      act: async (world, number) => {
        await world.review(number, people.cy, against);
        world.after(1);
        await world.review(number, people.cy, { verdict: "dismissed" });
        await world.review(number, people.bo);
      },
    },
    {
      name: "approved, then commented",
      act: async (world, number) => {
        await world.review(number, people.bo);
        world.after(1);
        await world.review(number, people.bo, { verdict: "commented" });
      },
    },
    {
      name: "approved, changes requested after the merge",
      act: async (world, number) => {
        await world.review(number, people.bo);
        await world.review(number, people.bo, { ...against, inHours: 1 });
      },
      later: (world) => world.after(2),
    },
  ]);
});

describe("the evidence", () => {
  const evaluated = (r2: number) =>
    assets({
      key: "models/a",
      content: "y",
      metadata: { evaluations: [{ data: "holdout", metrics: { r2 } }] },
    });
  const metrics = { metrics: { on: "holdout", r2: { min: 0.9 } } };

  /** Version 2 with a measurement on the branch, and a pull request that promotes it. */
  const evaluatedRow = (row: Case & { readonly r2?: number }): Row => ({
    ...rowOf(row),
    spec: { rules: [prodRuleAnd(metrics)] },
    act: async (world) => {
      world.land(evaluated(row.r2 ?? 0.95));
      await world.settle();
      await rowOf(row).act(world);
    },
  });

  playEach(evaluatedRow, [
    { name: "is good enough", act: (world, number) => world.review(number, people.bo) },
    {
      name: "is not good enough",
      r2: 0.5,
      act: (world, number) => world.review(number, people.bo),
      says: ["r2 on holdout is 0.5", "at least 0.9 asked"],
    },
    {
      name: "is made better by the pull request after the approval",
      r2: 0.5,
      act: async (world, number) => {
        await world.review(number, people.bo);
        await world.push(number, evaluated(0.99));
      },
      says: "since then the evidence changed",
    },
    {
      name: "is made better and approved again",
      r2: 0.5,
      act: async (world, number) => {
        await world.push(number, evaluated(0.99));
        await world.review(number, people.bo);
      },
    },
    {
      name: "changes on the branch after the approval",
      act: async (world, number) => {
        await world.review(number, people.bo);
        await world.bring(evaluated(0.99));
      },
      says: "since then the evidence changed",
    },
    {
      name: "changes on the branch before the approval, and the head does not know",
      act: async (world, number) => {
        await world.bring(evaluated(0.99));
        await world.review(number, people.bo);
      },
      says: "since then the evidence changed",
    },
    {
      name: "changes for another asset",
      act: async (world, number) => {
        await world.review(number, people.bo);
        world.land(assets({ key: "data/d", content: "d", metadata: { owner: "bo" } }));
        await world.settle();
      },
    },
  ]);

  it("of an old version is its own, not that of the new one", async () => {
    const { world } = await expectRow({
      name: "",
      spec: { rules: [prodRuleAnd(metrics)] },
      act: async (it) => {
        it.land(evaluated(0.99));
        await it.settle();
        await it.bring(toProd("1"));
      },
      events: ["blocked prod models/a 1"],
      runs: undefined,
      says: "Version 1 has no evaluation on holdout",
    });
    await world.bring(toProd("2"));
    await world.settle();
    expect(await world.runs("prod")).toBe("2");
  });
});

function stageText(reason: string): string {
  return JSON.stringify({ stage: "prod", asset: "models/a", version: "2", reason });
}
