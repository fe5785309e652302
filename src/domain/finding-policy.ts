import { groupBy } from "../shared/group-by.ts";
import type { AcceptedFindings, Finding, FindingPolicy, Severity } from "./finding.ts";
import { allRules } from "./rules/catalogue.ts";

export const noFindingPolicy: FindingPolicy = { severities: [], acceptances: [] };

/**
 * Gives findings the severity that the registry wants for them, and marks those it accepts. Doing
 * it twice changes nothing. All findings of one rule in one file must come together.
 */
export function judgeFindings(
  findings: readonly Finding[],
  policy: FindingPolicy | undefined = noFindingPolicy,
): readonly Finding[] {
  if (policy.severities.length + policy.acceptances.length === 0) return findings;
  const levelOf = byGroup((finding) => levelFor(finding, policy));
  const graded = findings.flatMap((finding) => grade(finding, levelOf(finding)));
  const counts = new Map<string, number>();
  for (const finding of graded) {
    const key = groupOf(finding);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const byRule = acceptancesByRule(policy);
  const acceptanceFor = byGroup((finding) => {
    const known = byRule.get(finding.rule) ?? [];
    return acceptanceOf(finding, known, counts.get(groupOf(finding)) ?? 0);
  });
  return graded.map((finding) => {
    const acceptance = acceptanceFor(finding);
    if (acceptance === undefined) return withoutAcceptance(finding);
    const { reason, until } = acceptance;
    return { ...finding, accepted: until === undefined ? { reason } : { reason, until } };
  });
}

/** A file that was read alone may have had fewer findings than it has in the registry. */
function withoutAcceptance(finding: Finding): Finding {
  if (finding.accepted === undefined) return finding;
  const { accepted: _accepted, ...plain } = finding;
  return plain;
}

/** True for what is not published even if the registry accepts the finding. */
export function isFixedRule(id: string): boolean {
  return fixedRules.has(id);
}

/** Whether a manifest with this finding cannot be published. */
export function isHolding({ rule, severity, accepted }: Finding): boolean {
  return severity === "error" && (accepted === undefined || fixedRules.has(rule));
}

/** What is found about the policy itself: it is not asked whether it takes that. */
export const acceptanceRules: ReadonlySet<string> = new Set([
  "rule-unknown",
  "rule-fixed",
  "acceptance-expired",
  "acceptance-unused",
]);

const ruleIds = new Set(allRules.map(({ id }) => id));
const fixedRules = new Set(allRules.flatMap(({ id, isFixed }) => (isFixed === true ? [id] : [])));

function grade(
  finding: Finding,
  severity: Severity | "none" | undefined = finding.severity,
): readonly Finding[] {
  if (severity === "none") return [];
  return severity === finding.severity ? [finding] : [{ ...finding, severity }];
}

/** What the policy says of a rule in a file; `undefined` if nothing. */
function levelFor({ rule, path }: Finding, policy: FindingPolicy): Severity | "none" | undefined {
  if (fixedRules.has(rule)) return undefined;
  return policy.severities.findLast((each) => each.rule === rule && each.matches(path))?.level;
}

/** What depends on rule and path alone is asked once: a file may have thousands of findings. */
function byGroup<Value>(ask: (finding: Finding) => Value): (finding: Finding) => Value {
  const known = new Map<string, { readonly value: Value }>();
  return (finding) => {
    const key = groupOf(finding);
    const answer = known.get(key) ?? { value: ask(finding) };
    known.set(key, answer);
    return answer.value;
  };
}

/** The first that takes all that there is of a rule in a file. */
function acceptanceOf(
  { path }: Finding,
  ofItsRule: readonly AcceptedFindings[],
  found: number,
): AcceptedFindings | undefined {
  return ofItsRule.find(
    ({ count, isExpired, matches }) => !isExpired && found <= (count ?? found) && matches(path),
  );
}

const indexes = new WeakMap<FindingPolicy, ReadonlyMap<string, readonly AcceptedFindings[]>>();

/** A policy is asked once for each manifest, and may hold thousands of entries. */
function acceptancesByRule(
  policy: FindingPolicy,
): ReadonlyMap<string, readonly AcceptedFindings[]> {
  const known = indexes.get(policy) ?? groupBy(policy.acceptances, ({ rule }) => rule);
  indexes.set(policy, known);
  return known;
}

function groupOf({ rule, path }: Finding): string {
  return `${rule} ${path}`;
}

/** What is wrong with the policy itself, and what of it has had its day. */
export function* policyFindings(
  policy: FindingPolicy,
  findings: readonly Finding[],
): Iterable<Finding> {
  for (const { rule, place } of [...policy.severities, ...policy.acceptances]) {
    if (ruleIds.has(rule)) continue;
    yield {
      rule: "rule-unknown",
      severity: "error",
      message: `There is no rule "${rule}": the pages of all rules are in docs/rules.`,
      ...place,
    };
  }
  for (const { rule, place } of policy.severities) {
    if (!fixedRules.has(rule)) continue;
    yield {
      rule: "rule-fixed",
      severity: "error",
      message: `The severity of "${rule}" cannot be changed: what it finds cannot be published.`,
      ...place,
    };
  }
  if (policy.acceptances.length === 0) return;
  const groups = new Map(findings.map((finding) => [groupOf(finding), finding]));
  const byRule = groupBy(groups.values(), ({ rule }) => rule);
  for (const acceptance of policy.acceptances) {
    for (const finding of staleAcceptance(acceptance, byRule.get(acceptance.rule) ?? [])) {
      yield* grade(finding, levelFor(finding, policy));
    }
  }
}

function* staleAcceptance(
  { rule, until, isExpired, place, matches }: AcceptedFindings,
  ofItsRule: readonly Finding[],
): Iterable<Finding> {
  const isFound = ofItsRule.some(({ path }) => matches(path));
  const message = isFound
    ? `Findings of "${rule}" were accepted until ${until ?? "now"} and are reported again: correct them, or accept them anew.`
    : `There is no finding of "${rule}" here any more: remove this entry.`;
  if (isFound && !isExpired) return;
  const id = isFound ? "acceptance-expired" : "acceptance-unused";
  yield { rule: id, severity: isFound ? "warning" : "info", message, ...place };
}
