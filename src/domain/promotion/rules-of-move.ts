import { byCodeUnits, canonicalJson, type JsonObject } from "../../shared/json.ts";
import { matchingRules } from "./decide.ts";
import type { AccessPolicy, Binding, Person, Policies, PromotionRule } from "./policy.ts";

/**
 * The rules that bind a move, and who the people are that they speak of: approvals are bound to
 * this, so that a change of the policy elsewhere does not void them. Sorted, because all rules
 * apply whatever their order.
 */
export function rulesOfMove(
  { promotion, access }: Policies,
  stage: string,
  asset: string,
): JsonObject {
  const rules = matchingRules(promotion, stage, asset);
  const bindings = bindingsAbout(access, asset);
  const roles = approvingRoles({ promotion, access }, stage, asset);
  const members = roles.map((role) => [role, access?.roles.get(role)?.toSorted() ?? []] as const);
  const ids = new Set(members.flatMap(([, list]) => list));
  return {
    rules: sorted(rules.map(({ source }) => source)),
    bindings: sorted(bindings.map(({ source }) => source)),
    roles: Object.fromEntries(members),
    people: sorted((access?.people ?? []).filter(({ id }) => ids.has(id)).map(identityOf)),
  };
}

/** The roles whose people have a say in a move, sorted. */
export function approvingRoles(
  { promotion, access }: Policies,
  stage: string,
  asset: string,
): readonly string[] {
  const asked = matchingRules(promotion, stage, asset).flatMap(rolesOfRule);
  const bound = bindingsAbout(access, asset).map(({ role }) => role);
  return [...new Set([...asked, ...bound])].sort();
}

function isAboutApproval({ can }: Binding): boolean {
  return can.includes("assets/approve") || can.includes("assets/override");
}

function bindingsAbout(access: AccessPolicy | undefined, asset: string): readonly Binding[] {
  return (access?.bindings ?? []).filter(
    (binding) => isAboutApproval(binding) && binding.selects(asset),
  );
}

function rolesOfRule({ gates, rollback }: PromotionRule): readonly string[] {
  const from = gates.approvals?.["from"];
  const asked = Array.isArray(from) ? from.map(String) : [];
  return [...asked, ...(rollback?.approvals.from ?? [])];
}

/** What makes somebody this person: not the name, which is for readers. */
function identityOf({ id, github, emails, signingKeys }: Person): JsonObject {
  return {
    id,
    ...(github === undefined ? {} : { github }),
    emails: emails.toSorted(),
    keys: signingKeys.toSorted(),
  };
}

function sorted(values: readonly JsonObject[]): readonly JsonObject[] {
  return values.toSorted((left, right) => byCodeUnits(canonicalJson(left), canonicalJson(right)));
}
