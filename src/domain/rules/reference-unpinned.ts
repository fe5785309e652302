import type { Rule } from "./rule.ts";

export const referenceUnpinned: Rule = {
  id: "reference-unpinned",
  severity: "error",
  states:
    "A versioned asset names exact versions, because its own version must always mean the same (references in registry.yaml).",

  *check({ registry }) {
    const { settings } = registry;
    if (settings === undefined) return;
    for (const { references } of registry.assets) {
      for (const { reference, text, place } of references) {
        if (reference.type === "external" || reference.selector.type === "version") continue;
        const isPinned = settings.references === "pinned";
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
