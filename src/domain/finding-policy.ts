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
  const graded = findings.flatMap((finding) => {
    const severity = severityOf(finding, policy);
    if (severity === "none") return [];
    return severity === finding.severity ? [finding] : [{ ...finding, severity }];
  });
  const counts = new Map<string, number>();
  for (const finding of graded) {
    const key = groupOf(finding);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return graded.map((finding) => {
    const acceptance = acceptanceOf(finding, policy, counts.get(groupOf(finding)) ?? 0);
    if (acceptance === undefined) return finding;
    const { reason, until } = acceptance;
    return { ...finding, accepted: until === undefined ? { reason } : { reason, until } };
  });
}

/** True for what is not published even if the registry accepts the finding. */
export function isFixedRule(id: string): boolean {
  return fixedRules.has(id);
}

/** Whether a manifest with this finding cannot be published. */
export function isHolding({ rule, severity, accepted }: Finding): boolean {
  return severity === "error" && (accepted === undefined || fixedRules.has(rule));
}

const fixedRules = new Set(allRules.flatMap(({ id, isFixed }) => (isFixed === true ? [id] : [])));

function severityOf({ rule, path, severity }: Finding, policy: FindingPolicy): Severity | "none" {
  if (fixedRules.has(rule)) return severity;
  const change = policy.severities.findLast((each) => each.rule === rule && each.matches(path));
  return change?.level ?? severity;
}

function acceptanceOf(
  finding: Finding,
  policy: FindingPolicy,
  found: number,
): AcceptedFindings | undefined {
  return policy.acceptances.find(
    ({ rule, count, isExpired, matches }) =>
      rule === finding.rule && !isExpired && found <= (count ?? found) && matches(finding.path),
  );
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
    if (allRules.some(({ id }) => id === rule)) continue;
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
  for (const acceptance of policy.acceptances) yield* staleAcceptance(acceptance, findings);
}

function* staleAcceptance(
  { rule, until, isExpired, place, matches }: AcceptedFindings,
  findings: readonly Finding[],
): Iterable<Finding> {
  const isFound = findings.some((finding) => finding.rule === rule && matches(finding.path));
  const message = isFound
    ? `Findings of "${rule}" were accepted until ${until ?? "now"} and are reported again: correct them, or accept them anew.`
    : `There is no finding of "${rule}" here any more: remove this entry.`;
  if (isFound && !isExpired) return;
  const id = isFound ? "acceptance-expired" : "acceptance-unused";
  yield { rule: id, severity: isFound ? "warning" : "info", message, ...place };
}
