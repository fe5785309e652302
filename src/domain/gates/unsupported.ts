import type { GateName } from "../promotion/policy.ts";
import type { Gate } from "./gate.ts";

/** A policy may name what this Cairn cannot check: then nothing enters, rather than everything. */
function unsupported(name: GateName, states: string): Gate {
  return {
    name,
    states,
    bindsRollback: false,
    evaluate: () => ({
      outcome: "failed",
      reason: `This Cairn cannot check the gate ${name} yet: take it out of the rule in policies/promotion.yaml, or override it.`,
    }),
  };
}

export const scan: Gate = unsupported("scan", "No file runs code when it is loaded.");
export const signature: Gate = unsupported(
  "signature",
  "The files carry a model signature by one of these keys.",
);
