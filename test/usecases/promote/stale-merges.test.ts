import { describe } from "vitest";
import { assets, people, type PromotionWorld, stageFiles, toProd } from "./promotion-world.ts";
import { playEach, type Row } from "./rows.ts";

const asIs = (row: Row): Row => row;
const unrelated = assets({ key: "data/notes", content: "n" });

/** A pull request about something else, approved by Bo, before the branch moves on. */
async function approvedBefore(world: PromotionWorld): Promise<number> {
  const number = await world.propose(unrelated);
  await world.review(number, people.bo);
  return number;
}

describe("a merge from before takes nothing back under approvals for something else", () => {
  playEach(asIs, [
    {
      name: "not what a stage was moved to since",
      act: async (world) => {
        await world.bring(toProd("1"));
        await world.settle();
        const number = await approvedBefore(world);
        await world.bring(toProd("2"));
        await world.settle();
        world.mergeAs(number, { ...unrelated, ...toProd("1") }, "squash");
      },
      events: ["published data/notes 1", "blocked prod models/a 1"],
      runs: "2",
      says: "stages/prod/models/a.yaml is not as pull request",
    },
    {
      name: "not a stage file that was removed since",
      act: async (world) => {
        await world.bring(toProd("1"));
        await world.settle();
        const number = await approvedBefore(world);
        await world.bring({ "stages/prod/models/a.yaml": undefined });
        await world.settle();
        world.mergeAs(number, { ...unrelated, ...toProd("1") }, "squash");
      },
      events: ["published data/notes 1", "blocked prod models/a 1"],
      runs: undefined,
      says: "stages/prod/models/a.yaml is not as pull request",
    },
    {
      name: "not content that was published since",
      act: async (world) => {
        const number = await approvedBefore(world);
        await world.bring(assets({ key: "models/a", content: "z" }));
        await world.settle();
        world.mergeAs(
          number,
          { ...unrelated, ...assets({ key: "models/a", content: "y" }) },
          "squash",
        );
      },
      events: ["incident unreviewed-content", "published data/notes 1"],
      runs: undefined,
      says: "models/a is not as pull request",
    },
    {
      name: "and brings what it is about, when it is merged as it should be",
      act: async (world) => {
        const number = await approvedBefore(world);
        await world.bring(stageFiles("prod", { "models/a": "1" }));
        await world.settle();
        await world.merge(number, "squash");
      },
      events: ["published data/notes 1"],
      runs: "1",
    },
  ]);
});
