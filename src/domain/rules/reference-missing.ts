import { isSpec } from "../asset-layouts.ts";
import type { RegistrySettings, ReferenceUse } from "../registry.ts";
import {
  allReferences,
  creatorOf,
  isKnownAsset,
  isPublished,
  targetOf,
  type Target,
} from "../lookup.ts";
import type { Rule, RuleContext } from "./rule.ts";

export const referenceMissing: Rule = {
  id: "reference-missing",
  severity: "error",
  states:
    "A reference to this registry names an asset that exists and a version that is published or that this change creates.",

  *check(context) {
    const { settings } = context.registry;
    if (settings === undefined) return;
    for (const use of allReferences(context.registry)) {
      const target = targetOf(use, context.registry);
      const message = target === undefined ? undefined : problemOf(target, settings, context);
      if (message === undefined || isOtherKind(use)) continue;
      const violation = { message, at: use.place };
      yield isReleasedElsewhere(use, context) ? { ...violation, severity: "warning" } : violation;
    }
  },
};

/**
 * The tree of Azure/azureml-assets has the newest versions only: older ones are in the registry
 * that it was released to, which Cairn does not know before adoption.
 */
function isReleasedElsewhere({ place }: ReferenceUse, { registry, state }: RuleContext): boolean {
  if (state !== undefined || (registry.layouts ?? []).length === 0) return false;
  return (
    isSpec(place.path, registry) ||
    registry.jobs.some(({ document }) => document.path === place.path)
  );
}

/** `reference-form` says that already. */
function isOtherKind({ reference, kind }: ReferenceUse): boolean {
  return reference.type === "registry" && reference.kind !== kind;
}

function problemOf(
  { key, selector }: Target,
  settings: RegistrySettings,
  context: RuleContext,
): string | undefined {
  if (!isKnownAsset(key, context)) {
    return `There is no ${key} in this registry: correct the name, or name the registry that has it (azureml://registries/…).`;
  }
  if (selector.type === "default") return undefined;
  if (selector.type === "label") {
    const isLabel = selector.label === "latest" || settings.stages.includes(selector.label);
    return isLabel
      ? undefined
      : `There is no label "${selector.label}": write @latest, a stage, or a version.`;
  }
  const { version } = selector;
  if (isPublished(key, version, context) || creatorOf(key, version, context) !== undefined) {
    return undefined;
  }
  return `There is no version ${version} of ${key}, and this change does not create it.`;
}
