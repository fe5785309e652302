import type { JsonObject } from "../../shared/json.ts";
import type { GateName } from "../promotion/policy.ts";
import type { PromotionFacts } from "../promotion/facts.ts";

/** What one gate says. Reasons are sentences for people, and say what to do. */
export type GateVerdict =
  | { readonly outcome: "passed"; readonly reason: string }
  | { readonly outcome: "failed"; readonly reason: string }
  /** Time alone will turn it green, not before `until` (ISO 8601 in UTC; absent: nobody knows when). */
  | { readonly outcome: "waiting"; readonly reason: string; readonly until?: string };

/**
 * One rule that a promotion must pass: a pure function of a snapshot. Missing evidence fails.
 * `Settings` is what the gate's branch of the policy schema allows.
 */
export interface Gate<Settings extends object = JsonObject> {
  readonly name: GateName;
  /** One sentence: what it asks for. Starts its page in docs/gates/. */
  readonly states: string;
  /** Whether it also binds a rollback or withdrawal (approvals do, in their own form). */
  readonly bindsRollback: boolean;
  evaluate(settings: Settings, facts: PromotionFacts): GateVerdict;
}

/** A gate's verdict, and which rule asked for it. */
export type GateResult = GateVerdict & {
  readonly gate: GateName | "policy" | "override" | "landing";
  /** As `prod: models/**`, absent where no rule asked. */
  readonly rule?: string;
};
