import type { GitHubClient } from "./api.ts";
import { readFields, type Fields } from "./shapes.ts";

/** A rule that is in force for a branch. */
export interface Rule {
  readonly type: string;
  readonly rulesetId: string | undefined;
  readonly requiredChecks: readonly string[];
  readonly dismissesStale: boolean;
  readonly wantsLastPush: boolean;
}

export interface Ruleset {
  readonly id: string;
  readonly target: string;
  readonly types: readonly string[];
  /** Whether these credentials may bypass it: `always`, `pull_requests_only`, `never`. */
  readonly ownBypass: string | undefined;
  /** How many may; GitHub tells it only to those who may change it. */
  readonly bypassCount: number | undefined;
  readonly covers: (ref: string) => boolean;
}

const mostRulesets = 50;

/** The rules of a branch, from wherever they come. */
export async function readRules(
  client: GitHubClient,
  branch: string,
  signal: AbortSignal | undefined,
): Promise<readonly Rule[]> {
  // https://docs.github.com/rest/repos/rules#get-rules-for-a-branch
  const route = "GET /repos/{owner}/{repo}/rules/branches/{branch}";
  const rules = await client.list(route, { branch }, { signal });
  return rules.map((value) => readRule(readFields(value, "a rule")));
}

function readRule(rule: Fields): Rule {
  const parameters = rule.optionalObject("parameters");
  const checks = parameters?.has("required_status_checks") === true;
  const isOn = (name: string): boolean =>
    parameters?.has(name) === true && parameters.boolean(name);
  return {
    type: rule.string("type"),
    rulesetId: rule.has("ruleset_id") ? rule.id("ruleset_id") : undefined,
    requiredChecks: checks
      ? parameters.objects("required_status_checks").map((entry) => entry.string("context"))
      : [],
    dismissesStale: isOn("dismiss_stale_reviews_on_push"),
    wantsLastPush: isOn("require_last_push_approval"),
  };
}

/** The rulesets that are in force, with those of the organization. */
export async function readRulesets(
  client: GitHubClient,
  signal: AbortSignal | undefined,
): Promise<readonly Ruleset[]> {
  // https://docs.github.com/rest/repos/rules#get-all-repository-rulesets
  const listed = await client.list("GET /repos/{owner}/{repo}/rulesets", {}, { signal });
  const active = listed
    .map((value) => readFields(value, "a ruleset"))
    .filter((fields) => fields.string("enforcement") === "active")
    .slice(0, mostRulesets);
  return Promise.all(
    active.map(async (fields) => {
      // https://docs.github.com/rest/repos/rules#get-a-repository-ruleset
      const route = "GET /repos/{owner}/{repo}/rulesets/{ruleset_id}";
      const whole = await client.get(route, { ruleset_id: fields.id("id") }, { signal });
      return readRuleset(readFields(whole, "a ruleset"));
    }),
  );
}

function readRuleset(fields: Fields): Ruleset {
  const names = fields.optionalObject("conditions")?.optionalObject("ref_name");
  const patterns = (key: string): readonly RegExp[] =>
    names?.has(key) === true
      ? names.list(key).flatMap((value) => (typeof value === "string" ? [toPattern(value)] : []))
      : [];
  const [include, exclude] = [patterns("include"), patterns("exclude")];
  const rules = fields.has("rules") ? fields.objects("rules") : [];
  return {
    id: fields.id("id"),
    target: fields.optionalString("target") ?? "branch",
    types: rules.map((rule) => rule.string("type")),
    ownBypass: fields.optionalString("current_user_can_bypass"),
    bypassCount: fields.has("bypass_actors") ? fields.list("bypass_actors").length : undefined,
    covers: (ref) =>
      include.some((pattern) => pattern.test(ref)) && !exclude.some((pattern) => pattern.test(ref)),
  };
}

const longestPattern = 500;
/** Each multiplies the ways to match. */
const mostStars = 8;

/** Ruby's fnmatch with path names, as far as rulesets use it. */
function toPattern(glob: string): RegExp {
  if (glob === "~ALL") return /^/;
  const stars = glob.split(/\*+/).length - 1;
  if (glob.length > longestPattern || stars > mostStars || glob.startsWith("~")) return /(?!)/;
  const source = glob
    .replaceAll(/\*{2,}/g, "**")
    .replaceAll(/\*\*\/(?:\*\*\/)*|\*\*?|\?|[^*?]+/g, (part) => {
      if (part.startsWith("**/")) return "(?:[^/]+/)*";
      if (part.startsWith("*")) return "[^/]*";
      return part === "?" ? "[^/]" : part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
    });
  return new RegExp(`^${source}$`);
}
