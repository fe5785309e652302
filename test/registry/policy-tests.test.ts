import { describe, expect, it } from "vitest";

import type { PromotionFacts } from "../../src/domain/promotion/facts.ts";
import type { PolicyTest } from "../../src/registry/policy-tests.ts";
import { readPolicyTree } from "../../src/registry/read-policy-tree.ts";
import { readRegistry } from "../../src/registry/read-registry.ts";
import { CommitRegistryReader } from "../../src/usecases/registry-reader.ts";
import { MemorySourceTree, type MemoryFiles } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles, findingsOf } from "../support/registry-files.ts";

const path = "policies/promotion.test.yaml";
const start = "name: x\n    promote: models/taxi\n    to: prod\n";
const end = "    expect: { outcome: passed }\n";

async function testOf(rest: string, files: MemoryFiles = {}): Promise<PolicyTest> {
  const text = `tests:\n  - ${start}${rest}${end}`;
  const { tests, findings } = await readPolicyTree(
    new MemorySourceTree({ ...files, [path]: text }),
  );
  expect(findings).toEqual([]);
  const [test] = tests;
  if (test === undefined) throw new Error("there is one");
  return test;
}

async function factsOf(rest: string, files: MemoryFiles = {}): Promise<PromotionFacts> {
  return (await testOf(`    version: "2"\n${rest}`, files)).facts;
}

it("knows nothing that a test does not say", async () => {
  expect(await factsOf("")).toEqual({
    asset: "models/taxi",
    stage: "prod",
    move: "promotion",
    version: "2",
    runs: undefined,
    stages: ["dev", "test", "prod"],
    now: "2026-01-07T12:00:00Z",
    clockProblem: undefined,
    history: {},
    metadata: undefined,
    evaluations: [],
    runsEvaluations: [],
    dependencies: [],
    approvals: [],
    labels: [],
    checks: undefined,
    emptyTeams: [],
  });
});

describe("facts", () => {
  it.each<{ name: string; text: string; facts: Partial<PromotionFacts> }>([
    {
      name: "checks of the head",
      text: "    checks: { ci/eval: passed, b: pending }\n",
      facts: {
        checks: [
          { name: "ci/eval", outcome: "passed" },
          { name: "b", outcome: "pending" },
        ],
      },
    },
    { name: "the clock", text: "    at: 2026-03-04\n", facts: { now: "2026-03-04T00:00:00Z" } },
    {
      name: "the newest moment for the clock",
      text: "    history: { test: [{ version: 2, since: 2026-03-02T10:00:00Z, until: 2026-03-03 }] }\n",
      facts: { now: "2026-03-03T00:00:00Z" },
    },
    {
      name: "what runs, and stays in their order",
      text: "    history: { prod: [{ version: b, since: 2026-03-02 }, { version: a, since: 2026-03-01 }] }\n",
      facts: {
        runs: "b",
        history: {
          prod: [
            { version: "a", since: "2026-03-01" },
            { version: "b", since: "2026-03-02" },
          ],
        },
      },
    },
    {
      name: "nothing that runs after a withdrawal",
      text: "    history: { prod: [{ version: b, since: 2026-03-02, until: 2026-03-03 }] }\n",
      facts: { runs: undefined },
    },
    {
      name: "what runs, whatever the history",
      text: "    runs: 7\n    history: { prod: [{ version: b, since: 2026-03-02 }] }\n",
      facts: { runs: "7" },
    },
    {
      name: "evaluations as part of the metadata",
      text: "    metadata: { owner: ann }\n    evaluations: [{ data: d, metrics: { r2: 1 } }]\n    runs_evaluations: [{ data: d, split: s, problem: gone }]\n",
      facts: {
        metadata: { owner: "ann", evaluations: [{ data: "d", metrics: { r2: 1 } }] },
        evaluations: [{ data: "d", metrics: { r2: 1 } }],
        runsEvaluations: [{ data: "d", split: "s", metrics: {}, problem: "gone" }],
      },
    },
    {
      name: "metadata as written",
      text: "    metadata: { evaluations: [] }\n    evaluations: [{ data: d }]\n",
      facts: { metadata: { evaluations: [] } },
    },
    {
      name: "dependencies",
      text: "    dependencies: [{ asset: data/d, version: 1, accepted_in: [test], alongside: true }, { asset: data/e, version: a }]\n",
      facts: {
        dependencies: [
          { asset: "data/d", version: "1", acceptedIn: ["test"], isAlongside: true },
          { asset: "data/e", version: "a", acceptedIn: [], isAlongside: false },
        ],
      },
    },
    {
      name: "labels, stages and a broken clock",
      text: "    labels: [hotfix]\n    stages: [a, prod]\n    clock_problem: it jumped\n",
      facts: { labels: ["hotfix"], stages: ["a", "prod"], clockProblem: "it jumped" },
    },
  ])("are $name", async ({ text, facts }) => {
    expect(await factsOf(text)).toMatchObject(facts);
  });

  it("are of a withdrawal of what runs", async () => {
    const text = `tests: [{ name: x, withdraw: data/d, to: prod, runs: "3", ${end.trim()} }]\n`;
    const { tests } = await readPolicyTree(new MemorySourceTree({ [path]: text }));

    expect(tests[0]?.facts).toMatchObject({ move: "withdrawal", version: "3", runs: "3" });
  });

  it("resolve people against the access policy", async () => {
    const access = `people: { ann: {} }
roles: { policy-owners: [ann], leads: [ann], glass: [] }
bindings:
  - { role: leads, can: [assets/approve], on: ["models/**"] }
  - { role: glass, can: [assets/override], on: ["models/**"] }
`;
    const files = { "policies/access.yaml": access };
    const reviews =
      "    approvals: [ann, bo, { person: bo, roles: [glass] }, { person: ann, can: [], author: true }]\n";
    const { approvals } = await factsOf(reviews, files);

    expect(approvals).toMatchObject([
      { person: "ann", roles: ["leads", "policy-owners"], mayApprove: true, mayOverride: false },
      { person: "bo", roles: [], mayApprove: false, problem: expect.stringContaining("bo") },
      { person: "bo", roles: ["glass"], mayOverride: true, problem: undefined },
      { person: "ann", mayApprove: false, isAuthor: true, isImplied: false, problem: undefined },
    ]);
  });
});

