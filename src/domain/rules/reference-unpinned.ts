import { isSpec } from "../asset-layouts.ts";
import type { ReferenceUse, Registry } from "../registry.ts";
import type { Rule } from "./rule.ts";

export const referenceUnpinned: Rule = {
  id: "reference-unpinned",
  severity: "error",
  states:
    "A versioned asset names exact versions, because its own version must always mean the same (references in registry.yaml).",

  *check({ registry }) {
    for (const { document, references } of registry.assets) {
      const isPinned = mustPin(document.path, registry);
      for (const use of references) {
        if (isPinned === undefined ? !isWithoutAll(use) : isExact(use)) continue;
        const advice =
          isPinned === false ? "it is resolved when this is published" : "write the version";
        yield {
          message: `"${use.text}" does not say which version: ${advice}.`,
          at: use.place,
          severity: isPinned === true ? "error" : "warning",
        };
      }
    }
  },
};

/** Undefined for a manifest on its own. */
function mustPin(path: string, registry: Registry): boolean | undefined {
  const { settings } = registry;
  if (settings === undefined) return undefined;
  // Azure/azureml-assets resolves labels when it publishes, unless the registry wants it otherwise.
  const isSaid = settings.document.value["references"] !== undefined;
  return settings.references === "pinned" && (isSaid || !isSpec(path, registry));
}

function isExact({ reference }: ReferenceUse): boolean {
  return reference.type === "external" || reference.selector.type === "version";
}

/** Azure ML knows `latest`, and calls it deprecated to say nothing at all. */
function isWithoutAll({ reference }: ReferenceUse): boolean {
  return reference.type !== "external" && reference.selector.type === "default";
}
