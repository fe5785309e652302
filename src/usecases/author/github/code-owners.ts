import type {
  AccessPolicy,
  ApprovalsSettings,
  Policies,
  PromotionRule,
} from "../../../domain/promotion/policy.ts";
import { policyOwnersRole } from "../../../domain/promotion/policy.ts";
import { strings } from "../../../registry/values.ts";
import { byCodeUnits } from "../../../shared/json.ts";
import { isOwnerName } from "./choices.ts";
import { covers, meets, pathOf, selectorsOf, type Selector } from "./selectors.ts";

/** Stages with more different patterns than this are asked about as a whole. */
const mostLines = 100;

const header = `# Written by "cairn init --github" from policies/: whom GitHub asks for a review.
# Cairn counts approvals by policies/ alone. Of these lines the last that fits a path counts.
`;

/**
 * Those who own the policy, and for the files of each stage those whom its approvals gates ask
 * for. GitHub takes the last line that fits, Cairn all rules: so a line has everybody of the wider
 * ones too.
 */
export function renderCodeOwners(
  { promotion, access }: Policies,
  owner: string | undefined,
): string {
  const policyOwners = access?.roles.get(policyOwnersRole) ?? [];
  const lines = ["/policies/", "/workspaces/", "/registry.yaml", "/.github/"].map((path) =>
    renderLine(path, policyOwners, { access, owner }),
  );
  const rules = (promotion?.rules ?? []).filter(({ gates }) => gates.approvals !== undefined);
  const stages = [...new Set(rules.map(({ stage }) => stage))]
    .filter(isStageName)
    .sort(byCodeUnits);
  for (const stage of stages) {
    const own = rules.filter((rule) => rule.stage === stage).map((rule) => toAsked(rule, access));
    lines.push(
      "",
      ...linesOfStage(own).map(({ selector, members }) =>
        renderLine(pathOf(stage, selector), members, { access, owner }),
      ),
    );
  }
  return `${header}${lines.join("\n")}\n`;
}

/** What a rule asks for: whose approval, of which assets. */
interface Asked {
  readonly selectors: readonly Selector[];
  /** Ids of people and `team:` entries. */
  readonly members: readonly string[];
}

function toAsked(rule: PromotionRule, access: AccessPolicy | undefined): Asked {
  const selectors = rule.assets.flatMap(selectorsOf);
  const from = rule.gates.approvals?.["from"];
  const roles = from === undefined ? rolesThatApprove(selectors, access) : strings(from);
  const all = [...roles, ...rolesOfRollback(rule.rollback?.approvals)];
  return { selectors, members: all.flatMap((role) => access?.roles.get(role) ?? []) };
}

function rolesOfRollback(approvals: ApprovalsSettings | undefined): readonly string[] {
  return approvals?.from ?? [];
}

function rolesThatApprove(
  selectors: readonly Selector[],
  access: AccessPolicy | undefined,
): readonly string[] {
  return (access?.bindings ?? [])
    .filter(({ can, source }) => {
      const on = strings(source["on"]).flatMap(selectorsOf);
      return (
        can.includes("assets/approve") &&
        on.some((bound) => selectors.some((selector) => meets(bound, selector)))
      );
    })
    .map(({ role }) => role);
}

interface Line {
  readonly selector: Selector;
  readonly members: readonly string[];
}

function linesOfStage(asked: readonly Asked[]): readonly Line[] {
  const distinct = new Map(
    asked.flatMap(({ selectors }) => selectors).map((each) => [pathOf("", each), each]),
  );
  const isTooMany = distinct.size > mostLines;
  const widened = isTooMany ? asked.map(widen) : asked;
  const lines = isTooMany ? [{ kind: "*", name: "*" }] : [...distinct.values()];
  return lines
    .toSorted(byWidth)
    .map((selector) => ({ selector, members: membersOf(selector, widened) }));
}

function widen({ members }: Asked): Asked {
  return { selectors: [{ kind: "*", name: "*" }], members };
}

/** Everybody of the rules about it, without those that have a narrower line of their own. */
function membersOf(selector: Selector, asked: readonly Asked[]): readonly string[] {
  return asked
    .filter(({ selectors }) =>
      selectors.some(
        (each) => covers(each, selector) || (meets(each, selector) && !covers(selector, each)),
      ),
    )
    .flatMap(({ members }) => members);
}

/** Wider first: what covers another pattern comes before it. */
function byWidth(left: Selector, right: Selector): number {
  return (
    Number(left.name !== "*") - Number(right.name !== "*") ||
    Number(left.kind !== "*") - Number(right.kind !== "*") ||
    left.name.replaceAll("*", "").length - right.name.replaceAll("*", "").length ||
    byCodeUnits(pathOf("", left), pathOf("", right))
  );
}

function isStageName(stage: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(stage);
}

interface Surroundings {
  readonly access: AccessPolicy | undefined;
  readonly owner: string | undefined;
}

/** A line without anybody would take away whom a wider line asks, so it is a comment. */
function renderLine(path: string, members: readonly string[], surroundings: Surroundings): string {
  const names = [...new Set(members)].sort(byCodeUnits);
  const known = names.map((name) => ({ name, handle: handleOf(name, surroundings) }));
  const handles = [...new Set(known.flatMap(({ handle }) => handle ?? []))];
  const unknown = known.filter(({ handle }) => handle === undefined).map(({ name }) => name);
  const missing =
    unknown.length === 0 ? "" : `# not known on GitHub: ${unknown.map(plain).join(", ")}\n`;
  if (handles.length > 0) return `${missing}${path} ${handles.join(" ")}`;
  return `${missing}# ${path} has nobody whom GitHub could ask`;
}

/** A line break would start a line of its own. */
function plain(name: string): string {
  return name.replaceAll(/[^\w.:-]/g, "?");
}

function handleOf(name: string, { access, owner }: Surroundings): string | undefined {
  const team = /^team:([\w-]+)$/.exec(name)?.[1];
  if (team !== undefined) return owner === undefined ? undefined : `@${owner}/${team}`;
  const login = access?.people.find(({ id }) => id === name)?.github;
  return login === undefined || !isOwnerName(login) ? undefined : `@${login}`;
}
