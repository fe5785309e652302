import type { PromotionFacts, Stay } from "../promotion/facts.ts";

/** The stage that a version must come through; `first` when there is none, absent when the stage is unknown. */
export function stageBefore({ stage, stages }: PromotionFacts): StageBefore | undefined {
  const index = stages.indexOf(stage);
  if (index < 0) return undefined;
  const before = stages[index - 1];
  return before === undefined ? { isFirst: true } : { isFirst: false, name: before };
}

export type StageBefore =
  | { readonly isFirst: true }
  | { readonly isFirst: false; readonly name: string };

/** When this version ran in a stage. A stage may be called `constructor`: only own keys count. */
export function staysOfVersion(facts: PromotionFacts, stage: string): readonly Stay[] {
  const stays = Object.hasOwn(facts.history, stage) ? facts.history[stage] : undefined;
  return (stays ?? []).filter(({ version }) => version === facts.version);
}

/** A sentence for a stage that the registry does not have: nothing can be known about it. */
export function unknownStage({ stage, stages }: PromotionFacts): string {
  return `This registry has no stage ${stage}: its stages are ${stages.join(", ") || "not known"}.`;
}
