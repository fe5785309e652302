import type { Dependency, PromotionFacts } from "../promotion/facts.ts";
import type { Gate } from "./gate.ts";
import { unknownStage } from "./stage-history.ts";

export const dependencies: Gate = {
  name: "dependencies",
  states:
    "What the asset refers to was accepted in this stage or a later one, exactly that version.",
  bindsRollback: false,

  evaluate(_settings, facts) {
    const { stage, stages } = facts;
    const index = stages.indexOf(stage);
    if (index < 0) return { outcome: "failed", reason: unknownStage(facts) };
    const enough = new Set(stages.slice(index));
    const isReady = ({ isAlongside, acceptedIn }: Dependency) =>
      isAlongside || acceptedIn.some((accepted) => enough.has(accepted));
    const missing = facts.dependencies.filter((dependency) => !isReady(dependency));
    if (missing.length > 0) {
      return {
        outcome: "failed",
        reason: `${missing.map(describe).join(", ")} ${missing.length === 1 ? "is" : "are"} not accepted in ${stage}: promote ${missing.length === 1 ? "it" : "them"} first, or in the same pull request.`,
      };
    }
    return { outcome: "passed", reason: allReady(facts) };
  },
};

function describe({ asset, version, acceptedIn }: Dependency): string {
  const where = acceptedIn.length === 0 ? "no stage" : acceptedIn.join(", ");
  return `${asset}@${version} (accepted in ${where})`;
}

function allReady({ dependencies: list, stage }: PromotionFacts): string {
  if (list.length === 0) return "It refers to nothing in this registry.";
  const names = list.map(({ asset, version }) => `${asset}@${version}`).join(", ");
  return `Accepted in ${stage} or later, or alongside: ${names}.`;
}
