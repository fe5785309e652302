import type { Rule } from "./rule.ts";

export const stageFollows: Rule = {
  id: "stage-follows",
  severity: "error",
  states: "A stage that follows has no stage files.",

  *check({ registry }) {
    const followed = registry.settings?.followedStages ?? [];
    for (const { stage, document } of registry.stageFiles) {
      if (!followed.includes(stage)) continue;
      yield {
        message: `${stage} follows latest and takes every new version by itself: remove this file.`,
        at: { path: document.path },
      };
    }
  },
};
