import { judgedLayouts } from "../asset-layouts.ts";
import type { Rule } from "./rule.ts";

export const azuremlAssetsEnvironmentVersion: Rule = {
  id: "azureml-assets-environment-version",
  severity: "error",
  states: "The version of an environment is auto: a new image makes a new one.",

  *check({ registry }) {
    for (const { document, type, isAuto } of judgedLayouts(registry)) {
      if (type !== "environment" || isAuto) continue;
      yield {
        message: "The version of an environment must be auto: write version: auto.",
        at: document.placeOf(["version"]),
        fix: { type: "set", pointer: ["version"], value: "auto" },
      };
    }
  },
};
