import * as fc from "fast-check";
import {
  anyAsset,
  anyChanges,
  anyEvidence,
  anyPolicy,
  describeChange,
  oftenest,
  type Change,
} from "./changes.ts";
import { people, type Person } from "./people.ts";
import { contents, type Asset } from "./tree.ts";
import { dayMs, hourMs, minuteMs } from "./world.ts";

/** What is done to an open pull request. */
export type Act =
  | {
      readonly type: "review";
      readonly by: Person;
      readonly verdict: "approved" | "changes-requested" | "dismissed" | "commented";
      readonly when: "now" | "before" | "later";
      /** What the host says was looked at. */
      readonly of: "head" | "older" | "unknown" | "rebound";
    }
  | {
      readonly type: "push";
      readonly by: Person;
      readonly changes: readonly Change[];
      readonly how: "more" | "force" | "unseen" | "onto the branch";
    }
  | { readonly type: "wait"; readonly ms: number };

export type Ending =
  | "merge"
  | "squash"
  | "rebase"
  | "evil merge"
  | "stale squash"
  | "close"
  | "none";

export type Approvers = "both" | "one" | "author" | "nobody";

/** From proposal to merge, as people work, with whatever comes between. */
export interface Flow {
  readonly type: "flow";
  readonly by: Person;
  readonly changes: readonly Change[];
  /** How many landings its base is behind. */
  readonly behind: number;
  readonly acts: readonly Act[];
  /** Who approves then: both leads, only one, the author with one, or nobody. */
  readonly approvers: Approvers;
  /** What is done after that. */
  readonly late: readonly Act[];
  readonly ending: Ending;
  readonly mergedBy: Person;
  /** A tree that nobody proposed, for an evil merge. */
  readonly evil: readonly Change[];
}

export interface Fault {
  /** The controller dies at this many accesses of the remote. */
  readonly killedAt: number | undefined;
  readonly keepsCache: boolean;
  /** Pushes whose answer is lost. */
  readonly breaks: number;
  readonly isRefused: boolean;
}

export type Command =
  | Flow
  | (Omit<Flow, "type" | "by" | "changes" | "behind"> & {
      readonly type: "go on";
      readonly which: number;
    })
  | { readonly type: "direct"; readonly by: Person; readonly changes: readonly Change[] }
  | { readonly type: "foxtrot"; readonly changes: readonly Change[]; readonly behind: number }
  | { readonly type: "tag"; readonly how: "create" | "move" | "delete"; readonly which: number }
  | { readonly type: "restore" }
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "jump"; readonly ms: number }
  | { readonly type: "reconcile"; readonly controller: 0 | 1; readonly fault: Fault }
  | { readonly type: "both" };

const anyPerson = fc.constantFrom(...people);
const anyMs = fc.constantFrom(5 * minuteMs, hourMs, 26 * hourMs, 3 * dayMs, 8 * dayMs, 31 * dayMs);
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  {
    arbitrary: fc.record({
      type: fc.constant("review" as const),
      by: anyPerson,
      verdict: oftenest(
        ["approved", 6],
        ["changes-requested", 2],
        ["dismissed", 1],
        ["commented", 1],
      ),
      when: oftenest(["now", 8], ["before", 1], ["later", 1]),
      of: oftenest(["head", 10], ["older", 2], ["unknown", 1], ["rebound", 2]),
    }),
    weight: 6,
  },
  {
    arbitrary: fc.record({
      type: fc.constant("push" as const),
      by: oftenest(["dee", 5], ["ann", 2], ["bo", 1], ["eve", 2]),
      changes: anyChanges,
      how: oftenest(["more", 4], ["force", 2], ["unseen", 1], ["onto the branch", 2]),
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ type: fc.constant("wait" as const), ms: anyMs }), weight: 1 },
);

/** A host that gives approvals to a head which came after them. */
const rebinding = anyEvidence.map((change): readonly Act[] => [
  { type: "push", by: "dee", changes: [change], how: "more" },
  ...(["ann", "bo"] as const).map((by): Act => ({
    ...{ type: "review", by, verdict: "approved", when: "now", of: "rebound" },
  })),
]);
const anyActs = (quiet: number, maxLength: number): fc.Arbitrary<readonly Act[]> =>
  fc.oneof(
    { arbitrary: fc.constant([]), weight: quiet * 10 },
    { arbitrary: fc.array(anyAct, { minLength: 1, maxLength }), weight: 9 },
    { arbitrary: rebinding, weight: 2 },
  );
