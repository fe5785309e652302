import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gates } from "../../../src/domain/gates/index.ts";
import { decidePromotion, type Override } from "../../../src/domain/promotion/decide.ts";
import type { Approval, MoveKind, PromotionFacts } from "../../../src/domain/promotion/facts.ts";
import { gateNames, type PromotionRule } from "../../../src/domain/promotion/policy.ts";
import { approval, facts, policy, rule } from "./builders.ts";

const soon = rule({ gates: { soak: { hours: 50 } } });
const later = rule({ gates: { soak: { hours: 72 } }, assets: ["**"] });
const passing = rule({ gates: { order: {}, soak: { hours: 24 } } });
const failing = rule({ gates: { approvals: { count: 1 } } });

function decide(
  rules: readonly PromotionRule[],
  given: Partial<PromotionFacts> = {},
  override?: Override,
) {
  return decidePromotion(facts(given), policy(...rules), override);
}

describe("a promotion", () => {
  it.each([
    { name: "no rule", rules: [], outcome: "failed" },
    { name: "a rule for other assets", rules: [rule({ selected: false })], outcome: "failed" },
    { name: "a rule for another stage", rules: [rule({ stage: "test" })], outcome: "failed" },
    { name: "a rule that asks for nothing", rules: [rule()], outcome: "passed" },
    { name: "all pass", rules: [passing], outcome: "passed" },
    { name: "one fails", rules: [passing, failing], outcome: "failed" },
    { name: "one waits", rules: [passing, soon], outcome: "waiting" },
    { name: "one waits and one fails", rules: [soon, failing], outcome: "failed" },
    ...(["scan", "signature"] as const).map((gate) => ({
      name: `${gate}, which cannot be checked`,
      rules: [rule({ gates: { [gate]: {} } })],
      outcome: "failed",
    })),
  ])("$name: $outcome", ({ rules, outcome }) => {
    expect(decide(rules).outcome).toBe(outcome);
  });

  it("is denied without a policy, and says which file to edit", () => {
    expect(decidePromotion(facts(), undefined, undefined)).toEqual({
      outcome: "failed",
      results: [
        {
          gate: "policy",
          outcome: "failed",
          reason:
            "A stage that does not follow and has no rule for an asset denies it: add a rule for stage prod and models/taxi-fare to policies/promotion.yaml.",
        },
      ],
      until: undefined,
      overridden: [],
    });
  });

  it("shows results in the order of the policy, whatever the order in a rule", () => {
    const { results } = decide([
      rule({ gates: { approvals: { count: 1 }, soak: { hours: 1 }, order: {} } }),
      later,
    ]);
    expect(results.map(({ gate, rule }) => `${rule} ${gate}`)).toEqual([
      "prod: models/** order",
      "prod: models/** soak",
      "prod: models/** approvals",
      "prod: ** soak",
    ]);
  });

  it.each([
    { name: "the latest", rules: [later, soon], given: {}, until: "2026-03-05T10:00:00Z" },
    { name: "the latest of one", rules: [soon], given: {}, until: "2026-03-04T12:00:00Z" },
    {
      name: "not known",
      rules: [soon, later],
      given: { clockProblem: "it jumped" },
      until: undefined,
    },
  ])("waits until $name", ({ rules, given, until }) => {
    expect(decide(rules, given)).toMatchObject({ outcome: "waiting", until });
  });

  it("knows every gate that a policy may name", () => {
    expect(gates.map(({ name }) => name)).toEqual(gateNames);
  });
});

describe.each<{ move: MoveKind }>([{ move: "rollback" }, { move: "withdrawal" }])(
  "a $move",
  ({ move }) => {
    const self = approval("dee", { isAuthor: true, isImplied: true });
    const strict = rule({ rollback: { approvals: { count: 1, from: ["ml-leads"] } } });

    it.each([
      {
        name: "the author's wish is enough",
        rules: [passing],
        approvals: [self],
        outcome: "passed",
      },
      { name: "nobody approves", rules: [rule()], approvals: [], outcome: "failed" },
      {
        name: "the author may not approve",
        rules: [rule()],
        approvals: [{ ...self, mayApprove: false }],
        outcome: "failed",
      },
      { name: "its own form", rules: [strict], approvals: [self], outcome: "failed" },
      {
        name: "its own form is kept",
        rules: [strict],
        approvals: [approval("ann")],
        outcome: "passed",
      },
      { name: "every rule counts", rules: [rule(), strict], approvals: [self], outcome: "failed" },
      { name: "no rule", rules: [], approvals: [self], outcome: "failed" },
    ])("$name: $outcome", ({ rules, approvals, outcome }) => {
      expect(decide(rules, { move, approvals, history: {} }).outcome).toBe(outcome);
    });

    it("asks once for what several rules ask", () => {
      const same = rule({
        rollback: { approvals: { count: 1, from: ["b", "a"], author: "excluded" } },
        assets: ["**"],
      });
      const again = rule({ rollback: { approvals: { count: 1, from: ["a", "b"] } } });
      const { results } = decide([same, again, rule(), rule()], { move });
      expect(results.map(({ gate, rule }) => `${rule} ${gate}`)).toEqual([
        "prod: ** approvals",
        "prod: models/** approvals",
      ]);
    });
  },
);

