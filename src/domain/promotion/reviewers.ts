import { byCodeUnits } from "../../shared/json.ts";
import type { AssetKey } from "../asset.ts";
import type { Account } from "../pull-request.ts";
import { matchingRules } from "./decide.ts";
import type { MoveKind } from "./facts.ts";
import { personOf } from "./people.ts";
import type { AccessPolicy, Policies } from "./policy.ts";
import { emptyTeams, teamName } from "./teams.ts";

/** What somebody is asked to look at. */
export interface ReviewQuestion {
  readonly asset: AssetKey;
  /** Absent where no stage moves: a new version, a mark. */
  readonly move?: { readonly stage: string; readonly kind: MoveKind };
}

/** Those who are asked, by their names on the host. */
export interface AskedReviewers {
  readonly logins: readonly string[];
  readonly teams: readonly string[];
}

/** More the host does not take. */
const mostReviewers = 15;

/**
 * Whom the rules that apply want to hear: people of the roles that they name, or of those that may
 * approve the asset where they name none. Never the author; always in the same order.
 */
export function reviewersOf(
  policies: Policies,
  questions: readonly ReviewQuestion[],
  author: Account,
): AskedReviewers {
  const { access } = policies;
  const roles = new Set(questions.flatMap((question) => rolesAsked(policies, question)));
  const members = new Set([...roles].flatMap((role) => access?.roles.get(role) ?? []));
  const teams = teamsToAsk(access, [...roles]).slice(0, mostReviewers);
  const own = personOf(author, access)?.id;
  const logins = (access?.people ?? [])
    .filter(({ id }) => members.has(id) && id !== own)
    .toSorted((left, right) => byCodeUnits(left.id, right.id))
    .flatMap(({ github }) => github ?? [])
    .filter((login) => login.toLowerCase() !== author.login?.toLowerCase());
  return { logins: logins.slice(0, mostReviewers - teams.length), teams };
}

/** Sorted, without those that have nobody. */
function teamsToAsk(access: AccessPolicy | undefined, roles: readonly string[]): readonly string[] {
  const empty = new Set(emptyTeams(access, roles).map(({ team }) => teamName(team)));
  const named = roles
    .flatMap((role) => access?.roles.get(role) ?? [])
    .flatMap((member) => teamName(member) ?? [])
    .filter((name) => !empty.has(name));
  return [...new Set(named)].sort();
}

function rolesAsked(policies: Policies, { asset, move }: ReviewQuestion): readonly string[] {
  if (move === undefined) return rolesThatApprove(policies.access, asset);
  const rules = matchingRules(policies.promotion, move.stage, asset);
  return rules.flatMap(({ gates: { approvals }, rollback }) => {
    if (move.kind !== "promotion") return ofSettings(rollback?.approvals ?? {});
    return approvals === undefined ? [] : ofSettings(approvals);
  });

  function ofSettings({ from }: Readonly<Partial<Record<"from", unknown>>>): readonly string[] {
    return Array.isArray(from) ? from.map(String) : rolesThatApprove(policies.access, asset);
  }
}

/** The roles that may approve an asset. */
export function rolesThatApprove(
  access: AccessPolicy | undefined,
  asset: string,
): readonly string[] {
  return (access?.bindings ?? [])
    .filter((binding) => binding.can.includes("assets/approve") && binding.selects(asset))
    .map(({ role }) => role);
}