it("keeps what is overridden and expected", async () => {
  const rest = '    version: "2"\n    override: { gates: [soak], reason: outage }\n';

  expect(await testOf(rest)).toMatchObject({
    name: "x",
    override: { version: "2", gates: ["soak"], reason: "outage" },
    expect: { outcome: "passed", gates: new Map() },
    place: { path, line: 2, column: 5 },
  });
});

describe("findings", () => {
  it.each([
    { name: "no move", text: `{ name: x, to: prod, version: "1", ${end.trim()} }` },
    {
      name: "two moves",
      text: `{ name: x, promote: data/a, rollback: data/a, to: prod, version: "1", ${end.trim()} }`,
    },
    { name: "no version", text: `{ name: x, promote: data/a, to: prod, ${end.trim()} }` },
    {
      name: "a name that no asset can have",
      text: `{ name: x, promote: data/a..b, to: prod, version: "1", ${end.trim()} }`,
    },
    {
      name: "a day that there is not",
      text: `{ name: x, promote: data/a, to: prod, version: "1", at: 2026-13-40, ${end.trim()} }`,
    },
  ])("name $name, and leave no tests", async ({ text }) => {
    const files = { [path]: `tests:\n  - ${text}\n` };
    const tree = new MemorySourceTree(files);

    expect(await findingsOf(files)).toEqual([`policy-test ${path}:2:5`]);
    expect(await readPolicyTree(tree)).toMatchObject({ tests: [], findings: [{ path }] });
  });

  it.each([
    { file: path, found: [`schema ${path}:1:1`] },
    { file: "policies/a.test.yml", found: ["schema policies/a.test.yml:1:1"] },
    { file: "policies/deep/a.test.yaml", found: [] },
    { file: "policies/test.yaml", found: [] },
  ])("of $file are $found", async ({ file, found }) => {
    expect(await findingsOf({ [file]: "{}\n" })).toEqual(found);
  });
});

it("keeps tests out of the policy that is in force", async () => {
  const texts = ["a", "b"].map((name) => `tests: [{ name: ${name} }]\n`);
  const policies = { ...emptyRegistryFiles, "policies/promotion.yaml": "rules: []\n" };
  const reader = new CommitRegistryReader({
    treeAt: (commit) =>
      new MemorySourceTree(
        commit === "none"
          ? policies
          : { ...policies, [commit === "deep" ? "policies/x/a.test.yaml" : path]: commit },
      ),
    openObject: () => {
      throw new Error("everything is in the tree");
    },
    hashes: { get: () => undefined, set: () => undefined },
  });
  const [none, one, two, deep] = await Promise.all(
    ["none", ...texts, "deep"].map((commit) => reader.policyDigest(commit)),
  );

  expect(one).toBe(none);
  expect(two).toBe(none);
  expect(deep).not.toBe(none);
});

it("is no asset and no error to a registry", async () => {
  const text = `tests: [{ name: x, promote: data/a, to: prod, version: "1", ${end.trim()} }]\n`;
  const registry = await readRegistry(
    new MemorySourceTree({ ...emptyRegistryFiles, [path]: text }),
  );

  expect(registry.findings).toEqual([]);
  expect(registry.assets).toEqual([]);
});
