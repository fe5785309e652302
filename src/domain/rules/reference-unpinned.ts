import { isSpec } from "../asset-layouts.ts";
import type { Rule } from "./rule.ts";

export const referenceUnpinned: Rule = {
  id: "reference-unpinned",
  severity: "error",
  states:
    "A versioned asset names exact versions, because its own version must always mean the same (references in registry.yaml).",

  *check({ registry }) {
    const { settings } = registry;
    // On its own a manifest is Azure ML's matter, which takes whatever is newest on the day.
    const isSaid = settings === undefined || settings.document.value["references"] !== undefined;
    for (const { document, references } of registry.assets) {
      // Azure/azureml-assets resolves labels when it publishes, unless the registry wants it otherwise.
      const isResolved = !isSaid && isSpec(document.path, registry);
      const isPinned = settings?.references === "pinned" && !isResolved;
      for (const { reference, text, place } of references) {
        if (reference.type === "external" || reference.selector.type === "version") continue;
        const advice =
          isPinned || settings === undefined
            ? "write the version"
            : "it is resolved when this is published";
        yield {
          message: `"${text}" does not say which version: ${advice}.`,
          at: place,
          severity: isPinned ? "error" : "warning",
        };
      }
    }
  },
};
