import { describe, expect, it } from "vitest";
import { assetState } from "../../../src/domain/ledger/state.ts";
import { stateAt } from "../reconcile/settle.ts";
import { assets, people, PromotionWorld, toProd } from "./promotion-world.ts";
import { playEach, type Row } from "./rows.ts";

const content = (text: string) => assets({ key: "models/a", content: text });
const asked = { requirePullRequest: ["models/**"] };

/** Somebody pushed other content to a registry that asks for pull requests. */
const afterUnreviewed = ({ act, ...row }: Row): Row => ({
  ...row,
  spec: asked,
  act: async (world) => {
    world.land(content("evil"));
    await world.settle();
    await act(world);
  },
});

describe("content that nobody proposed", () => {
  playEach(
    (row: Row) => row,
    [
      {
        name: "counts where no pull request is asked for",
        act: async (world) => void world.land(content("z")),
        events: ["published models/a 3"],
        runs: undefined,
      },
      {
        name: "counts nowhere else",
        spec: asked,
        act: async (world) => void world.land(content("z")),
        events: ["incident unreviewed-content"],
        runs: undefined,
        says: ["without a pull request, which registry.yaml asks for", "gets no version"],
      },
      {
        name: "does not come by moving the manifest",
        spec: asked,
        act: async (world) => {
          const elsewhere = assets({ key: "models/a", content: "z", path: "elsewhere/asset.yaml" });
          world.land({ ...elsewhere, "models/a/asset.yaml": undefined });
        },
        events: ["incident unreviewed-content"],
        runs: undefined,
        says: "without a pull request",
      },
      {
        name: "does not come where the branch no longer asks for pull requests",
        spec: asked,
        act: async (world) => void world.land({ ...content("z"), "registry.yaml": "{}" }),
        events: ["incident unreviewed-content", "incident policy-unaccepted"],
        runs: undefined,
        says: "without a pull request",
      },
      {
        name: "is none when a pull request brought it",
        spec: asked,
        act: (world) => world.bring(content("z"), []),
        events: ["published models/a 3"],
        runs: undefined,
      },
      {
        name: "comes with a merge that differs from the proposal",
        act: async (world) => world.mergeAs(await world.propose(content("z")), content("evil")),
        events: ["incident unreviewed-content"],
        runs: undefined,
        says: "models/a is not as pull request #2 proposed it",
      },
      {
        name: "is not what another pull request changed meanwhile",
        act: async (world) => {
          const first = await world.propose(content("z"));
          const second = await world.propose(assets({ key: "data/d", content: "d" }));
          await world.merge(first);
          await world.merge(second);
        },
        events: ["published models/a 3", "published data/d 1"],
        runs: undefined,
      },
    ],
  );
});

describe("content that nobody reviewed", () => {
  playEach(afterUnreviewed, [
    {
      name: "stays without a version when another asset changes",
      act: (world) => world.bring(assets({ key: "data/d", content: "d" })),
      events: ["published data/d 1"],
      runs: undefined,
    },
    {
      name: "is not what a stage can run",
      act: (world) => world.bring(toProd("3")),
      events: ["blocked prod models/a 3"],
      runs: undefined,
      says: "models/a has no version 3",
    },
    {
      name: "does not stop what was reviewed before",
      act: (world) => world.bring(toProd("2")),
      events: ["accepted prod models/a 2"],
      runs: "2",
    },
    {
      name: "is ended by an approved pull request that touches it",
      act: (world) => world.bring(content("good")),
      events: ["resolved unreviewed-content reviewed", "published models/a 3"],
      runs: undefined,
    },
    {
      name: "is not ended by a pull request that nobody approved",
      act: (world) => world.bring(content("evil too"), []),
      events: [],
      runs: undefined,
    },
    {
      name: "is not ended by a pull request that its author approved",
      act: (world) => world.bring(content("evil too"), [people.ann]),
      events: [],
      runs: undefined,
    },
    {
      name: "is not ended by an approval of an older head",
      act: async (world) => {
        const number = await world.propose(content("good"));
        await world.review(number, people.bo);
        await world.push(number, content("evil too"));
        await world.merge(number);
      },
      events: [],
      runs: undefined,
    },
    {
      name: "is not ended by an approved pull request beside it",
      act: (world) => world.bring({ "notes.md": "{}" }),
      events: [],
      runs: undefined,
    },
    {
      name: "is ended by taking it back",
      act: async (world) => void world.land(content("y")),
      events: ["resolved unreviewed-content restored"],
      runs: undefined,
    },
    {
      name: "is ended by removing the asset",
      act: async (world) => void world.land({ "models/a/asset.yaml": undefined }),
      events: ["resolved unreviewed-content restored"],
      runs: undefined,
    },
    {
      name: "is not ended by an error in its manifest, which is another change",
      act: async (world) =>
        void world.land(assets({ key: "models/a", content: "evil", isBroken: true })),
      events: ["incident unreviewed-content"],
      runs: undefined,
    },
    {
      name: "taken back and pushed again is another incident",
      act: async (world) => {
        world.land(content("y"));
        await world.settle();
        world.land(content("evil"));
      },
      events: ["incident unreviewed-content"],
      runs: undefined,
    },
  ]);

  it("is a finding as long as it stands", async () => {
    const world = await PromotionWorld.open(asked);
    world.land(content("evil"));
    const plans = [await world.settle(), await world.settle()];
    for (const { findings } of plans) {
      expect(findings).toContainEqual(
        expect.objectContaining({
          rule: "unreviewed-content",
          severity: "error",
          path: "models/a/asset.yaml",
        }),
      );
    }
    await world.bring(content("good"));
    expect((await world.settle()).findings).toEqual([]);
    const versions = assetState(await stateAt(world.remote), "models/a")?.versions;
    expect(versions?.map(({ version }) => version)).toEqual(["1", "2", "3"]);
  });
});
