import { describe, expect, it } from "vitest";

import { renderCodeOwners } from "../../../../src/usecases/author/github/code-owners.ts";
import {
  covers,
  meets,
  selectorsOf,
  type Selector,
} from "../../../../src/usecases/author/github/selectors.ts";
import type { Policies } from "../../../../src/domain/promotion/policy.ts";
import { readPolicyTree } from "../../../../src/registry/read-policy-tree.ts";
import { MemorySourceTree } from "../../../support/memory-source-tree.ts";

const access = `people:
  ann: { github: ann-c, email: [ann@contoso.example] }
  bo: { github: bo-c, email: [bo@contoso.example] }
  cy: { email: [cy@contoso.example] }
roles:
  leads: [ann, "team:ml-leads"]
  stewards: [bo]
  mailers: [cy]
  policy-owners: [ann]
bindings:
  - { role: leads, can: [assets/approve], on: ["models/**"] }
  - { role: stewards, can: [assets/write, assets/approve], on: ["data/**"] }
  - { role: mailers, can: [assets/write], on: ["**"] }
read: everyone
`;

async function policiesOf(promotion: string | undefined): Promise<Policies> {
  const tree = new MemorySourceTree({
    "policies/access.yaml": access,
    ...(promotion === undefined ? {} : { "policies/promotion.yaml": promotion }),
  });
  const { policies, findings } = await readPolicyTree(tree);
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
  return policies;
}

async function linesFor(rules: string, owner: string | undefined): Promise<readonly string[]> {
  const policies = await policiesOf(`rules:\n${rules}`);
  return renderCodeOwners(policies, owner)
    .split("\n")
    .filter((line) => line.includes("stages/") || line.startsWith("# not"));
}

const rule = (assets: string, approvals: string): string =>
  `  - { stage: prod, assets: [${assets}], gates: { approvals: { count: 1${approvals} } } }\n`;

describe("CODEOWNERS", () => {
  it("gives the policy, and who decides about it, to the policy owners", async () => {
    const text = renderCodeOwners(await policiesOf(undefined), undefined);

    expect(text.split("\n").filter((line) => line.startsWith("/"))).toEqual([
      "/policies/ @ann-c",
      "/workspaces/ @ann-c",
      "/registry.yaml @ann-c",
      "/.github/ @ann-c",
    ]);
  });

  it.each([
    {
      name: "a role of people and a team",
      rules: rule('"models/**"', ", from: [leads]"),
      lines: ["/stages/prod/models/ @ann-c @contoso/ml-leads"],
    },
    {
      name: "whoever may approve, where no role is named",
      rules: rule('"data/**"', ""),
      lines: ["/stages/prod/data/ @bo-c"],
    },
    {
      name: "everybody who may approve some of it",
      rules: rule('"**"', ""),
      lines: ["/stages/prod/ @ann-c @bo-c @contoso/ml-leads"],
    },
    {
      name: "a narrower rule with those of the wider one, after it",
      rules: rule('"models/taxi-*"', ", from: [stewards]") + rule('"models/**"', ", from: [leads]"),
      lines: [
        "/stages/prod/models/ @ann-c @contoso/ml-leads",
        "/stages/prod/models/taxi-*.yaml @ann-c @bo-c @contoso/ml-leads",
      ],
    },
    {
      name: "rules that only meet, each with both",
      rules:
        rule('"models/taxi-*"', ", from: [stewards]") + rule('"models/*-fare"', ", from: [leads]"),
      lines: [
        "/stages/prod/models/*-fare.yaml @ann-c @bo-c @contoso/ml-leads",
        "/stages/prod/models/taxi-*.yaml @ann-c @bo-c @contoso/ml-leads",
      ],
    },
    {
      name: "kinds in braces",
      rules: rule('"{models,data}/x"', ", from: [stewards]"),
      lines: ["/stages/prod/data/x.yaml @bo-c", "/stages/prod/models/x.yaml @bo-c"],
    },
    {
      name: "a pattern that GitHub has no form for, made wider",
      rules: rule('"models/[tx]axi"', ", from: [stewards]"),
      lines: ["/stages/prod/models/ @bo-c"],
    },
    {
      name: "the role of the way back as well",
      rules:
        '  - stage: prod\n    assets: ["data/**"]\n    gates: { approvals: { count: 1, from: [stewards] } }\n    rollback: { approvals: { count: 1, from: [leads] } }\n',
      lines: ["/stages/prod/data/ @ann-c @bo-c @contoso/ml-leads"],
    },
    {
      name: "nobody, in a comment that takes nothing from a wider line",
      rules: rule('"models/**"', ", from: [mailers]"),
      lines: [
        "# not known on GitHub: cy",
        "# /stages/prod/models/ has nobody whom GitHub could ask",
      ],
    },
    {
      name: "no line where no person is asked",
      rules: '  - { stage: test, assets: ["**"], gates: { order: {} } }\n',
      lines: [],
    },
  ])("asks $name", async ({ rules, lines }) => {
    expect(await linesFor(rules, "contoso")).toEqual(lines);
  });

  it("names a team in a comment while nobody says whose it is", async () => {
    expect(await linesFor(rule('"models/**"', ", from: [leads]"), undefined)).toEqual([
      "# not known on GitHub: team:ml-leads",
      "/stages/prod/models/ @ann-c",
    ]);
  });

  it("asks about a stage as a whole when its rules are very many", async () => {
    const many = Array.from({ length: 101 }, (_, index) =>
      rule(`"models/m${index}"`, ", from: [stewards]"),
    );

    expect(await linesFor(many.join(""), "contoso")).toEqual(["/stages/prod/ @bo-c"]);
  });

  it("lets no name start a line of its own", () => {
    const roles = new Map([["policy-owners", ["x\n* @eve", "team:a\n* @eve"]]]);
    const text = renderCodeOwners(
      { promotion: undefined, access: { people: [], roles, bindings: [] } },
      "contoso",
    );

    expect(text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([]);
  });
});

describe("patterns", () => {
  const one = (glob: string): Selector => selectorsOf(glob)[0] ?? { kind: "none", name: "" };

  it.each([
    { outer: "**", inner: "models/x", does: true },
    { outer: "models/*", inner: "models/a*", does: true },
    { outer: "models/a*", inner: "models/*", does: false },
    { outer: "models/a*b", inner: "models/a*x*b", does: true },
    { outer: "models/a*a", inner: "models/a", does: false },
    { outer: "data/*", inner: "models/x", does: false },
  ])("$outer covers $inner: $does", ({ outer, inner, does }) => {
    expect(covers(one(outer), one(inner))).toBe(does);
  });

  it.each([
    { left: "models/a*", right: "models/*b", does: true },
    { left: "models/a*", right: "models/b*", does: false },
    { left: "models/*a", right: "models/*b", does: false },
    { left: "models/ab", right: "models/a*", does: true },
    { left: "models/ab", right: "models/ac", does: false },
    { left: "models/*", right: "data/*", does: false },
    { left: "*/x", right: "data/x", does: true },
  ])("$left meets $right: $does", ({ left, right, does }) => {
    expect([meets(one(left), one(right)), meets(one(right), one(left))]).toEqual([does, does]);
  });
});
