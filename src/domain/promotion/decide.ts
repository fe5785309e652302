import { approvals } from "../gates/approvals.ts";
import type { GateResult } from "../gates/gate.ts";
import { gates } from "../gates/index.ts";
import { canonicalJson } from "../../shared/json.ts";
import type { Approval, PromotionFacts } from "./facts.ts";
import type { ApprovalsSettings, PromotionPolicy, PromotionRule } from "./policy.ts";

/** What a stage file asks to skip, once: break glass. */
export interface Override {
  readonly version: string;
  readonly gates: readonly string[];
  readonly reason: string;
}

export interface PromotionDecision {
  readonly outcome: "passed" | "failed" | "waiting";
  readonly results: readonly GateResult[];
  /** When waiting: the latest `until`, if every waiting gate knows its own. */
  readonly until: string | undefined;
  /** The override that was used: some gate was skipped by it. */
  readonly overridden: readonly string[];
}

/**
 * Whether a stage may run what it is asked to: every gate of every rule that matches, in the order
 * of the policy. What nobody wrote a rule for is denied. A gate that passes by itself is never
 * listed as overridden.
 */
export function decidePromotion(
  facts: PromotionFacts,
  policy: PromotionPolicy | undefined,
  override: Override | undefined,
): PromotionDecision {
  const rules = matchingRules(policy, facts.stage, facts.asset);
  if (rules.length === 0) return conclude([denied(facts)], []);
  const asked =
    facts.move === "promotion"
      ? rules.flatMap((rule) => resultsOfRule(rule, facts))
      : resultsOfRollback(rules, facts);
  if (asked.length === 0) return conclude([nothingAsked(rules)], []);
  const { results, overridden } = applyOverride(asked, facts, override);
  return conclude(results, overridden);
}

/** The rules that speak about an asset entering a stage, as the policy orders them. */
export function matchingRules(
  policy: PromotionPolicy | undefined,
  stage: string,
  asset: string,
): readonly PromotionRule[] {
  return (policy?.rules ?? []).filter((rule) => rule.stage === stage && rule.selects(asset));
}

/** `prod: models/**` */
function formatRule({ stage, assets }: PromotionRule): string {
  return `${stage}: ${assets.join(", ")}`;
}

function denied({ stage, asset }: PromotionFacts): GateResult {
  return {
    gate: "policy",
    outcome: "failed",
    reason: `A stage that does not follow and has no rule for an asset denies it: add a rule for stage ${stage} and ${asset} to policies/promotion.yaml.`,
  };
}

function nothingAsked(rules: readonly PromotionRule[]): GateResult {
  return {
    gate: "policy",
    outcome: "passed",
    reason: `Nothing is asked for by ${rules.map(formatRule).join("; ")}.`,
  };
}

function resultsOfRule(rule: PromotionRule, facts: PromotionFacts): readonly GateResult[] {
  const text = formatRule(rule);
  const results = gates.flatMap((gate): readonly GateResult[] => {
    const settings = rule.gates[gate.name];
    if (settings === undefined) return [];
    return [{ gate: gate.name, rule: text, ...gate.evaluate(settings, facts) }];
  });
  const unknown = Object.keys(rule.gates)
    .filter((name) => !gates.some((gate) => gate.name === name))
    .sort();
  return [...results, ...unknown.map((name) => unknownGate(name, text))];
}

/** The schema refuses such a policy; should one get here, it must not ask for less than it says. */
function unknownGate(name: string, rule: string): GateResult {
  return {
    gate: "policy",
    rule,
    outcome: "failed",
    reason: `This Cairn does not know the gate ${name}: correct it in policies/promotion.yaml.`,
  };
}

const rollbackDefault: ApprovalsSettings = { count: 1, author: "allowed" };

