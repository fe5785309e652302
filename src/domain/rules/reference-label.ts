import { allReferences, isOwnRegistry } from "../lookup.ts";
import type { ReferenceUse, Registry } from "../registry.ts";
import type { Rule } from "./rule.ts";

export const referenceLabel: Rule = {
  id: "reference-label",
  severity: "warning",
  states: "A reference uses no label but latest: nobody can make others in Azure ML.",

  *check({ registry }) {
    for (const use of allReferences(registry)) {
      const label = labelOf(use);
      if (label === undefined || label === "latest" || isChecked(use, registry)) continue;
      yield {
        message: `Azure ML knows no label but latest, so that "${use.text}" finds nothing there: write a version or latest.`,
        at: use.place,
      };
    }
  },
};

function labelOf({ reference }: ReferenceUse): string | undefined {
  if (reference.type === "external" || reference.selector.type !== "label") return undefined;
  return reference.selector.label;
}

/** In a registry of Cairn its own labels are stages, and `reference-missing` knows them. */
function isChecked({ reference }: ReferenceUse, registry: Registry): boolean {
  if (registry.settings === undefined) return false;
  return reference.type !== "registry" || isOwnRegistry(reference.registry, registry);
}
