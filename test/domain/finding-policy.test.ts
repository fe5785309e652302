import { describe, expect, it } from "vitest";

import { isHolding, judgeFindings, policyFindings } from "../../src/domain/finding-policy.ts";
import type {
  AcceptedFindings,
  Finding,
  FindingPolicy,
  SeverityChange,
} from "../../src/domain/finding.ts";

const rule = "reference-unpinned";
const place = { path: "registry.yaml", line: 5, column: 5 };
const everywhere = (): boolean => true;
const only =
  (wanted: string) =>
  (path: string): boolean =>
    path === wanted;

function finding(overrides: Partial<Finding> = {}): Finding {
  return { rule, severity: "error", message: "Pin it.", path: "a.yaml", line: 1, ...overrides };
}

function change(overrides: Partial<SeverityChange> = {}): SeverityChange {
  return { rule, level: "warning", place, matches: everywhere, ...overrides };
}

function acceptance(overrides: Partial<AcceptedFindings> = {}): AcceptedFindings {
  return {
    rule,
    reason: "old",
    until: "2027-03-31",
    count: undefined,
    isExpired: false,
    place,
    matches: everywhere,
    ...overrides,
  };
}

function policy(
  severities: readonly SeverityChange[],
  acceptances: readonly AcceptedFindings[] = [],
): FindingPolicy {
  return { severities, acceptances };
}

describe("severity", () => {
  it.each([
    { name: "as the rule says", changes: [], found: ["error"] },
    { name: "as the registry says", changes: [change()], found: ["warning"] },
    { name: "not at all", changes: [change({ level: "none" })], found: [] },
    { name: "of another rule", changes: [change({ rule: "schema" })], found: ["error"] },
    { name: "elsewhere", changes: [change({ matches: only("b.yaml") })], found: ["error"] },
    {
      name: "the last that matches",
      changes: [change({ level: "none" }), change({ level: "info" })],
      found: ["info"],
    },
    {
      name: "not the last, if that does not match",
      changes: [change({ level: "info" }), change({ level: "none", matches: only("b.yaml") })],
      found: ["info"],
    },
  ])("$name", ({ changes, found }) => {
    const judged = judgeFindings([finding()], policy(changes));

    expect(judged.map(({ severity }) => severity)).toEqual(found);
  });

  it("of what cannot be published stays, and the wish is a finding", () => {
    const wish = policy([change({ rule: "path-missing", level: "none" })]);
    const judged = judgeFindings([finding({ rule: "path-missing" })], wish);

    expect(judged).toEqual([finding({ rule: "path-missing" })]);
    expect([...policyFindings(wish, judged)]).toMatchObject([{ rule: "rule-fixed", ...place }]);
  });
});

describe("accept", () => {
  it.each([
    { name: "what matches", entries: [acceptance()], accepted: [true, true] },
    { name: "as many as there are", entries: [acceptance({ count: 2 })], accepted: [true, true] },
    {
      name: "none of them, with one more than was said",
      entries: [acceptance({ count: 1 })],
      accepted: [false, false],
    },
    {
      name: "what another entry takes",
      entries: [acceptance({ count: 1 }), acceptance({ count: 3 })],
      accepted: [true, true],
    },
    {
      name: "none of another file",
      entries: [acceptance({ matches: only("b.yaml") })],
      accepted: [false, false],
    },
    {
      name: "none of another rule",
      entries: [acceptance({ rule: "schema" })],
      accepted: [false, false],
    },
    {
      name: "nothing any more",
      entries: [acceptance({ isExpired: true })],
      accepted: [false, false],
    },
  ])("takes $name", ({ entries, accepted }) => {
    const judged = judgeFindings([finding(), finding({ line: 2 })], policy([], entries));

    expect(judged.map((each) => each.accepted !== undefined)).toEqual(accepted);
    expect(judgeFindings(judged, policy([], entries))).toEqual(judged);
  });

  it("tells the reason and the day", () => {
    const [judged] = judgeFindings([finding()], policy([], [acceptance()]));

    expect(judged?.accepted).toEqual({ reason: "old", until: "2027-03-31" });
  });

  it("counts anew what was accepted while fewer were known", () => {
    const entries = policy([], [acceptance({ count: 1 })]);
    const [first] = judgeFindings([finding()], entries);
    const judged = judgeFindings([first ?? finding(), finding({ line: 2 })], entries);

    expect(judged).toEqual([finding(), finding({ line: 2 })]);
  });

  it.each([
    { name: "an error", severity: "error", rule: "reference-unpinned", holds: [true, false] },
    { name: "a broken file", severity: "error", rule: "path-missing", holds: [true, true] },
    { name: "a warning", severity: "warning", rule: "path-missing", holds: [false, false] },
  ] as const)("decides whether $name holds a publication", ({ severity, rule: id, holds }) => {
    const found = finding({ rule: id, severity });
    const [judged = found] = judgeFindings([found], policy([], [acceptance({ rule: id })]));

    expect([isHolding(found), isHolding(judged)]).toEqual(holds);
  });
});

describe("the policy itself", () => {
  it.each([
    { name: "in use", entry: acceptance(), found: [finding()], says: [] },
    { name: "of what is gone", entry: acceptance(), found: [], says: ["info acceptance-unused"] },
    {
      name: "whose day is over",
      entry: acceptance({ isExpired: true }),
      found: [finding()],
      says: ["warning acceptance-expired"],
    },
    {
      name: "whose day is over, of what is gone",
      entry: acceptance({ isExpired: true }),
      found: [],
      says: ["info acceptance-unused"],
    },
    {
      name: "of no rule",
      entry: acceptance({ rule: "no-such-rule" }),
      found: [],
      says: ["error rule-unknown", "info acceptance-unused"],
    },
  ])("reports an entry $name", ({ entry, found, says }) => {
    const findings = [...policyFindings(policy([], [entry]), found)];

    expect(findings.map(({ severity, rule: id }) => `${severity} ${id}`)).toEqual(says);
    expect(findings.every(({ line }) => line === place.line)).toBe(true);
  });

  it("can turn its own reports down", () => {
    const quiet = policy([change({ rule: "acceptance-unused", level: "none" })], [acceptance()]);

    expect([...policyFindings(quiet, [])]).toEqual([]);
  });

  it("is asked of thousands of entries without trying each pair", () => {
    let asked = 0;
    const counting = (): boolean => {
      asked += 1;
      return false;
    };
    const entries = Array.from({ length: 2000 }, (_, index) =>
      acceptance({ rule: `rule-${index % 500}`, matches: counting }),
    );
    const found = Array.from({ length: 2000 }, (_, index) =>
      finding({ rule: `rule-${index % 500}`, path: `${index}.yaml` }),
    );
    judgeFindings(found, policy([], entries));

    expect(asked).toBe(2000 * 4);
  });
});
