import type { Approval, Evaluation, PromotionFacts } from "../../../src/domain/promotion/facts.ts";
import type {
  AccessPolicy,
  Binding,
  Permission,
  Person,
  PromotionPolicy,
  PromotionRule,
} from "../../../src/domain/promotion/policy.ts";

/** A promotion that nothing speaks against: version 4 has been in test for two days. */
export function facts(overrides: Partial<PromotionFacts> = {}): PromotionFacts {
  return {
    asset: "models/taxi-fare",
    stage: "prod",
    move: "promotion",
    version: "4",
    runs: "3",
    stages: ["dev", "test", "prod"],
    now: "2026-03-04T10:00:00Z",
    clockProblem: undefined,
    history: { test: [{ version: "4", since: "2026-03-02T10:00:00Z" }] },
    metadata: { owner: "taxi-team", license: "MIT" },
    evaluations: [],
    runsEvaluations: [],
    dependencies: [],
    approvals: [],
    labels: [],
    checks: undefined,
    emptyTeams: [],
    ...overrides,
  };
}

export function approval(person: string, overrides: Partial<Approval> = {}): Approval {
  return {
    person,
    verdict: "approved",
    roles: ["ml-leads"],
    mayApprove: true,
    mayOverride: false,
    isAuthor: false,
    isImplied: false,
    at: "2026-03-04T09:00:00Z",
    commit: "c".repeat(40),
    problem: undefined,
    ...overrides,
  };
}

export function evaluation(
  metrics: Readonly<Record<string, number>>,
  overrides: Partial<Evaluation> = {},
): Evaluation {
  return { data: "taxi-holdout", metrics, ...overrides };
}

/** A rule; `source` is what it would look like in the file. */
export function rule({ selected, ...overrides }: RuleOptions = {}): PromotionRule {
  const rest = { stage: "prod", assets: ["models/**"], gates: {}, ...overrides };
  return {
    rollback: undefined,
    source: { stage: rest.stage, assets: rest.assets, gates: { ...rest.gates } },
    place: { path: "policies/promotion.yaml" },
    ...rest,
    selects: (asset) => selected ?? asset.startsWith("models/"),
  };
}

type RuleOptions = Partial<Omit<PromotionRule, "selects">> & { readonly selected?: boolean };

export function policy(...rules: readonly PromotionRule[]): PromotionPolicy {
  return { rules, automatic: [] };
}

export function person(id: string, overrides: Partial<Person> = {}): Person {
  return {
    id,
    name: undefined,
    github: `${id}-contoso`,
    emails: [`${id}@contoso.example`],
    signingKeys: [],
    ...overrides,
  };
}

export function binding(role: string, can: readonly Permission[], on = "models/"): Binding {
  return {
    role,
    can,
    selects: (asset) => asset.startsWith(on),
    source: { role, can: [...can], on: [`${on}**`] },
  };
}

/** Ann, Bo and Cy lead; Dee and Eli build; Ann may override. */
export function access(overrides: Partial<AccessPolicy> = {}): AccessPolicy {
  return {
    people: ["ann", "bo", "cy", "dee", "eli"].map((id) => person(id)),
    roles: new Map([
      ["ml-leads", ["ann", "bo", "cy"]],
      ["ml-engineers", ["dee", "eli"]],
      ["on-call", ["ann", "team:ops"]],
    ]),
    bindings: [
      binding("ml-leads", ["assets/read", "assets/approve"]),
      binding("on-call", ["assets/override"]),
      binding("ml-engineers", ["assets/write"]),
      binding("ml-engineers", ["assets/approve"], "data/"),
    ],
    ...overrides,
  };
}
