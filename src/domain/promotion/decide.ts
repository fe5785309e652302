import type { GateResult } from "../gates/gate.ts";
import type { PromotionFacts } from "./facts.ts";
import type { PromotionPolicy } from "./policy.ts";

/** What a stage file asks to skip, once: break glass (DESIGN 5). */
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

/** Not written yet: seam for the gates' author. */
export function decidePromotion(
  _facts: PromotionFacts,
  _policy: PromotionPolicy | undefined,
  _override: Override | undefined,
): PromotionDecision {
  return { outcome: "failed", results: [], until: undefined, overridden: [] };
}
