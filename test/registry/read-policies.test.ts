import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import type { Policies } from "../../src/domain/promotion/policy.ts";
import { readRegistry } from "../../src/registry/read-registry.ts";
import { FolderSourceTree } from "../../src/source/drivers/folder.ts";
import { MemorySourceTree, type MemoryFiles } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles, findingsOf } from "../support/registry-files.ts";

async function policiesOf(files: MemoryFiles): Promise<Policies> {
  return (await readRegistry(new MemorySourceTree({ ...emptyRegistryFiles, ...files }))).policies;
}

const rule = "rules:\n  - stage: prod\n    assets: ['models/**']\n";
const owners = "roles: { policy-owners: [ann] }\n";
const access = `people: { ann: {}, bo: {} }\n${owners}`;
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

describe("a promotion policy", () => {
  it("says what is in it, and where", async () => {
    const { promotion } = await policiesOf({
      "policies/promotion.yaml": `${rule}    gates: { order: {}, soak: { hours: 24 } }
    rollback: { approvals: { count: 1, author: allowed } }
  - { stage: test, assets: ["endpoints/*", "data/{a,b}"], gates: {}, rollback: {} }
automatic:
  - { from: dev, to: test, assets: ["models/**"], merge: when-gates-pass }
  - { from: dev, to: test, assets: ["data/**"] }
`,
    });
    const [first, second] = promotion?.rules ?? [];

    expect(first).toMatchObject({
      stage: "prod",
      assets: ["models/**"],
      gates: { order: {}, soak: { hours: 24 } },
      rollback: { approvals: { count: 1, author: "allowed" } },
      source: { stage: "prod", rollback: { approvals: { count: 1, author: "allowed" } } },
      place: { path: "policies/promotion.yaml", line: 2, column: 5 },
    });
    expect(second).toMatchObject({ stage: "test", gates: {}, rollback: undefined });
    expect(promotion?.automatic).toMatchObject([
      { from: "dev", to: "test", merge: "when-gates-pass" },
      { from: "dev", to: "test", merge: "manual" },
    ]);
  });

  it.each([
    { glob: "models/**", asset: "models/taxi-fare", selected: true },
    { glob: "models/**", asset: "endpoints/taxi-fare", selected: false },
    { glob: "endpoints/**", asset: "endpoints/taxi-fare", selected: true },
    { glob: "models/taxi-*", asset: "models/taxi-fare", selected: true },
    { glob: "models/taxi-*", asset: "models/Taxi-fare", selected: false },
    { glob: "**", asset: "data/.hidden", selected: true },
    { glob: "{models,data}/a", asset: "data/a", selected: true },
    { glob: "models", asset: "models/a", selected: false },
  ])("with $glob takes $asset: $selected", async ({ glob, asset, selected }) => {
    const { promotion, access: whoever } = await policiesOf({
      "policies/promotion.yaml": `rules: [{ stage: prod, assets: ["${glob}"], gates: {} }]\nautomatic: [{ from: dev, to: prod, assets: ["${glob}"] }]\n`,
      "policies/access.yaml": `roles: { r: [] }\nbindings: [{ role: r, can: [assets/read], on: ["${glob}"] }]\n`,
    });

    expect(promotion?.rules[0]?.selects(asset)).toBe(selected);
    expect(promotion?.automatic[0]?.selects(asset)).toBe(selected);
    expect(whoever?.bindings[0]?.selects(asset)).toBe(selected);
  });
});

it("says who people are and what they may do", async () => {
  const { access: policy } = await policiesOf({
    "policies/access.yaml": `people:
  ann: { name: Ann, github: Ann-C, email: [ann@a.example], ssh: ["${key}"] }
  constructor: {}
roles: { leads: [ann, "team:leads"], toString: [constructor] }
bindings: [{ role: leads, can: [assets/override, assets/read], on: ["**"] }]
`,
  });

  expect(policy?.people).toEqual([
    {
      id: "ann",
      name: "Ann",
      github: "Ann-C",
      emails: ["ann@a.example"],
      signingKeys: [key],
    },
    { id: "constructor", name: undefined, github: undefined, emails: [], signingKeys: [] },
  ]);
  expect([...(policy?.roles ?? [])]).toEqual([
    ["leads", ["ann", "team:leads"]],
    ["toString", ["constructor"]],
  ]);
  expect(policy?.bindings).toMatchObject([
    { role: "leads", can: ["assets/read", "assets/override"], source: { role: "leads" } },
  ]);
});

it("reads the sample's policies", async () => {
  const folder = fileURLToPath(new URL("../../sample-registry", import.meta.url));
  const { policies } = await readRegistry(new FolderSourceTree({ folder }));

  const rules = policies.promotion?.rules.filter(
    (rule) => rule.stage === "prod" && rule.selects("models/taxi-fare"),
  );
  expect(rules?.flatMap(({ gates }) => Object.keys(gates)).toSorted()).toEqual(
    "approvals dependencies fields freeze metrics order soak window".split(" "),
  );
  expect(policies.access?.roles.get("policy-owners")).toEqual(["ann", "bo"]);
});

