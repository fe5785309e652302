import type { JsonObject } from "../../shared/json.ts";
import type { Place } from "../finding.ts";

/** Every gate that a policy may name (schemas/promotion-policy.schema.json). */
export const gateNames = [
  "order",
  "soak",
  "approvals",
  "metrics",
  "fields",
  "dependencies",
  "checks",
  "window",
  "freeze",
  "scan",
  "signature",
] as const;
export type GateName = (typeof gateNames)[number];

/** `policies/promotion.yaml`: what a version must pass to enter a stage. */
export interface PromotionPolicy {
  readonly rules: readonly PromotionRule[];
  readonly automatic: readonly AutomaticRule[];
}

/** All rules that match a stage and an asset apply; each gate of each must pass. */
export interface PromotionRule {
  readonly stage: string;
  /** As written, for people. */
  readonly assets: readonly string[];
  /** Whether its globs take this asset (`models/taxi-fare`). */
  selects(asset: string): boolean;
  /** Gate to its settings, as the schema allows them. */
  readonly gates: Readonly<Partial<Record<GateName, JsonObject>>>;
  readonly rollback: { readonly approvals: ApprovalsSettings } | undefined;
  /** The rule as written: approvals are bound to it. */
  readonly source: JsonObject;
  readonly place: Place;
}

export interface AutomaticRule {
  readonly from: string;
  readonly to: string;
  selects(asset: string): boolean;
  readonly merge: "when-gates-pass" | "manual";
}

export interface ApprovalsSettings {
  readonly count: number;
  /** Roles whose approvals count; whoever may approve the asset when absent. */
  readonly from?: readonly string[];
  readonly author?: "allowed" | "excluded";
}

/** `policies/access.yaml`: who people are, which roles they have, what the roles may do. */
export interface AccessPolicy {
  readonly people: readonly Person[];
  /** Role to the ids of its people and the teams of the host (`team:ml-leads`), as written. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
  readonly bindings: readonly Binding[];
  /** Who is in these teams, as the host said; absent where nobody asked: then nobody is. */
  readonly teams?: Teams;
}

/** A team of the pull-request host, as the host told it at one moment. */
export interface Team {
  /** Names on the host, in lower case. */
  readonly members: ReadonlySet<string>;
  /** Why nobody is in it, as `there is no such team`; absent when somebody is. */
  readonly problem: string | undefined;
}

/** By the name that the policy uses, in lower case. */
export type Teams = ReadonlyMap<string, Team>;

export interface Person {
  /** The short name that the policy uses: `ann`. Of others in a team `github:ann-contoso`. */
  readonly id: string;
  readonly name: string | undefined;
  readonly github: string | undefined;
  readonly emails: readonly string[];
  /** `ssh-ed25519 AAAA…`, without a comment. When there is one, only what it signed is this person's. */
  readonly signingKeys: readonly string[];
}

export type Permission = "assets/read" | "assets/write" | "assets/approve" | "assets/override";

export interface Binding {
  readonly role: string;
  readonly can: readonly Permission[];
  selects(asset: string): boolean;
  /** As written: approvals are bound to it. */
  readonly source: JsonObject;
}

/** The role that may change policies/, workspaces/ and registry.yaml. */
export const policyOwnersRole = "policy-owners";

/** What a registry says about promotion; a file that is absent or broken says nothing. */
export interface Policies {
  readonly promotion: PromotionPolicy | undefined;
  readonly access: AccessPolicy | undefined;
}

/** What nobody said is denied. */
export const noPolicies: Policies = { promotion: undefined, access: undefined };
