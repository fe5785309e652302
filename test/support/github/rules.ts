import { minimatch } from "minimatch";
import type { RulesetDraft } from "./double.ts";
import { isAtLeast, levelOf } from "./accounts.ts";
import type { Account, CheckRun, Pull, Repository, Review, Ruleset, Status } from "./model.ts";

/** The rulesets in force for a ref. */
export function rulesetsFor(repository: Repository, ref: string): readonly Ruleset[] {
  const target = ref.startsWith("refs/tags/") ? "tag" : "branch";
  return repository.rulesets.filter(
    ({ rules }) =>
      (rules.target ?? "branch") === target &&
      (rules.enforcement ?? "active") === "active" &&
      includedBy(rules).some((pattern) => matches(repository, pattern, ref)) &&
      !(rules.exclude ?? []).some((pattern) => matches(repository, pattern, ref)),
  );
}

export function includedBy(rules: RulesetDraft): readonly string[] {
  return rules.include ?? (rules.target === "tag" ? ["~ALL"] : ["~DEFAULT_BRANCH"]);
}

function matches(repository: Repository, pattern: string, ref: string): boolean {
  if (pattern === "~ALL") return true;
  if (pattern === "~DEFAULT_BRANCH") return ref === `refs/heads/${repository.defaultBranch}`;
  return minimatch(ref, pattern, { dot: true });
}

function bindingRules(repository: Repository, ref: string, by: Account): readonly RulesetDraft[] {
  const login = by.login.toLowerCase();
  return rulesetsFor(repository, ref)
    .map(({ rules }) => rules)
    .filter(({ bypass = [] }) => !bypass.some((name) => name.toLowerCase() === login));
}

export interface RefMove {
  readonly ref: string;
  readonly kind: "creation" | "update" | "deletion";
}

/** Why this account must not move the ref by a push; empty when it may. */
export function pushObstacles(
  repository: Repository,
  { ref, kind }: RefMove,
  by: Account,
): readonly string[] {
  const rules = bindingRules(repository, ref, by);
  const restricted = rules.some(({ restrict = [] }) => restrict.includes(kind));
  const needsPull =
    kind === "update" && rules.some(({ requiredApprovals }) => requiredApprovals !== undefined);
  const needsQueue = kind === "update" && rules.some(({ mergeQueue }) => mergeQueue === true);
  return [
    ...(restricted ? [`Cannot ${verbs[kind]} ref due to ${kind}s being restricted.`] : []),
    ...(needsPull ? ["Changes must be made through a pull request."] : []),
    ...(needsQueue ? ["Changes must be made through the merge queue"] : []),
  ];
}

const verbs = { creation: "create", update: "update", deletion: "delete" } as const;

/** Whether the history of the ref must not be rewritten by this account. */
export function refusesRewriting(repository: Repository, ref: string, by: Account): boolean {
  return bindingRules(repository, ref, by).some(({ restrict = [] }) =>
    restrict.includes("non_fast_forward"),
  );
}

/** What stands against merging, in GitHub's words. */
export async function mergeObstacles(
  pull: Pull,
  by: Account,
  options: { readonly isQueued: boolean },
): Promise<readonly string[]> {
  const { repository, base, head } = pull;
  const ref = `refs/heads/${base.branch}`;
  const found: string[] = [];
  for (const rules of bindingRules(repository, ref, by)) {
    found.push(...reviewObstacles(pull, rules));
    if (options.isQueued) continue;
    found.push(...checkObstacles(repository, head.sha, rules));
    if (rules.mergeQueue === true) found.push("Changes must be made through the merge queue");
    if (rules.strictChecks !== true) continue;
    const tip = (await repository.refs.get(ref)) ?? base.sha;
    if (!(await repository.commits.isAncestor(tip, head.sha))) {
      found.push("This branch must not be behind its base.");
    }
  }
  return found;
}

function reviewObstacles(pull: Pull, { requiredApprovals = 0 }: RulesetDraft): readonly string[] {
  if (requiredApprovals === 0) return [];
  const states = [...deciding(pull).values()].map(({ state }) => state);
  if (states.includes("CHANGES_REQUESTED")) return ["Changes have been requested."];
  if (states.filter((state) => state === "APPROVED").length >= requiredApprovals) return [];
  const reviews = requiredApprovals === 1 ? "review is" : "reviews are";
  return [
    `At least ${requiredApprovals} approving ${reviews} required by reviewers with write access.`,
  ];
}

/** The newest verdict of everybody who may write. */
function deciding(pull: Pull): ReadonlyMap<number, Review> {
  const found = new Map<number, Review>();
  for (const review of pull.reviews) {
    const canWrite = isAtLeast(levelOf(pull.repository, review.user), "write");
    if (!canWrite || review.state === "COMMENTED" || review.state === "PENDING") continue;
    found.set(review.user.id, review);
  }
  return found;
}

export function checkObstacles(
  repository: Repository,
  commit: string,
  { requiredChecks = [] }: RulesetDraft,
): readonly string[] {
  return requiredChecks.flatMap((name) => {
    const outcome = outcomeOf(repository, commit, name);
    return outcome === "success" ? [] : [`Required status check "${name}" is ${outcome}.`];
  });
}

function outcomeOf(
  repository: Repository,
  commit: string,
  name: string,
): "success" | "expected" | "failing" | "in progress" {
  const status = repository.statuses.get(commit)?.findLast(({ context }) => context === name);
  const run = latestRuns(repository.checkRunsByHead.get(commit) ?? []).find(
    (found) => found.name === name,
  );
  const states = [
    ...(status === undefined ? [] : [status.state]),
    ...(run === undefined ? [] : [stateOf(run)]),
  ];
  if (states.length === 0) return "expected";
  if (states.includes("pending")) return "in progress";
  return states.every((state) => state === "success") ? "success" : "failing";
}

function stateOf({ status, conclusion }: CheckRun): Status["state"] {
  if (status !== "completed") return "pending";
  return /^(?:success|neutral|skipped)$/.test(conclusion ?? "") ? "success" : "failure";
}

/** The newest of each name and app. */
export function latestRuns(runs: readonly CheckRun[]): readonly CheckRun[] {
  const found = new Map<string, CheckRun>();
  for (const run of runs) found.set(`${run.app?.id ?? 0} ${run.name}`, run);
  return [...found.values()];
}

/** Rulesets that hold approvals of older heads to be none. */
export function dismissesStale(pull: Pull): boolean {
  return rulesetsFor(pull.repository, `refs/heads/${pull.base.branch}`).some(
    ({ rules }) => rules.dismissStaleReviews === true,
  );
}
