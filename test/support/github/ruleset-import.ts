import { invalidRequest } from "./answers.ts";
import type { RulesetDraft } from "./double.ts";
import type { Json } from "./model.ts";
import { isJson, textOf, textsOf } from "./route-kit.ts";
import type { World } from "./world.ts";

type Draft = { -readonly [Key in keyof RulesetDraft]: RulesetDraft[Key] };
type Restriction = NonNullable<RulesetDraft["restrict"]>[number];

const restrictions: readonly string[] = ["creation", "update", "deletion", "non_fast_forward"];

/** A ruleset as GitHub's API and its import take it. */
export function parseRuleset(world: World, body: Json): RulesetDraft {
  const name = textOf(body, "name");
  const enforcement = oneOf(textOf(body, "enforcement"), ["active", "evaluate", "disabled"]);
  if (name === undefined) throw invalidRequest(`"name" wasn't supplied.`);
  if (enforcement === undefined) throw invalidRequest(`"enforcement" wasn't supplied.`);
  const target = oneOf(textOf(body, "target") ?? "branch", ["branch", "tag"]);
  const refs = part(part(body, "conditions"), "ref_name");
  const draft: Draft = {
    name,
    enforcement,
    target: target ?? "branch",
    include: textsOf(refs, "include"),
    exclude: textsOf(refs, "exclude"),
    bypass: listOf(body, "bypass_actors").map((actor) => bypassLogin(world, actor)),
  };
  for (const rule of listOf(body, "rules")) addRule(draft, rule);
  return draft;
}

function addRule(draft: Draft, rule: Json): void {
  const type = textOf(rule, "type") ?? "";
  const parameters = part(rule, "parameters");
  if (restrictions.includes(type)) {
    Object.assign(draft, { restrict: [...(draft.restrict ?? []), type as Restriction] });
  } else if (type === "pull_request") {
    const count = parameters["required_approving_review_count"];
    Object.assign(draft, {
      requiredApprovals: typeof count === "number" ? count : 0,
      dismissStaleReviews: parameters["dismiss_stale_reviews_on_push"] === true,
    });
  } else if (type === "required_status_checks") {
    const checks = listOf(parameters, "required_status_checks");
    Object.assign(draft, {
      requiredChecks: checks.flatMap((check) => textOf(check, "context") ?? []),
      strictChecks: parameters["strict_required_status_checks_policy"] === true,
    });
  } else if (type === "merge_queue") {
    const method = textOf(parameters, "merge_method")?.toLowerCase();
    Object.assign(draft, {
      mergeQueue: true,
      mergeQueueMethod: oneOf(method, ["merge", "squash", "rebase"]) ?? "merge",
    });
  } else {
    throw invalidRequest(`Invalid rule '${type}'.`);
  }
}

/** Roles other than an app's or a person's stand for nobody here. */
function bypassLogin(world: World, actor: Json): string {
  const id = Number(actor["actor_id"]);
  if (actor["actor_type"] === "Integration") {
    const app = world.accounts.app(id);
    if (app === undefined) throw invalidRequest("Actor GitHub App is not installed.");
    return app.account.login;
  }
  return world.accounts.findById(id)?.login ?? "";
}

function part(body: Json, name: string): Json {
  const value = body[name];
  return isJson(value) ? value : {};
}

function listOf(body: Json, name: string): readonly Json[] {
  const value = body[name];
  return Array.isArray(value) ? value.filter(isJson) : [];
}

function oneOf<T extends string>(value: string | undefined, known: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const found = known.find((name) => name === value);
  if (found === undefined) throw invalidRequest(`"${value}" is not one of ${known.join(", ")}.`);
  return found;
}
