import { pluralOfKind } from "../asset.ts";
import { allReferences } from "../lookup.ts";
import type { Rule } from "./rule.ts";

/** Reading reports the references that cannot be parsed under the same id. */
export const referenceForm: Rule = {
  id: "reference-form",
  severity: "error",
  states: "A reference has one of Azure ML's forms and names the kind of asset its field asks for.",

  *check({ registry }) {
    for (const { reference, kind, text, place } of allReferences(registry)) {
      if (reference.type !== "registry" || reference.kind === kind) continue;
      yield {
        message: `"${text}" names ${pluralOfKind[reference.kind]}, and this must be ${pluralOfKind[kind]}.`,
        at: place,
      };
    }
  },
};
