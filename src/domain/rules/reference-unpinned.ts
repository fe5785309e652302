import { isSpec } from "../asset-layouts.ts";
import type { Rule } from "./rule.ts";

export const referenceUnpinned: Rule = {
  id: "reference-unpinned",
  severity: "error",
  states:
    "A versioned asset names exact versions, because its own version must always mean the same (references in registry.yaml).",

  *check({ registry }) {
    const { settings } = registry;
    if (settings === undefined) return;
    const isSaid = settings.document.value["references"] !== undefined;
    for (const { document, references } of registry.assets) {
      // Azure/azureml-assets resolves labels when it publishes, unless the registry wants it otherwise.
      const isResolved = !isSaid && isSpec(document.path, registry);
      const isPinned = settings.references === "pinned" && !isResolved;
      for (const { reference, text, place } of references) {
        if (reference.type === "external" || reference.selector.type === "version") continue;
        yield {
          message: isPinned
            ? `"${text}" does not say which version: write the version.`
            : `"${text}" does not say which version: it is resolved when this is published.`,
          at: place,
          severity: isPinned ? "error" : "warning",
        };
      }
    }
  },
};
