import type { Rule } from "./rule.ts";

export const overrideVersion: Rule = {
  id: "override-version",
  severity: "error",
  states: "An override is for the version that its stage file names.",

  *check({ registry }) {
    for (const { override, version, document, isBroken } of registry.stageFiles) {
      if (isBroken || override === undefined || override.version === version) continue;
      yield {
        message: `The override is for version ${override.version} and this file names ${version}: write the same version, or remove the override.`,
        at: document.placeOf(["override", "version"]),
      };
    }
  },
};
