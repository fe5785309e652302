import type { Gate } from "./gate.ts";
import { stageBefore, staysOfVersion, unknownStage } from "./stage-history.ts";

export const order: Gate = {
  name: "order",
  states: "The version was accepted in the stage before.",
  bindsRollback: false,

  evaluate(_settings, facts) {
    const before = stageBefore(facts);
    if (before === undefined) return { outcome: "failed", reason: unknownStage(facts) };
    if (before.isFirst) {
      return { outcome: "passed", reason: `${facts.stage} is the first stage.` };
    }
    const { asset, version } = facts;
    const first = staysOfVersion(facts, before.name)[0];
    if (first === undefined) {
      return {
        outcome: "failed",
        reason: `Version ${version} of ${asset} was never accepted in ${before.name}: promote it to ${before.name} first.`,
      };
    }
    return {
      outcome: "passed",
      reason: `Version ${version} was accepted in ${before.name} on ${first.since}.`,
    };
  },
};
