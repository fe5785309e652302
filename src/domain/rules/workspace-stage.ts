import type { Rule } from "./rule.ts";

export const workspaceStage: Rule = {
  id: "workspace-stage",
  severity: "error",
  states: "A workspace follows a stage that registry.yaml names.",

  *check({ registry }) {
    const { settings } = registry;
    if (settings === undefined) return;
    for (const { stage, document, isBroken } of registry.workspaces) {
      if (isBroken || settings.stages.includes(stage)) continue;
      yield {
        message: `There is no stage "${stage}": this registry has ${settings.stages.join(", ")}.`,
        at: document.placeOf(["stage"]),
      };
    }
  },
};
