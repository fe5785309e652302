import * as fc from "fast-check";
import {
  anyChanges,
  anyEvidence,
  describeChange,
  oftenest,
  sometimes,
  type Change,
} from "./changes.ts";
import { people, type Person } from "./people.ts";
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

export type Approvers = "both" | "one" | "author" | "alone" | "against" | "nobody";

/** From proposal to merge, as people work, with whatever comes between. */
export interface Flow {
  readonly type: "flow";
  readonly by: Person;
  readonly changes: readonly Change[];
  /** How many landings its base is behind. */
  readonly behind: number;
  readonly acts: readonly Act[];
  /** Who approves then: both leads, only one, the author with one or alone, one against the other, or nobody. */
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
  | {
      /** A tree of the past comes back, with a pull request's name on it. */
      readonly type: "replay";
      readonly which: number;
      readonly changes: readonly Change[];
    }
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
    type: "review",
    by,
    verdict: "approved",
    when: "now",
    of: "rebound",
  })),
]);
export const anyActs = (quiet: number, maxLength: number): fc.Arbitrary<readonly Act[]> =>
  fc.oneof(
    { arbitrary: fc.constant([]), weight: quiet * 10 },
    { arbitrary: fc.array(anyAct, { minLength: 1, maxLength }), weight: 9 },
    { arbitrary: rebinding, weight: 2 },
  );
const anyEnding = {
  acts: anyActs(2, 3),
  approvers: oftenest<Approvers>(
    ["both", 16],
    ["one", 2],
    ["author", 3],
    ["against", 1],
    ["nobody", 1],
  ),
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
  killedAt: sometimes(2, fc.nat({ max: 6 })),
  keepsCache: fc.boolean(),
  breaks: fc.oneof(
    { arbitrary: fc.constant(0), weight: 4 },
    { arbitrary: fc.nat({ max: 2 }), weight: 1 },
  ),
  isRefused: oftenest(["no", 12], ["yes", 1]).map((word) => word === "yes"),
});
export const anyWay = oftenest<Ending>(
  ["merge", 9],
  ["squash", 6],
  ["rebase", 3],
  ["evil merge", 1],
);
export const anyController = fc.constantFrom(0 as const, 1 as const);
export const anyReconcile = fc.record({
  type: fc.constant("reconcile" as const),
  controller: anyController,
  fault: anyFault,
});
export const anyTagAttack = fc.record({
  type: fc.constant("tag" as const),
  how: fc.constantFrom("create" as const, "move" as const, "delete" as const),
  which: fc.nat(),
});
export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
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
      type: fc.constant("replay" as const),
      which: fc.nat(),
      changes: fc.oneof(
        { arbitrary: fc.constant([]), weight: 3 },
        { arbitrary: anyChanges, weight: 1 },
      ),
    }),
    weight: 1,
  },
  {
    arbitrary: anyTagAttack,
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

export function describeCommand(command: Command): string {
  switch (command.type) {
    case "flow":
      return `${command.by} proposes ${inWords(command.changes)}, ${command.behind} behind`;
    case "go on":
      return "an open pull request goes on";
    case "direct":
      return `${command.by} pushes to the branch: ${inWords(command.changes)}`;
    case "replay":
      return `eve lands a pull request again, with ${inWords(command.changes)}`;
    case "foxtrot":
      return `eve turns the branch around, with ${inWords(command.changes)}`;
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

function inWords(changes: readonly Change[]): string {
  return changes.length === 0 ? "nothing else" : changes.map(describeChange).join(" and ");
}

function describeFault({ killedAt, breaks, isRefused, keepsCache }: Fault): string {
  const killed = `, killed at access ${killedAt}, ${keepsCache ? "with its cache" : "afresh"}`;
  return [
    killedAt === undefined ? "" : killed,
    breaks > 0 ? `, ${breaks} answers lost` : "",
    isRefused ? ", the remote refuses" : "",
  ].join("");
}