describe("an override", () => {
  const override: Override = { version: "4", gates: ["soak"], reason: "outage" };
  const boss = approval("ann", { mayOverride: true });

  it.each<{ name: string; approvals: Approval[]; override?: Override; outcome: string }>([
    { name: "by somebody who may", approvals: [boss], outcome: "passed" },
    { name: "by nobody", approvals: [], outcome: "failed" },
    { name: "by somebody who may not", approvals: [approval("bo")], outcome: "failed" },
    { name: "by the author", approvals: [{ ...boss, isAuthor: true }], outcome: "failed" },
    { name: "by the author's wish", approvals: [{ ...boss, isImplied: true }], outcome: "failed" },
    {
      name: "of something else",
      approvals: [{ ...boss, problem: "approved another state" }],
      outcome: "failed",
    },
    {
      name: "by somebody who wants changes",
      approvals: [{ ...boss, verdict: "changes-requested" }],
      outcome: "failed",
    },
    {
      name: "for another version",
      approvals: [boss],
      override: { ...override, version: "3" },
      outcome: "waiting",
    },
    {
      name: "of another gate",
      approvals: [boss],
      override: { ...override, gates: ["order"] },
      outcome: "waiting",
    },
  ])("$name: $outcome", ({ approvals, outcome, override: other = override }) => {
    expect(decide([soon], { approvals }, other).outcome).toBe(outcome);
  });

  it("is written down with what it skipped", () => {
    expect(decide([passing, later], { approvals: [boss] }, override)).toMatchObject({
      overridden: ["soak"],
      results: [
        { gate: "order", outcome: "passed" },
        { gate: "soak", reason: "Version 4 has run in test for 24 h." },
        {
          gate: "soak",
          rule: "prod: **",
          outcome: "passed",
          reason:
            "overridden: outage (approved by ann). Without: Version 4 has run in test for less than 72 h: it will have on 2026-03-05T10:00:00Z.",
        },
      ],
    });
    expect(decide([passing, later], { approvals: [boss] }, override).results[2]).not.toHaveProperty(
      "until",
    );
  });

  it("is not used where nothing needs it", () => {
    expect(decide([passing], {}, override)).toMatchObject({ outcome: "passed", overridden: [] });
  });

  it("cannot stand in for a rule", () => {
    const everything = { ...override, gates: ["policy", "override", ...gateNames] };
    expect(decide([], { approvals: [boss] }, everything)).toMatchObject({
      outcome: "failed",
      overridden: [],
    });
  });

  it("cannot stand in for a gate that nobody knows", () => {
    const gatesOf: object = { order: {}, soaking: { hours: 1 } };
    const everything = { ...override, gates: ["policy", "soaking"] };
    expect(decide([rule({ gates: gatesOf })], { approvals: [boss] }, everything)).toMatchObject({
      outcome: "failed",
      results: [
        { gate: "order", outcome: "passed" },
        { gate: "policy", rule: "prod: models/**", outcome: "failed" },
      ],
    });
  });

  it("skips the approvals of a rollback too", () => {
    const given = { move: "rollback" as const, approvals: [{ ...boss, mayApprove: false }] };
    const decision = decide([rule()], given, { ...override, gates: ["approvals"] });
    expect(decision).toMatchObject({ outcome: "passed", overridden: ["approvals"] });
  });

  it("says who could", () => {
    const approvals = [approval("bo"), { ...boss, isAuthor: true }];
    expect(decide([soon], { approvals }, override).results.at(-1)).toEqual({
      gate: "override",
      outcome: "failed",
      reason:
        "The stage file overrides soak, and nobody who may do so approved it. Not counted: ann is the author. Ask somebody other than the author who has assets/override on models/taxi-fare in policies/access.yaml for an approval.",
    });
  });
});

describe("every decision", () => {
  const anyRule = fc
    .record(
      {
        order: fc.constant({}),
        soak: fc.record({ hours: fc.integer({ min: 1, max: 100 }) }),
        approvals: fc.record({ count: fc.integer({ min: 1, max: 2 }) }),
        scan: fc.constant({ formats: "allow-listed" }),
      },
      { requiredKeys: [] },
    )
    .map((gatesOf) => rule({ gates: gatesOf }));
  const anyFacts = fc.record({
    version: fc.constantFrom("4", "5"),
    approvals: fc.subarray([approval("ann"), approval("bo", { isAuthor: true }), approval("cy")]),
  });

  it("is that of the worst gate of any rule, and always the same", () => {
    fc.assert(
      fc.property(fc.array(anyRule, { minLength: 1 }), anyFacts, (rules, given) => {
        const alone = rules.flatMap((one) =>
          Object.entries(one.gates).map(
            ([name, settings]) => decide([rule({ gates: { [name]: settings } })], given).outcome,
          ),
        );
        const worst = ["failed", "waiting"].find((outcome) => alone.some((one) => one === outcome));
        expect(decide(rules, given).outcome).toBe(worst ?? "passed");
        expect(decide(rules, given)).toEqual(decide(rules, given));
      }),
    );
  });
});
