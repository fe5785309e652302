import { allReferences, isCurated, isOwnRegistry } from "../lookup.ts";
import { isArtifact } from "../reference.ts";
import type { Rule } from "./rule.ts";

export const externalReference: Rule = {
  id: "external-reference",
  severity: "info",
  states:
    "References to other registries and workspaces are pointed out: nobody here can check them.",

  *check({ registry }) {
    if (registry.settings === undefined) return;
    for (const use of allReferences(registry)) {
      const { reference, text, place } = use;
      const isElsewhere =
        isCurated(use, registry) ||
        (reference.type === "registry"
          ? !isOwnRegistry(reference.registry, registry)
          : reference.type === "external" && !isArtifact(reference.uri));
      if (isElsewhere)
        yield { message: `"${text}" lies elsewhere and was not checked.`, at: place };
    }
  },
};
