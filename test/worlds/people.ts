import { cairnIdentity } from "../../src/domain/ledger/tag.ts";
import type { Account } from "../../src/domain/pull-request.ts";
import type { AccessSpec, AutomaticSpec, RuleSpec } from "../support/memory-policies.ts";

/** Who acts in the worlds; Eve can push, and no policy knows her. */
export const people = ["ann", "bo", "dee", "eve"] as const;
export type Person = (typeof people)[number];

/** Cairn itself proposes what the policy wants without anybody asking. */
export type Actor = Person | "cairn";

export function isPerson(actor: Actor): actor is Person {
  return actor !== "cairn";
}

export function accountOf(person: Person): Account {
  return { name: person, email: `${person}@contoso.example` };
}

export function personOfEmail(email: string | undefined): Actor | undefined {
  if (email === cairnIdentity.email) return "cairn";
  return people.find((person) => email === `${person}@contoso.example`);
}

/** A policy as people think of it; the files are made from it. */
export interface Policy {
  readonly prodApprovals: number;
  readonly soakHours: number;
  /** In hundredths, so that nobody has to think about binary fractions. */
  readonly minimumR2: number;
  readonly isFrozen: boolean;
  readonly isClosedAtWeekends: boolean;
  readonly leads: readonly Person[];
  readonly owners: readonly Person[];
  readonly isBroken: boolean;
  readonly testApprovals: 0 | 1;
  /** What becomes of new versions in dev by itself. */
  readonly automatic: "nothing" | "proposed" | "merged";
  /** registry.yaml: what counts only when a pull request brought it. */
  readonly requires: "models" | "nothing";
  /** registry.yaml: whether the manifest of data/b counts as one. */
  readonly hidesData: boolean;
  readonly isRegistryBroken: boolean;
}

export const firstPolicy: Policy = {
  prodApprovals: 2,
  soakHours: 24,
  minimumR2: 80,
  isFrozen: false,
  isClosedAtWeekends: false,
  leads: ["ann", "bo"],
  owners: ["ann", "bo"],
  isBroken: false,
  testApprovals: 1,
  automatic: "nothing",
  requires: "models",
  hidesData: false,
  isRegistryBroken: false,
};

/** How much worse than what runs a version may be, in hundredths. */
export const tolerance = 2;

export const policyChanges = {
  weaken: { prodApprovals: 1, soakHours: 1 },
  strengthen: { prodApprovals: 2, soakHours: 72 },
  "ask for better metrics": { minimumR2: 85 },
  freeze: { isFrozen: true },
  thaw: { isFrozen: false },
  "close at weekends": { isClosedAtWeekends: true },
  "make ann the only owner": { owners: ["ann"] },
  "let dee own the policy": { owners: ["ann", "bo", "dee"] },
  "make eve a lead and owner": { leads: ["ann", "bo", "eve"], owners: ["ann", "bo", "eve"] },
  "let dee lead": { leads: ["ann", "bo", "dee"] },
  "break it": { isBroken: true },
  "propose what is new": { automatic: "proposed" },
  "merge what is new": { automatic: "merged", testApprovals: 0 },
  "stop automation": { automatic: "nothing", testApprovals: 1 },
  "ask for no pull requests": { requires: "nothing" },
  "ask for pull requests": { requires: "models" },
  "hide data": { hidesData: true },
  "show data": { hidesData: false },
  "break registry.yaml": { isRegistryBroken: true },
} as const satisfies Readonly<Record<string, Partial<Policy>>>;
export type PolicyChange = keyof typeof policyChanges;
export const policyChangeNames = Object.keys(policyChanges) as readonly PolicyChange[];

export function policyFilesOf(policy: Policy): Readonly<Record<string, string>> {
  const promotion = {
    rules: rulesOf(policy),
    automatic: automaticOf(policy),
    ...(policy.isBroken ? { isBroken: true } : {}),
  };
  const { requires, hidesData, isRegistryBroken } = policy;
  const settings = {
    requirePullRequest: requires === "models" ? ["models/**"] : [],
    exclude: hidesData ? ["data/**"] : [],
    ...(isRegistryBroken ? { isBroken: true } : {}),
  };
  return {
    "registry.yaml": JSON.stringify(settings),
    "policies/promotion.yaml": JSON.stringify(promotion),
    "policies/access.yaml": JSON.stringify(accessOf(policy)),
    // Not read by Cairn: how a world knows again what its files mean.
    "policies/world.yaml": JSON.stringify({ policy }),
  };
}

function automaticOf({ automatic }: Policy): readonly AutomaticSpec[] {
  if (automatic === "nothing") return [];
  const merge = automatic === "merged" ? "when-gates-pass" : "manual";
  return [{ from: "dev", to: "test", assets: ["**"], merge }];
}

function rulesOf(policy: Policy): readonly RuleSpec[] {
  const { prodApprovals, testApprovals, soakHours, minimumR2 } = policy;
  const { isFrozen, isClosedAtWeekends } = policy;
  const weekend = { cron: "0 0 * * SAT", duration: "48h", timezone: "UTC" };
  const r2 = {
    min: minimumR2 / 100,
    no_worse_than: "current",
    tolerance: tolerance / 100,
  };
  return [
    {
      stage: "test",
      assets: ["**"],
      gates: {
        order: {},
        dependencies: {},
        ...(testApprovals === 0 ? {} : { approvals: { count: testApprovals, from: ["leads"] } }),
      },
    },
    {
      stage: "prod",
      assets: ["**"],
      gates: {
        order: {},
        dependencies: {},
        soak: { hours: soakHours },
        approvals: { count: prodApprovals, from: ["leads"] },
        metrics: { on: "holdout", r2 },
        freeze: { active: isFrozen },
        ...(isClosedAtWeekends ? { window: { deny: [weekend] } } : {}),
      },
    },
  ];
}

function accessOf({ leads, owners }: Policy): AccessSpec {
  const known = people.filter((person) => person !== "eve" || leads.includes("eve"));
  return {
    people: Object.fromEntries(known.map((person) => [person, [`${person}@contoso.example`]])),
    roles: { leads, engineers: ["dee"], "policy-owners": owners },
    bindings: [
      { role: "leads", can: ["assets/write", "assets/approve", "assets/override"], on: ["**"] },
      { role: "engineers", can: ["assets/write"], on: ["**"] },
    ],
  };
}