const anyEnding = {
  acts: anyActs(2, 3),
  approvers: oftenest<Approvers>(["both", 16], ["one", 2], ["author", 2], ["nobody", 1]),
  late: anyActs(5, 2),
  ending: oftenest<Ending>(
    ["merge", 12],
    ["squash", 8],
    ["rebase", 4],
    ["evil merge", 2],
    ["stale squash", 1],
    ["close", 1],
    ["none", 2],
  ),
  mergedBy: oftenest(["ann", 2], ["dee", 3], ["eve", 1]),
  evil: anyChanges,
};
const anyFlow: fc.Arbitrary<Flow> = fc.record({
  type: fc.constant("flow" as const),
  by: oftenest(["dee", 8], ["ann", 2], ["bo", 1], ["eve", 1]),
  changes: anyChanges,
  behind: fc.oneof(
    { arbitrary: fc.constant(0), weight: 4 },
    { arbitrary: fc.nat({ max: 3 }), weight: 1 },
  ),
  ...anyEnding,
});
const anyFault: fc.Arbitrary<Fault> = fc.record({
  killedAt: fc.option(fc.nat({ max: 6 }), { nil: undefined, freq: 3 }),
  keepsCache: fc.boolean(),
  breaks: fc.oneof(
    { arbitrary: fc.constant(0), weight: 4 },
    { arbitrary: fc.nat({ max: 2 }), weight: 1 },
  ),
  isRefused: oftenest(["no", 12], ["yes", 1]).map((word) => word === "yes"),
});
const anyWay = oftenest<Ending>(["merge", 3], ["squash", 2], ["rebase", 1]);
const anyController = fc.constantFrom(0 as const, 1 as const);
const anyReconcile = fc.record({
  type: fc.constant("reconcile" as const),
  controller: anyController,
  fault: anyFault,
});
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { arbitrary: anyFlow, weight: 22 },
  {
    arbitrary: fc.record({ type: fc.constant("go on" as const), which: fc.nat(), ...anyEnding }),
    weight: 3,
  },
  {
    arbitrary: fc.record({
      type: fc.constant("direct" as const),
      by: oftenest(["eve", 3], ["dee", 1]),
      changes: anyChanges,
    }),
    weight: 3,
  },
  {
    arbitrary: fc.record({
      type: fc.constant("foxtrot" as const),
      changes: anyChanges,
      behind: fc.nat({ max: 3 }),
    }),
    weight: 1,
  },
  {
    arbitrary: fc.record({
      type: fc.constant("tag" as const),
      how: fc.constantFrom("create" as const, "move" as const, "delete" as const),
      which: fc.nat(),
    }),
    weight: 2,
  },
  { arbitrary: fc.constant({ type: "restore" as const }), weight: 2 },
  { arbitrary: fc.record({ type: fc.constant("wait" as const), ms: anyMs }), weight: 6 },
  {
    arbitrary: fc.record({
      type: fc.constant("jump" as const),
      ms: fc.constantFrom(-2 * dayMs, -hourMs, hourMs, 2 * dayMs),
    }),
    weight: 1,
  },
  { arbitrary: anyReconcile, weight: 14 },
  { arbitrary: fc.constant({ type: "both" as const }), weight: 4 },
);

const calm = { killedAt: undefined, keepsCache: true, breaks: 0, isRefused: false };

