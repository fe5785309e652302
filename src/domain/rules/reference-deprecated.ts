import { allReferences, manifestsOf, targetOf } from "../lookup.ts";
import type { Rule } from "./rule.ts";

export const referenceDeprecated: Rule = {
  id: "reference-deprecated",
  severity: "warning",
  states: "Nothing refers to deprecated versions.",

  *check({ registry }) {
    for (const use of allReferences(registry)) {
      const target = targetOf(use, registry);
      if (target?.selector.type !== "version") continue;
      const { version } = target.selector;
      for (const { metadata } of manifestsOf(target.key, registry)) {
        const deprecated = metadata?.versions.get(version)?.deprecated;
        if (deprecated === undefined) continue;
        const { reason, successor } = deprecated;
        const advice = successor === undefined ? "" : ` Use ${successor}.`;
        yield {
          message: `${target.key} ${version} is deprecated (${reason}).${advice}`,
          at: use.place,
        };
      }
    }
  },
};