it.each<{ name: string; files: MemoryFiles; found: readonly string[] }>([
  { name: "there is none", files: {}, found: [] },
  {
    name: "the YAML is broken",
    files: { "policies/promotion.yaml": "rules: [\n", "policies/access.yaml": "roles: {\n" },
    found: ["yaml-syntax policies/access.yaml:2:1", "yaml-syntax policies/promotion.yaml:2:1"],
  },
  {
    name: "the schema says no",
    files: {
      "policies/promotion.yaml": "rules: [{ stage: prod, assets: ['**'], gates: { soak: {} } }]\n",
      "policies/access.yaml": "people: [ann]\n",
    },
    found: ["schema policies/access.yaml:1:9", "schema policies/promotion.yaml:1:49"],
  },
  {
    name: "a glob is none",
    files: {
      "policies/promotion.yaml": `rules: [{ stage: prod, assets: ["${"a*".repeat(33)}"], gates: {} }]\n`,
      "policies/access.yaml": `${access}bindings: [{ role: policy-owners, can: [assets/read], on: ["!x"] }]\n`,
    },
    found: ["schema policies/access.yaml:3:60", "glob policies/promotion.yaml:1:33"],
  },
  {
    name: "a file is huge",
    files: {
      "policies/promotion.yaml": `# ${"x".repeat(1024 * 1024)}\nrules: []\n`,
      "policies/access.yaml": `# ${"x".repeat(5 * 1024 * 1024)}\nroles: {}\n`,
    },
    found: ["yaml-too-large policies/access.yaml", "yaml-too-large policies/promotion.yaml"],
  },
])("says nothing when $name", async ({ files, found }) => {
  expect(await policiesOf(files)).toEqual({ promotion: undefined, access: undefined });
  expect(await findingsOf(files)).toEqual(found);
});

