import { describe, expect, it } from "vitest";

import { noGitHubChoices } from "../../../support/github-choices.ts";
import {
  branchRuleset,
  ledgerRuleset,
  tagsRuleset,
} from "../../../../src/usecases/author/github/rulesets.ts";

interface Ruleset {
  readonly rules?: readonly { readonly type: string; readonly parameters?: unknown }[];
  readonly bypass_actors?: readonly { readonly actor_id: number }[];
}

const withApp = { ...noGitHubChoices, appId: 4711 };

function read(text: string): Ruleset {
  return JSON.parse(text) as Ruleset;
}

const types = ({ rules = [] }: Ruleset): readonly string[] => rules.map(({ type }) => type);

function requiredChecks({ rules = [] }: Ruleset): unknown {
  return rules.find(({ type }) => type === "required_status_checks")?.parameters;
}

describe("the ruleset of the default branch", () => {
  it("asks for a pull request, a fresh approval and the check", () => {
    const ruleset = read(branchRuleset(withApp));

    expect(ruleset).toMatchObject({
      target: "branch",
      enforcement: "active",
      conditions: { ref_name: { include: ["~DEFAULT_BRANCH"], exclude: [] } },
    });
    expect(types(ruleset)).toEqual([
      "deletion",
      "non_fast_forward",
      "pull_request",
      "required_status_checks",
    ]);
    expect(ruleset.rules?.find(({ type }) => type === "pull_request")?.parameters).toMatchObject({
      dismiss_stale_reviews_on_push: true,
      require_last_push_approval: true,
      require_code_owner_review: true,
    });
  });

  it.each([
    { name: "Cairn's App", choices: withApp, checks: [{ context: "cairn", integration_id: 4711 }] },
    {
      name: "GitHub Actions, while there is no App",
      choices: noGitHubChoices,
      checks: [{ context: "cairn", integration_id: 15_368 }],
    },
    {
      name: "anybody, where the id of GitHub Actions is not known",
      choices: { ...noGitHubChoices, isEnterprise: true },
      checks: [{ context: "cairn" }],
    },
  ])("believes the check of $name", ({ choices, checks }) => {
    expect(requiredChecks(read(branchRuleset(choices)))).toMatchObject({
      required_status_checks: checks,
      strict_required_status_checks_policy: choices.appId === undefined,
    });
  });

  it("lets only Cairn's App merge what the policy alone decides", () => {
    expect(read(branchRuleset(withApp)).bypass_actors).toEqual([
      { actor_id: 4711, actor_type: "Integration", bypass_mode: "pull_request" },
    ]);
    expect(read(branchRuleset(noGitHubChoices)).bypass_actors).toEqual([]);
  });
});

describe.each([
  { name: "ledger", render: ledgerRuleset, target: "branch", include: ["refs/heads/cairn-ledger"] },
  {
    name: "tags",
    render: tagsRuleset,
    target: "tag",
    include: [
      "refs/tags/models/**/*",
      "refs/tags/environments/**/*",
      "refs/tags/components/**/*",
      "refs/tags/data/**/*",
    ],
  },
])("the ruleset of the $name", ({ render, target, include }) => {
  it("is for nobody but Cairn's App", () => {
    const ruleset = read(render(withApp));

    expect(ruleset).toMatchObject({
      target,
      enforcement: "active",
      conditions: { ref_name: { include, exclude: [] } },
      bypass_actors: [{ actor_id: 4711, actor_type: "Integration", bypass_mode: "always" }],
    });
    expect(types(ruleset)).toEqual(["creation", "update", "deletion", "non_fast_forward"]);
  });

  it("names nobody's id while the App is not known, so that GitHub refuses it", () => {
    expect(read(render(noGitHubChoices)).bypass_actors?.[0]?.actor_id).toBe(0);
  });
});
