import * as fc from "fast-check";
import { anyAsset, anyPolicy, oftenest, sometimes, type Change } from "./changes.ts";
import {
  anyActs,
  anyCommand,
  anyController,
  anyReconcile,
  anyTagAttack,
  anyWay,
  type Approvers,
  type Command,
  type Ending,
  type Flow,
} from "./commands.ts";
import { firstPolicy, type Policy } from "./people.ts";
import { contents, firstTree, type Asset, type Tree } from "./tree.ts";
import { dayMs, hourMs, type Adoption } from "./world.ts";

const calm = { killedAt: undefined, keepsCache: true, breaks: 0, isRefused: false };

const otherContent = { x: "y", y: "z", z: "x" } as const;

/** New content on its way to production, as it should be, but for what may come between. */
const anyJourney: fc.Arbitrary<readonly Command[]> = fc
  .record({
    asset: anyAsset,
    content: fc.constantFrom(...contents),
    late: fc.tuple(anyActs(8, 2), anyActs(8, 2), anyActs(4, 2)),
    endings: fc.tuple(anyWay, anyWay, anyWay),
    controller: anyController,
    waits: oftenest(["before", 6], ["after", 6], ["long", 2], ["superseded", 1], ["overtaken", 1]),
    policy: sometimes(4, anyPolicy),
    lastBy: oftenest(["dee", 1], ["ann", 2]),
    lastEnding: oftenest<Ending>(["merge", 4], ["squash", 3], ["evil merge", 2]),
    owners: oftenest<Approvers>(["both", 3], ["alone", 1]),
    look: oftenest(["one", 4], ["both", 1]),
    attack: sometimes(7, anyTagAttack),
    others: oftenest(["alone", 4], ["together", 1]),
    approvers: oftenest<Approvers>(["both", 16], ["one", 1], ["author", 2], ["against", 1]),
    last: oftenest(["best", 5], ["back", 9], ["none", 2]),
    between: anyActs(6, 1),
  })
  .map(({ asset, content, late, endings, controller, waits, last, between, ...rest }) => {
    const { policy, others, approvers, attack, owners } = rest;
    const flow = (step: 0 | 1 | 2, ...changes: readonly Change[]): Flow => ({
      type: "flow",
      by: "dee",
      changes,
      behind: 0,
      evil: step === 0 ? [{ type: "content", asset, content: otherContent[content] }] : [],
      acts: step === 2 ? between : [],
      approvers: step === 2 ? approvers : "both",
      late: late[step],
      ending: endings[step],
      mergedBy: "ann",
    });
    const move = (
      stage: "test" | "prod",
      pick: "best" | "back" | "none",
      { of = asset, reason = 0 }: { readonly of?: Asset; readonly reason?: number } = {},
    ): Change => ({ type: "stage", asset: of, stage, pick, override: "none", reason });
    const other = asset === "models/a" ? "data/b" : "models/a";
    const along = others === "alone" ? [] : [move("test", "best", { of: other })];
    const look: Command =
      rest.look === "both" ? { type: "both" } : { type: "reconcile", controller, fault: calm };
    const whileWaiting: Partial<Record<typeof waits, readonly Command[]>> = {
      superseded: [flow(2, move("prod", "best", { reason: 1 })), look],
      overtaken: [
        flow(0, { type: "content", asset, content: otherContent[content] }),
        look,
        flow(1, move("test", "best")),
        look,
      ],
    };
    /** Who may approve needs nobody else for that, and may not get another version by it. */
    const goingBack = (pick: "back" | "none"): Flow => ({
      ...flow(2, move("prod", pick)),
      by: rest.lastBy,
      ending: rest.lastEnding,
      evil: [move("prod", "best", { reason: 2 })],
    });
    const wait: Command = { type: "wait", ms: waits === "long" ? 31 * dayMs : 26 * hourMs };
    return [
      ...(policy === undefined
        ? []
        : [{ ...flow(0, policy), by: "ann", approvers: owners } as const, look]),
      flow(0, { type: "content", asset, content }),
      look,
      flow(1, move("test", "best"), ...along),
      look,
      ...(waits === "before" ? [wait, look] : []),
      ...(attack === undefined ? [] : [attack]),
      flow(2, move("prod", "best")),
      look,
      ...(whileWaiting[waits] ?? []),
      ...(waits === "before" ? [] : [wait, look]),
      ...(last === "best" ? [] : [goingBack(last), look]),
    ];
  });