describe("findings", () => {
  const findings = async (files: MemoryFiles): Promise<readonly string[]> => {
    const registry = await readRegistry(new MemorySourceTree({ ...emptyRegistryFiles, ...files }));
    return registry.findings.map(
      (each) => `${each.severity} ${each.rule} ${each.path}:${each.line}:${each.column}`,
    );
  };
  const promotion = (gates: string, rest = ""): MemoryFiles => ({
    "policies/promotion.yaml": `rules:\n  - { stage: prod, assets: ["**"], gates: { ${gates} } ${rest} }\n`,
  });

  it.each<{ name: string; files: MemoryFiles; found: readonly string[] }>([
    {
      name: "a role that nobody defined, in a gate and a rollback",
      files: {
        "policies/access.yaml": access,
        ...promotion(
          "approvals: { count: 1, from: [policy-owners, leads] }",
          ", rollback: { approvals: { count: 1, from: [toString] } }",
        ),
      },
      found: [
        "error policy-role-unknown policies/promotion.yaml:2:90",
        "error policy-role-unknown policies/promotion.yaml:2:145",
      ],
    },
    {
      name: "a role without access.yaml",
      files: promotion("approvals: { count: 1, from: [leads] }"),
      found: ["error policy-role-unknown policies/promotion.yaml:2:75"],
    },
    {
      name: "no role when access.yaml is broken",
      files: {
        "policies/access.yaml": "people: 1\n",
        ...promotion("approvals: { count: 1, from: [leads] }"),
      },
      found: ["error schema policies/access.yaml:1:9"],
    },
    {
      name: "a role in a binding",
      files: {
        "policies/access.yaml": `${access}bindings: [{ role: leads, can: [assets/read], on: ["**"] }]\n`,
      },
      found: ["error policy-role-unknown policies/access.yaml:3:20"],
    },
    {
      name: "people who are not there, teams aside",
      files: {
        "policies/access.yaml":
          "people: { ann: {} }\nroles: { policy-owners: [ann, bo, team:x, constructor] }\n",
      },
      found: [
        "error policy-person-unknown policies/access.yaml:2:31",
        "error policy-person-unknown policies/access.yaml:2:43",
      ],
    },
    {
      name: "two people with one account, address and key",
      files: {
        "policies/access.yaml": `people:
  ann: { github: ann, email: [a@x, A@x], ssh: ["${key}"] }
  bo: { github: Ann, email: [b@x, A@X], ssh: ["${key}"] }
${owners}`,
      },
      found: [
        "error policy-person-ambiguous policies/access.yaml:3:17",
        "error policy-person-ambiguous policies/access.yaml:3:35",
        "error policy-person-ambiguous policies/access.yaml:3:47",
      ],
    },
    {
      name: "keys in files",
      files: { "policies/access.yaml": `people: { ann: { keys: [a.pub] } }\n${owners}` },
      found: ["warning policy-key-file policies/access.yaml:1:24"],
    },
    {
      name: "owners that are missing, or are only a team",
      files: { "policies/access.yaml": "people: {}\nroles: { policy-owners: [team:x] }\n" },
      found: ["warning policy-owners-missing policies/access.yaml:2:25"],
    },
    {
      name: "stages that are not there or follow",
      files: {
        "registry.yaml": `${emptyRegistryFiles["registry.yaml"]}follow: { dev: latest }\n`,
        "policies/promotion.yaml": `rules:
  - { stage: qa, assets: ["**"], gates: {} }
  - { stage: dev, assets: ["**"], gates: {} }
automatic:
  - { from: none, to: dev, assets: ["**"] }
  - { from: dev, to: qa, assets: ["**"] }
`,
      },
      found: [
        "error policy-stage-unknown policies/promotion.yaml:2:14",
        "warning policy-stage-unknown policies/promotion.yaml:3:14",
        "error policy-stage-unknown policies/promotion.yaml:5:13",
        "warning policy-stage-unknown policies/promotion.yaml:5:23",
        "error policy-stage-unknown policies/promotion.yaml:6:22",
      ],
    },
    {
      name: "gates that cannot be run",
      files: promotion(
        "scan: { formats: allow-listed }, checks: { required: [a] }, signature: { keys: [a] }",
      ),
      found: [
        "warning policy-gate-unsupported policies/promotion.yaml:2:51",
        "warning policy-gate-unsupported policies/promotion.yaml:2:116",
      ],
    },
    {
      name: "windows that never open",
      files: promotion(
        'window: { deny: [{ cron: "0 0 * * FRI", duration: 1h, timezone: Europe/Atlantis }] }',
      ),
      found: ["error policy-window policies/promotion.yaml:2:109"],
    },
    {
      name: "times that do not exist",
      files: promotion(
        'window: { allow: [{ cron: "0 0 30 2 *", duration: 0h }, { cron: "0 99 * * *", duration: 1h }] }',
      ),
      found: [
        "error policy-window policies/promotion.yaml:2:71",
        "error policy-window policies/promotion.yaml:2:95",
        "error policy-window policies/promotion.yaml:2:109",
      ],
    },
    {
      name: "a policy under another name",
      files: { "policies/promotion.yml": "rules: []\n" },
      found: ["warning policy-file-name policies/promotion.yml:undefined:undefined"],
    },
  ])("name $name", async ({ files, found }) => {
    expect(await findings(files)).toEqual(found);
  });

  it("say what to do", async () => {
    const { findings: all } = await readRegistry(
      new MemorySourceTree({
        ...emptyRegistryFiles,
        ...promotion("approvals: { count: 1, from: [leads] }"),
      }),
    );

    expect(all).toEqual([
      {
        rule: "policy-role-unknown",
        severity: "error",
        message:
          'There is no role "leads" in policies/access.yaml, so nobody has it: add it there, or correct the name.',
        path: "policies/promotion.yaml",
        line: 2,
        column: 75,
      },
    ]);
  });
});

describe("a hostile policy", () => {
  const rules = (count: number, assets: string, gates = ""): string =>
    `rules:\n${`- { stage: prod, assets: [${assets}], gates: { ${gates} } }\n`.repeat(count)}`;

  it.each([
    { name: "1000 rules of braces", text: rules(1000, `"${"{a,b}".repeat(90)}"`), found: 1 },
    { name: "a range of everything", text: rules(100, '"{1..999999999}"'), found: 1 },
    { name: "1000 rules, each too many", text: rules(1001, '"**"'), found: 1 },
    { name: "globs of stars", text: rules(900, `"${"*a".repeat(60)}"`), found: 50 },
    {
      name: "1000 unknown roles in each rule",
      text: rules(900, '"**"', `approvals: { count: 1, from: [${"x, ".repeat(100)}] }`),
      found: 50,
    },
  ])("of $name is refused or reported in a few sentences", async ({ text, found }) => {
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
    const files = { ...emptyRegistryFiles, "policies/promotion.yaml": text };
    const { findings: all } = await readRegistry(new MemorySourceTree(files));

    expect(all.length).toBe(found);
    expect(new Set(all.map(({ severity }) => severity))).toEqual(new Set(["error"]));
  });

  it("costs a bounded number of patterns when it is good", async () => {
    const text = rules(1000, `"models/{a,b}{c,d}{e,f}*x*y*z*", "${"**/a/".repeat(8)}**"`);
    const { promotion } = await policiesOf({ "policies/promotion.yaml": text });
    const asset = `models/${"ace".repeat(80)}`;

    expect(promotion?.rules.filter((each) => each.selects(asset))).toEqual([]);
    expect(promotion?.rules).toHaveLength(1000);
  });
});
