import type { Rule } from "./rule.ts";

export const stageUnknown: Rule = {
  id: "stage-unknown",
  severity: "error",
  states: "Stage files and followed stages are of stages that registry.yaml names.",

  *check({ registry }) {
    const { settings } = registry;
    if (settings === undefined) return;
    const known = settings.stages.join(", ");
    for (const { stage, document } of registry.stageFiles) {
      if (settings.stages.includes(stage)) continue;
      yield {
        message: `There is no stage "${stage}": this registry has ${known}.`,
        at: { path: document.path },
      };
    }
    for (const stage of settings.followedStages) {
      if (settings.stages.includes(stage)) continue;
      yield {
        message: `"follow" names the stage "${stage}": this registry has ${known}.`,
        at: settings.document.placeOf(["follow", stage]),
      };
    }
  },
};