/** Content that nobody reviewed, again and again, and the way out of it. */
const anySiege: fc.Arbitrary<readonly Command[]> = fc
  .record({
    direct: fc.array(fc.constantFrom(...contents), { minLength: 1, maxLength: 3 }),
    mended: fc.array(
      fc.record({
        content: fc.constantFrom(...contents),
        approvers: oftenest<Approvers>(["both", 2], ["nobody", 2], ["author", 1]),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    looks: fc.array(anyReconcile, { minLength: 6, maxLength: 6 }),
    late: anyActs(3, 2),
  })
  .map(({ direct, mended, looks, late }) => {
    const change = (content: (typeof contents)[number]): Change => ({
      type: "content",
      asset: "models/a",
      content,
    });
    const steps = [
      ...direct.map((content): Command => ({
        type: "direct",
        by: "eve",
        changes: [change(content)],
      })),
      ...mended.map(({ content, approvers }): Command => ({
        type: "flow",
        by: "dee",
        changes: [change(content)],
        behind: 0,
        evil: [],
        acts: [],
        approvers,
        late,
        ending: "merge",
        mergedBy: "dee",
      })),
    ];
    return steps.flatMap((step, index): readonly Command[] => {
      const look = looks[index];
      return look === undefined ? [step] : [step, look];
    });
  });

/** What is proposed and approved before there is a version behind it, and lands when there is. */
const anyHaste: fc.Arbitrary<readonly Command[]> = fc
  .record({ content: fc.constantFrom(...contents), controller: anyController, ending: anyWay })
  .map(({ content, controller, ending }) => {
    const asset = "models/a";
    const look: Command = { type: "reconcile", controller, fault: calm };
    const flow: Flow = {
      type: "flow",
      by: "dee",
      changes: [{ type: "stage", asset, stage: "test", pick: "next", override: "none", reason: 0 }],
      behind: 0,
      acts: [],
      approvers: "both",
      late: [],
      ending: "none",
      mergedBy: "dee",
      evil: [],
    };
    const change = { type: "content", asset, content } as const;
    const { type: _, by: __, changes: ___, behind: ____, ...goingOn } = flow;
    return [
      flow,
      { ...flow, changes: [change], ending },
      look,
      { ...goingOn, type: "go on", which: 0, approvers: "nobody", ending },
      look,
    ];
  });

/** A model and the data that it refers to, together through the stages. */
const anyPair: fc.Arbitrary<readonly Command[]> = fc
  .record({
    content: fc.constantFrom(...contents),
    controller: anyController,
    pick: oftenest(["newest", 2], ["next", 2]),
    along: oftenest(["together", 3], ["alone", 1], ["after", 1]),
    ending: anyWay,
    mark: oftenest(["none", 3], ["best", 1]),
  })
  .map(({ content, controller, pick, along, ending, mark }) => {
    const look: Command = { type: "reconcile", controller, fault: calm };
    const flow = (...changes: readonly Change[]): Flow => ({
      type: "flow",
      by: "dee",
      changes,
      behind: 0,
      acts: [],
      approvers: "both",
      late: [],
      ending,
      mergedBy: "ann",
      evil: [],
    });
    const move = (asset: Asset): Change => {
      return { type: "stage", asset, stage: "test", pick: "best", override: "none", reason: 0 };
    };
    const data: Change = { type: "content", asset: "data/b", content };
    const use: Change = { type: "use", pick };
    return [
      ...(pick === "next" ? [flow(data, use)] : [flow(data), look, flow(use)]),
      look,
      ...(mark === "best" ? [flow({ type: "mark", asset: "models/a", pick: "newest" }), look] : []),
      ...(along === "together" ? [flow(move("models/a"), move("data/b"))] : []),
      ...(along === "after" ? [flow(move("data/b")), look, flow(move("models/a"))] : []),
      ...(along === "alone" ? [flow(move("models/a"))] : []),
      look,
    ];
  });

/** What landed lands once more, by somebody who can make the host believe it. */
const anyReplays: fc.Arbitrary<readonly Command[]> = fc
  .record({ which: fc.nat(), content: fc.constantFrom(...contents), controller: anyController })
  .map(({ which, content, controller }) => {
    const look: Command = { type: "reconcile", controller, fault: calm };
    const changes: readonly Change[] = [{ type: "content", asset: "data/b", content }];
    return [
      { type: "direct", by: "eve", changes },
      look,
      { type: "replay", which, changes: [] },
      look,
    ];
  });

/** An error, or a registry.yaml of nobody's, by which something else is to slip through. */
const anyCover: fc.Arbitrary<readonly Command[]> = fc
  .record({
    cover: fc.constantFrom<Change>(
      { type: "error", asset: "models/a", isBroken: true, content: "y" },
      { type: "policy", change: "hide data" },
      { type: "policy", change: "break registry.yaml" },
      { type: "policy", change: "ask for no pull requests" },
    ),
    asset: anyAsset,
    content: fc.constantFrom(...contents),
    end: fc.constantFrom<Command["type"]>("direct", "flow"),
    controller: anyController,
    ending: anyWay,
    approvers: oftenest<Approvers>(["both", 1], ["nobody", 1]),
  })
  .map(({ cover, asset, content, end, controller, ending, approvers }) => {
    const look: Command = { type: "reconcile", controller, fault: calm };
    const changes: readonly Change[] = [
      { type: "error", asset: "models/a", isBroken: false, content: undefined },
      { type: "content", asset, content },
    ];
    const flow: Flow = {
      type: "flow",
      by: "dee",
      changes,
      behind: 0,
      acts: [],
      approvers,
      late: [],
      ending,
      mergedBy: "dee",
      evil: [],
    };
    const last: Command = end === "flow" ? flow : { type: "direct", by: "eve", changes };
    return [{ type: "direct", by: "eve", changes: [cover] }, look, last, look];
  });

/** Where a world begins. */
export interface Start {
  readonly tree: Tree;
  readonly adoption: Adoption;
  /** Whether Cairn looks before anything else happens. */
  readonly isLookedAt: boolean;
  /** A tag that others made before, of a name that Cairn would use. */
  readonly takenTag: string | undefined;
}

const anyAdoption: fc.Arbitrary<Adoption> = fc.constantFrom<Adoption>(
  {},
  {},
  { test: { "models/a": "1" } },
  { test: { "models/a": "1" }, prod: { "data/b": "1", "models/a": "1" } },
  { prod: { "models/a": "2" } },
);

const anyFirstPolicy: fc.Arbitrary<Policy> = oftenest(
  ["nothing", 4],
  ["proposed", 1],
  ["merged", 3],
).map((automatic) => ({
  ...firstPolicy,
  automatic,
  testApprovals: automatic === "merged" ? 0 : 1,
}));

export const anyStart: fc.Arbitrary<Start> = fc
  .record({
    adoption: anyAdoption,
    policy: anyFirstPolicy,
    uses: oftenest(["nothing", 3], ["data", 1]),
    hasFiles: fc.boolean(),
    takenTag: sometimes(
      7,
      oftenest(["models/a#test#1", 1], ["models/a#prod#1", 1], ["models/a@v1", 1]),
    ),
    isLookedAt: oftenest(["yes", 7], ["no", 1]).map((word) => word === "yes"),
  })
  .map(({ adoption, policy, uses, hasFiles, isLookedAt, takenTag }) => {
    const wishes = Object.entries(adoption).flatMap(([stage, wanted]) =>
      Object.entries(wanted).map(([asset, version]) => [`${stage}/${asset}`, { version }] as const),
    );
    const tree: Tree = {
      ...firstTree,
      policy,
      uses: uses === "data" ? "1" : undefined,
      wishes: hasFiles ? Object.fromEntries(wishes) : {},
    };
    return { tree, adoption, isLookedAt, takenTag };
  });

export const anyCommands: fc.Arbitrary<readonly Command[]> = fc
  .array(
    fc.oneof(
      { arbitrary: anyCommand.map((command) => [command]), weight: 20 },
      { arbitrary: anyJourney, weight: 4 },
      { arbitrary: anySiege, weight: 1 },
      { arbitrary: anyCover, weight: 1 },
      { arbitrary: anyHaste, weight: 1 },
      { arbitrary: anyPair, weight: 1 },
      { arbitrary: anyReplays, weight: 1 },
    ),
    { minLength: 4, maxLength: 14, size: "max" },
  )
  .map((parts) => parts.flat());
