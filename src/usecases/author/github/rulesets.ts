import { assetKinds, pluralOfKind } from "../../../domain/asset.ts";
import type { JsonObject, JsonValue } from "../../../shared/json.ts";
import type { GitHubChoices } from "./choices.ts";

/** GitHub Actions itself, on github.com: https://api.github.com/apps/github-actions */
const actionsAppId = 15_368;

/**
 * Rulesets in the form that GitHub exports and imports, which is also the body of
 * `POST /repos/{owner}/{repo}/rulesets`:
 * https://docs.github.com/rest/repos/rules#create-a-repository-ruleset
 */
export function branchRuleset(choices: GitHubChoices): string {
  const { appId } = choices;
  return render({
    name: "cairn: default branch",
    target: "branch",
    enforcement: "active",
    conditions: refs("~DEFAULT_BRANCH"),
    rules: [
      { type: "deletion" },
      { type: "non_fast_forward" },
      pullRequestRule,
      {
        type: "required_status_checks",
        parameters: {
          // With a server the check is made anew whenever the branch moves, without one it is not.
          strict_required_status_checks_policy: appId === undefined,
          do_not_enforce_on_create: true,
          required_status_checks: [requiredCheck(choices)],
        },
      },
    ],
    // What the policy lets Cairn merge by itself needs no second person at GitHub either.
    bypass_actors: appId === undefined ? [] : [app(choices, "pull_request")],
  });
}

/** Only from Cairn's App, or else from a workflow: anybody who may push could set a status. */
function requiredCheck({ appId, isEnterprise }: GitHubChoices): JsonObject {
  const id = appId ?? (isEnterprise ? undefined : actionsAppId);
  return { context: "cairn", ...(id === undefined ? {} : { integration_id: id }) };
}

const pullRequestRule: JsonObject = {
  type: "pull_request",
  parameters: {
    required_approving_review_count: 1,
    dismiss_stale_reviews_on_push: true,
    require_last_push_approval: true,
    require_code_owner_review: true,
    required_review_thread_resolution: false,
    allowed_merge_methods: ["merge", "squash", "rebase"],
  },
};

export function ledgerRuleset(choices: GitHubChoices): string {
  return render({
    name: "cairn: ledger",
    target: "branch",
    enforcement: "active",
    conditions: refs("refs/heads/cairn-ledger"),
    rules: nobody,
    bypass_actors: [app(choices, "always")],
  });
}

export function tagsRuleset(choices: GitHubChoices): string {
  return render({
    name: "cairn: tags",
    target: "tag",
    enforcement: "active",
    conditions: refs(...assetKinds.map((kind) => `refs/tags/${pluralOfKind[kind]}/**/*`)),
    rules: nobody,
    bypass_actors: [app(choices, "always")],
  });
}

const nobody: readonly JsonValue[] = [
  { type: "creation" },
  { type: "update" },
  { type: "deletion" },
  { type: "non_fast_forward" },
];

/** Id 0 is nobody's: GitHub refuses the ruleset until the id of Cairn's App is filled in. */
function app({ appId }: GitHubChoices, mode: "always" | "pull_request"): JsonObject {
  return { actor_id: appId ?? 0, actor_type: "Integration", bypass_mode: mode };
}

function refs(...include: readonly string[]): JsonObject {
  return { ref_name: { include, exclude: [] } };
}

function render(ruleset: JsonObject): string {
  return `${JSON.stringify(ruleset, undefined, 2)}\n`;
}
