import { created, noContent, notFound, ok, Refusal, type Answer } from "./answers.ts";
import { formatTime } from "./clock.ts";
import type { Account, Json, Repository, Ruleset } from "./model.ts";
import type { RulesetDraft } from "./double.ts";
import { pageOf } from "./paging.ts";
import { parseRuleset } from "./ruleset-import.ts";
import { need, onRepository, parameter } from "./route-kit.ts";
import { includedBy, rulesetsFor } from "./rules.ts";
import type { RepositoryCall, Route } from "./routing.ts";
import { commitShape, nodeId, repositoryUrl } from "./shapes.ts";
import type { World } from "./world.ts";

const reading = need("read", "metadata");
const administrating = need("write", "administration", "admin");

export const ruleRoutes: readonly Route[] = [
  onRepository("GET", "/rulesets", reading, async (call) =>
    pageOf(call, call.repository.rulesets, (ruleset) => headShape(call, ruleset)),
  ),
  onRepository("POST", "/rulesets", administrating, (call) => {
    const { world, repository, body } = call;
    const ruleset = addRuleset(world, repository, parseRuleset(world, body));
    return created(rulesetShape(call, ruleset));
  }),
  onRepository("GET", "/rulesets/{ruleset_id}", reading, (call) =>
    ok(rulesetShape(call, rulesetOf(call))),
  ),
  onRepository("DELETE", "/rulesets/{ruleset_id}", administrating, (call) => {
    const { rulesets } = call.repository;
    rulesets.splice(rulesets.indexOf(rulesetOf(call)), 1);
    return noContent;
  }),
  onRepository("GET", "/rules/branches/{branch}", reading, async (call) => {
    const found = rulesetsFor(call.repository, `refs/heads/${parameter(call, "branch")}`);
    const rules = found.flatMap(({ id, rules: draft }) =>
      rulesOf(draft).map((rule) => ({
        ...rule,
        ruleset_source_type: "Repository",
        ruleset_source: call.repository.fullName,
        ruleset_id: id,
      })),
    );
    return pageOf(call, rules, (rule) => rule);
  }),
  onRepository("GET", "/branches/{branch}", need("read", "contents"), branch),
  onRepository(
    "GET",
    "/branches/{branch}/protection",
    need("read", "administration", "admin"),
    async (call) => {
      await tipOf(call);
      // All protection here is by rulesets.
      throw new Refusal(404, "Branch not protected");
    },
  ),
];

export function addRuleset(world: World, repository: Repository, rules: RulesetDraft): Ruleset {
  const ruleset = { id: world.nextId(), createdAt: world.clock.now(), rules };
  repository.rulesets.push(ruleset);
  return ruleset;
}

function rulesetOf(call: RepositoryCall): Ruleset {
  const id = Number(parameter(call, "ruleset_id"));
  const ruleset = call.repository.rulesets.find((found) => found.id === id);
  if (ruleset === undefined) throw notFound();
  return ruleset;
}

function headShape({ world, repository }: RepositoryCall, ruleset: Ruleset): Json {
  const { id, rules, createdAt } = ruleset;
  const time = formatTime(createdAt);
  const web = `${world.url}/${repository.fullName}/rules/${id}`;
  return {
    id,
    name: rules.name ?? `ruleset ${id}`,
    target: rules.target ?? "branch",
    source_type: "Repository",
    source: repository.fullName,
    enforcement: rules.enforcement ?? "active",
    node_id: nodeId("RRS", id),
    _links: {
      self: { href: `${repositoryUrl(world, repository)}/rulesets/${id}` },
      html: { href: web },
    },
    created_at: time,
    updated_at: time,
  };
}

function rulesetShape(call: RepositoryCall, ruleset: Ruleset): Json {
  const { rules } = ruleset;
  const { world, session } = call;
  const canBypass = (rules.bypass ?? []).includes(session.account.login);
  return {
    ...headShape(call, ruleset),
    conditions: { ref_name: { include: includedBy(rules), exclude: rules.exclude ?? [] } },
    rules: rulesOf(rules),
    bypass_actors: (rules.bypass ?? [])
      .filter((login) => login !== "")
      .map((login) => bypassShape(world, login)),
    current_user_can_bypass: canBypass ? "always" : "never",
  };
}

function bypassShape(world: World, login: string): Json {
  const app = world.accounts.appOfLogin(login);
  const account: Account = world.accounts.get(login);
  return {
    actor_id: app?.id ?? account.id,
    actor_type: app === undefined ? "User" : "Integration",
    bypass_mode: "always",
  };
}

/** The draft in GitHub's own rules. */
export function rulesOf(rules: RulesetDraft): readonly Json[] {
  const { requiredApprovals, requiredChecks, mergeQueue, restrict = [] } = rules;
  const { mergeQueueMethod = "merge" } = rules;
  return [
    ...restrict.map((type) => ({
      type,
      ...(type === "update" && { parameters: { update_allows_fetch_and_merge: false } }),
    })),
    ...(requiredApprovals === undefined ? [] : [pullRequestRule(requiredApprovals, rules)]),
    ...(requiredChecks === undefined ? [] : [statusChecksRule(requiredChecks, rules)]),
    ...(mergeQueue === true ? [mergeQueueRule(mergeQueueMethod)] : []),
  ];
}

function pullRequestRule(count: number, { dismissStaleReviews = false }: RulesetDraft): Json {
  return {
    type: "pull_request",
    parameters: {
      required_approving_review_count: count,
      dismiss_stale_reviews_on_push: dismissStaleReviews,
      require_code_owner_review: false,
      require_last_push_approval: false,
      required_review_thread_resolution: false,
      allowed_merge_methods: ["merge", "squash", "rebase"],
    },
  };
}

function statusChecksRule(checks: readonly string[], { strictChecks = false }: RulesetDraft): Json {
  return {
    type: "required_status_checks",
    parameters: {
      required_status_checks: checks.map((context) => ({ context })),
      strict_required_status_checks_policy: strictChecks,
    },
  };
}

function mergeQueueRule(method: string): Json {
  return {
    type: "merge_queue",
    parameters: {
      check_response_timeout_minutes: 60,
      grouping_strategy: "ALLGREEN",
      max_entries_to_build: 5,
      max_entries_to_merge: 5,
      merge_method: method.toUpperCase(),
      min_entries_to_merge: 1,
      min_entries_to_merge_wait_minutes: 0,
    },
  };
}

async function tipOf(call: RepositoryCall): Promise<string> {
  const tip = await call.repository.refs.get(`refs/heads/${parameter(call, "branch")}`);
  if (tip === undefined) throw new Refusal(404, "Branch not found");
  return tip;
}

async function branch(call: RepositoryCall): Promise<Answer> {
  const { world, repository } = call;
  const name = parameter(call, "branch");
  const commit = await repository.commits.get(await tipOf(call));
  if (commit === undefined) throw notFound();
  const self = `${repositoryUrl(world, repository)}/branches/${name}`;
  return ok({
    name,
    commit: commitShape(world, repository, commit),
    _links: { self, html: `${world.url}/${repository.fullName}/tree/${name}` },
    protected: rulesetsFor(repository, `refs/heads/${name}`).length > 0,
    protection: {
      enabled: false,
      required_status_checks: { enforcement_level: "off", contexts: [], checks: [] },
    },
    protection_url: `${self}/protection`,
  });
}