/** Rules that ask for the same approvals ask once. */
function resultsOfRollback(
  rules: readonly PromotionRule[],
  facts: PromotionFacts,
): readonly GateResult[] {
  const asked = new Map<string, GateResult>();
  for (const rule of rules) {
    const settings = rule.rollback?.approvals ?? rollbackDefault;
    const key = settingsKey(settings);
    if (asked.has(key)) continue;
    const verdict = approvals.evaluate(settings, facts);
    asked.set(key, { gate: "approvals", rule: formatRule(rule), ...verdict });
  }
  return [...asked.values()];
}

function settingsKey({ count, from, author }: ApprovalsSettings): string {
  const roles = from === undefined ? {} : { from: [...from].sort() };
  return canonicalJson({ count, author: author ?? "excluded", ...roles });
}

interface Overridden {
  readonly results: readonly GateResult[];
  readonly overridden: readonly string[];
}

function applyOverride(
  results: readonly GateResult[],
  facts: PromotionFacts,
  override: Override | undefined,
): Overridden {
  const isSkipped = ({ gate, outcome }: GateResult) =>
    outcome !== "passed" && gate !== "policy" && override?.gates.includes(gate);
  const skipped = results.filter(isSkipped);
  if (override === undefined || override.version !== facts.version || skipped.length === 0) {
    return { results, overridden: [] };
  }
  const by = facts.approvals.filter((approval) => whyNoOverride(approval) === undefined);
  if (by.length === 0) {
    return { results: [...results, nobodyOverrides(skipped, facts)], overridden: [] };
  }
  const people = [...new Set(by.map(({ person }) => person))].sort().join(", ");
  return {
    results: results.map((result) =>
      isSkipped(result) ? passInstead(result, override, people) : result,
    ),
    overridden: [...new Set(skipped.map(({ gate }) => gate))],
  };
}

function passInstead(result: GateResult, { reason }: Override, people: string): GateResult {
  return {
    gate: result.gate,
    ...(result.rule === undefined ? {} : { rule: result.rule }),
    outcome: "passed",
    reason: `overridden: ${reason} (approved by ${people}). Without: ${result.reason}`,
  };
}

function nobodyOverrides(skipped: readonly GateResult[], { approvals, asset }: PromotionFacts) {
  const gatesAsked = [...new Set(skipped.map(({ gate }) => gate))].join(", ");
  const close = approvals
    .filter(
      ({ mayOverride, verdict, isImplied }) => mayOverride && verdict === "approved" && !isImplied,
    )
    .flatMap((approval) => whyNoOverride(approval) ?? [])
    .sort();
  const notCounted = close.length > 0 ? ` Not counted: ${close.join("; ")}.` : "";
  return {
    gate: "override",
    outcome: "failed",
    reason: `The stage file overrides ${gatesAsked}, and nobody who may do so approved it.${notCounted} Ask somebody other than the author who has assets/override on ${asset} in policies/access.yaml for an approval.`,
  } satisfies GateResult;
}

/** Why an approval does not carry an override: a second person must have looked. */
function whyNoOverride(approval: Approval): string | undefined {
  if (approval.problem !== undefined) return approval.problem;
  if (approval.isAuthor || approval.isImplied) return `${approval.person} is the author`;
  if (approval.verdict !== "approved") return `${approval.person} asked for changes`;
  return approval.mayOverride ? undefined : `${approval.person} may not override`;
}

function conclude(
  results: readonly GateResult[],
  overridden: readonly string[],
): PromotionDecision {
  if (results.some(({ outcome }) => outcome === "failed")) {
    return { outcome: "failed", results, until: undefined, overridden };
  }
  const waiting = results.filter((result) => result.outcome === "waiting");
  if (waiting.length === 0) return { outcome: "passed", results, until: undefined, overridden };
  return {
    outcome: "waiting",
    results,
    until: latest(waiting.map(({ until }) => until)),
    overridden,
  };
}

function latest(moments: readonly (string | undefined)[]): string | undefined {
  const known = moments.filter((moment) => moment !== undefined);
  if (known.length < moments.length) return undefined;
  return known.reduce((left, right) => (Date.parse(right) > Date.parse(left) ? right : left));
}
