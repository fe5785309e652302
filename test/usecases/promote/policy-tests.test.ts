import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { FolderSourceTree } from "../../../src/source/drivers/folder.ts";
import {
  runPolicyTestsFromText,
  runPolicyTestsOfTree,
} from "../../../src/usecases/promote/policy-tests.ts";
import { MemorySourceTree } from "../../support/memory-source-tree.ts";

const policy = `rules:
  - stage: prod
    assets: ["models/**"]
    gates:
      soak: { hours: 24 }
      approvals: { count: 1, from: [leads] }
  - stage: prod
    assets: ["models/taxi-*"]
    gates:
      soak: { hours: 48 }
`;
const access = `people: { ann: {}, bo: {} }
roles: { leads: [ann], glass: [bo] }
bindings: [{ role: glass, can: [assets/override], on: ["models/**"] }]
`;
const taxi = `name: x
    promote: models/taxi-fare
    to: prod
    version: "2"
    at: 2026-03-04T10:00:00Z
`;
const test = (rest: string): string => `tests:\n  - ${taxi}    ${rest}\n`;
const soaked = 'history: { test: [{ version: "2", since: 2026-03-01 }] }';
const fresh = 'history: { test: [{ version: "2", since: 2026-03-03T09:00:00Z }] }';

it("passes the sample's tests", async () => {
  const folder = fileURLToPath(new URL("../../../sample-registry", import.meta.url));
  const results = await runPolicyTestsOfTree(new FolderSourceTree({ folder }));

  expect(results.filter(({ outcome }) => outcome === "failed")).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(5);
});

describe("a test", () => {
  it.each([
    { name: "as expected", given: `${soaked}\n    approvals: [ann]`, outcome: "passed" },
    { name: "without the people", given: soaked, outcome: "failed" },
    { name: "too early", given: `${fresh}\n    approvals: [ann]`, outcome: "waiting" },
    {
      name: "with roles of its own",
      given: `${soaked}\n    approvals: [{ person: new, roles: [leads] }]`,
      outcome: "passed",
    },
    {
      name: "with a person whose roles are taken away",
      given: `${soaked}\n    approvals: [{ person: ann, roles: [] }]`,
      outcome: "failed",
    },
    {
      name: "with a review that does not count",
      given: `${soaked}\n    approvals: [{ person: ann, problem: it saw other evidence }]`,
      outcome: "failed",
    },
    {
      name: "with somebody against it",
      given: `${soaked}\n    approvals: [{ person: ann, verdict: changes-requested }]`,
      outcome: "failed",
    },
    {
      name: "with broken glass",
      given: `${fresh}\n    approvals: [ann, bo]\n    override: { gates: [soak], reason: outage }`,
      outcome: "passed",
    },
    {
      name: "with broken glass that nobody may break",
      given: `${fresh}\n    approvals: [ann]\n    override: { gates: [soak], reason: outage }`,
      outcome: "failed",
    },
    {
      name: "with broken glass, and a right of its own",
      given: `${fresh}\n    approvals: [ann, { person: cy, can: [assets/override] }]\n    override: { gates: [soak], reason: outage }`,
      outcome: "passed",
    },
  ])("$name is $outcome", async ({ given, outcome }) => {
    const outcomes = ["passed", "failed", "waiting"];
    const results = await Promise.all(
      outcomes.map((expected) =>
        runPolicyTestsFromText(
          policy,
          access,
          test(`${given}\n    expect: { outcome: ${expected} }`),
        ),
      ),
    );

    expect(results.flat().map((result) => result.outcome)).toEqual(
      outcomes.map((expected) => (expected === outcome ? "passed" : "failed")),
    );
  });

  it.each([
    { gates: "{ soak: waiting }", given: fresh, outcome: "passed" },
    { gates: "{ soak: passed }", given: fresh, outcome: "failed" },
    { gates: "{ soak: waiting, approvals: failed }", given: fresh, outcome: "passed" },
    { gates: "{ metrics: passed }", given: fresh, outcome: "failed" },
    {
      gates: "{ soak: overridden }",
      given: `${fresh}\n    approvals: [bo]\n    override: { gates: [soak], reason: x }`,
      outcome: "passed",
    },
    {
      gates: "{ soak: passed }",
      given: `${fresh}\n    approvals: [bo]\n    override: { gates: [soak], reason: x }`,
      outcome: "passed",
    },
  ])("that expects $gates of all rules is $outcome", async ({ gates, given, outcome }) => {
    const text = test(`${given}\n    expect: { gates: ${gates} }`);
    const [result] = await runPolicyTestsFromText(policy, access, text);

    expect(result?.outcome).toBe(outcome);
  });

  it("that fails says what was expected, what came, where, and why", async () => {
    const text = test(`${fresh}\n    expect: { outcome: passed, gates: { soak: passed } }`);
    const [result] = await runPolicyTestsFromText(policy, access, text);

    expect(result).toMatchObject({
      name: "x",
      outcome: "failed",
      place: { path: "policies/promotion.test.yaml", line: 2, column: 5 },
    });
    expect(result?.message).toMatch(
      /^expected passed, got failed; soak: expected passed, got waiting\. .*approvals failed: 0 of 1/,
    );
  });
});

describe("a file that cannot be used", () => {
  const good = test("expect: { outcome: failed }");
  const files = {
    "policies/promotion.yaml": policy,
    "policies/access.yaml": access,
    "policies/promotion.test.yaml": good,
  };

  it.each([
    { name: "policy", path: "policies/promotion.yaml", text: "ruels: []\n" },
    { name: "access policy", path: "policies/access.yaml", text: "people: 1\n" },
    { name: "test", path: "policies/other.test.yaml", text: "tests: [{ name: x }]\n" },
  ])("is a failed test: the $name", async ({ path, text }) => {
    const results = await runPolicyTestsOfTree(new MemorySourceTree({ ...files, [path]: text }));

    expect(results).toContainEqual(
      expect.objectContaining({ name: path, outcome: "failed", place: expect.anything() }),
    );
  });

  it("is not one with a role that nobody defined", async () => {
    const text = policy.replace("leads", "nobody");
    const tree = new MemorySourceTree({ ...files, "policies/promotion.yaml": text });

    expect(await runPolicyTestsOfTree(tree)).toMatchObject([{ name: "x", outcome: "passed" }]);
  });

  it("has no tests in a registry without any, and none pass without a policy", async () => {
    expect(await runPolicyTestsOfTree(new MemorySourceTree({}))).toEqual([]);
    const only = new MemorySourceTree({ "policies/a.test.yaml": good });
    expect(await runPolicyTestsOfTree(only)).toMatchObject([{ outcome: "passed", message: "" }]);
  });
});