/** New content on its way to production, as it should be, but for what may come between. */
const anyJourney: fc.Arbitrary<readonly Command[]> = fc
  .record({
    asset: anyAsset,
    content: fc.constantFrom(...contents),
    late: fc.tuple(anyActs(8, 2), anyActs(8, 2), anyActs(4, 2)),
    endings: fc.tuple(anyWay, anyWay, anyWay),
    controller: anyController,
    waits: oftenest(["before", 6], ["after", 6], ["long", 1], ["superseded", 1]),
    policy: fc.option(anyPolicy, { nil: undefined, freq: 5 }),
    others: oftenest(["alone", 4], ["together", 1]),
    approvers: oftenest<Approvers>(["both", 16], ["one", 1], ["author", 2]),
    last: oftenest(["best", 6], ["back", 5], ["none", 2]),
    between: anyActs(6, 1),
  })
  .map(({ asset, content, late, endings, controller, waits, last, between, ...rest }) => {
    const { policy, others, approvers } = rest;
    const flow = (step: 0 | 1 | 2, ...changes: readonly Change[]): Flow => ({
      ...{ type: "flow", by: "dee", changes, behind: 0, evil: [] },
      ...{ acts: step === 2 ? between : [], approvers: step === 2 ? approvers : "both" },
      ...{ late: late[step], ending: endings[step], mergedBy: "ann" },
    });
    const move = (
      stage: "test" | "prod",
      pick: "best" | "back" | "none",
      { of = asset, reason = 0 }: { readonly of?: Asset; readonly reason?: number } = {},
    ): Change => ({ type: "stage", asset: of, stage, pick, override: "none", reason });
    const other = asset === "models/a" ? "data/b" : "models/a";
    const along = others === "alone" ? [] : [move("test", "best", { of: other })];
    const look: Command = { type: "reconcile", controller, fault: calm };
    const wait: Command = { type: "wait", ms: waits === "long" ? 31 * dayMs : 26 * hourMs };
    return [
      ...(policy === undefined ? [] : [flow(0, policy), look]),
      ...[flow(0, { type: "content", asset, content }), look],
      ...[flow(1, move("test", "best"), ...along), look],
      ...(waits === "before" ? [wait] : []),
      ...[flow(2, move("prod", "best")), look],
      ...(waits === "superseded" ? [flow(2, move("prod", "best", { reason: 1 })), look] : []),
      ...(waits === "before" ? [] : [wait, look]),
      ...(last === "best" ? [] : [flow(2, move("prod", last)), look]),
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
      ...{ type: "content", asset: "models/a", content },
    });
    const steps = [
      ...direct.map((content): Command => ({
        ...{ type: "direct", by: "eve", changes: [change(content)] },
      })),
      ...mended.map(({ content, approvers }): Command => ({
        ...{ type: "flow", by: "dee", changes: [change(content)], behind: 0, evil: [] },
        ...{ acts: [], approvers, late, ending: "merge", mergedBy: "dee" },
      })),
    ];
    return steps.flatMap((step, index): readonly Command[] => {
      const look = looks[index];
      return look === undefined ? [step] : [step, look];
    });
  });

export const anyCommands: fc.Arbitrary<readonly Command[]> = fc
  .array(
    fc.oneof(
      { arbitrary: anyCommand.map((command) => [command]), weight: 20 },
      { arbitrary: anyJourney, weight: 4 },
      { arbitrary: anySiege, weight: 1 },
    ),
    { minLength: 4, maxLength: 16, size: "max" },
  )
  .map((parts) => parts.flat());

export function describeCommand(command: Command): string {
  switch (command.type) {
    case "flow":
      return `${command.by} proposes ${command.changes.map(describeChange).join(" and ")}${command.behind > 0 ? ", on an old base" : ""}`;
    case "go on":
      return "an open pull request goes on";
    case "direct":
      return `${command.by} pushes to the branch: ${command.changes.map(describeChange).join(" and ")}`;
    case "foxtrot":
      return `eve turns the branch around, with ${command.changes.map(describeChange).join(" and ")}`;
    case "tag":
      return `eve wants to ${command.how} a tag`;
    case "restore":
      return "the operator restores tags";
    case "wait":
      return `time passes: ${command.ms / hourMs} h`;
    case "jump":
      return `Cairn's clock jumps by ${command.ms / hourMs} h`;
    case "reconcile":
      return `controller ${command.controller + 1} reconciles${describeFault(command.fault)}`;
    case "both":
      return "both controllers reconcile at once";
  }
}

function describeFault({ killedAt, breaks, isRefused, keepsCache }: Fault): string {
  const killed = `, killed at access ${killedAt}, ${keepsCache ? "with its cache" : "afresh"}`;
  return [
    killedAt === undefined ? "" : killed,
    breaks > 0 ? `, ${breaks} answers lost` : "",
    isRefused ? ", the remote refuses" : "",
  ].join("");
}
