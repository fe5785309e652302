import {
  type AccessPolicy,
  type AutomaticRule,
  type Binding,
  type Permission,
  type Person,
  type Policies,
  type PromotionPolicy,
  type PromotionRule,
} from "../../src/domain/promotion/policy.ts";
import type { ManifestDocument } from "../../src/domain/registry.ts";
import { compileGlobs } from "../../src/registry/glob.ts";

/** `policies/access.yaml` in few words. */
export interface AccessSpec {
  /** Person to e-mail addresses. */
  readonly people: Readonly<Record<string, readonly string[]>>;
  /** Person to account on the host. */
  readonly logins?: Readonly<Record<string, string>>;
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly bindings: readonly {
    readonly role: string;
    readonly can: readonly Permission[];
    readonly on: readonly string[];
  }[];
}

/** One rule of `policies/promotion.yaml`, as it is written there. */
export interface RuleSpec {
  readonly stage: string;
  readonly assets: readonly string[];
  readonly gates: PromotionRule["gates"];
  readonly rollback?: PromotionRule["rollback"];
}

/** One automatic rule of `policies/promotion.yaml`. */
export interface AutomaticSpec {
  readonly from: string;
  readonly to: string;
  readonly assets: readonly string[];
  readonly merge: AutomaticRule["merge"];
}

export interface PoliciesSpec {
  readonly rules?: readonly RuleSpec[];
  readonly access?: AccessSpec;
}

export function policyFiles({ rules, access }: PoliciesSpec): Record<string, string> {
  return {
    ...(rules === undefined ? {} : { "policies/promotion.yaml": JSON.stringify({ rules }) }),
    ...(access === undefined ? {} : { "policies/access.yaml": JSON.stringify(access) }),
  };
}

/** Reads what `policyFiles` wrote; a file that is marked as broken says nothing. */
export function memoryPolicies(documents: readonly ManifestDocument[]): Policies {
  const find = (path: string): ManifestDocument | undefined =>
    documents.find((document) => document.path === path && document.value["isBroken"] !== true);
  const promotion = find("policies/promotion.yaml");
  const access = find("policies/access.yaml");
  return {
    promotion: promotion === undefined ? undefined : toPromotion(promotion),
    access: access === undefined ? undefined : toAccess(access),
  };
}

function toPromotion(document: ManifestDocument): PromotionPolicy {
  const rules = document.value["rules"] as unknown as readonly RuleSpec[];
  const automatic = (document.value["automatic"] ?? []) as unknown as readonly AutomaticSpec[];
  return {
    rules: rules.map(({ stage, assets, gates, rollback }, index) => ({
      stage,
      assets,
      selects: compileGlobs(assets),
      gates,
      rollback,
      source: { stage, assets: [...assets], gates },
      place: document.placeOf(["rules", index]),
    })),
    automatic: automatic.map(({ from, to, assets, merge }) => ({
      from,
      to,
      merge,
      selects: compileGlobs(assets),
    })),
  };
}

function toAccess({ value }: ManifestDocument): AccessPolicy {
  const { people, logins = {}, roles, bindings } = value as unknown as AccessSpec;
  return {
    people: Object.entries(people).map(([id, emails]): Person => ({
      id,
      name: id,
      github: logins[id],
      emails,
      signingKeys: [],
    })),
    roles: new Map(Object.entries(roles)),
    bindings: bindings.map(({ role, can, on }): Binding => ({
      role,
      can,
      selects: compileGlobs(on),
      source: { role, can: [...can], on: [...on] },
    })),
  };
}
