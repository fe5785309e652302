import { pluralOfKind } from "../asset.ts";
import { allReferences } from "../lookup.ts";
import { isArtifact, pluralOfExternal } from "../reference.ts";
import type { ReferenceUse } from "../registry.ts";
import type { Rule } from "./rule.ts";

/** Reading reports the references that cannot be parsed under the same id. */
export const referenceForm: Rule = {
  id: "reference-form",
  severity: "error",
  states: "A reference has one of Azure ML's forms and names the kind of asset its field asks for.",
  isFixed: true,

  *check({ registry }) {
    for (const use of allReferences(registry)) {
      const named = otherKind(use);
      if (named === undefined) continue;
      const violation = {
        message: `"${use.text}" names ${named}, and this must be ${pluralOfKind[use.kind]}.`,
        at: use.place,
      };
      yield isInput(use) ? { ...violation, severity: "warning" } : violation;
    }
  },
};

/** What a job is given is mounted, whatever it is called: only its type may not fit. */
function isInput({ pointer, kind }: ReferenceUse): boolean {
  return pointer.includes("inputs") && (kind === "data" || kind === "model");
}

/** What a reference names, if that cannot be what its field asks for. */
function otherKind({ reference, kind }: ReferenceUse): string | undefined {
  if (reference.type === "local") return undefined;
  if (reference.type === "registry") {
    return reference.kind === kind ? undefined : pluralOfKind[reference.kind];
  }
  const { uri } = reference;
  if (isArtifact(uri)) {
    // Models and data may be taken from where they were written.
    return kind === "environment" || kind === "component" ? "a place in a store" : undefined;
  }
  const plural = pluralOfExternal(uri);
  return plural === undefined || plural === pluralOfKind[kind] ? undefined : plural;
}
