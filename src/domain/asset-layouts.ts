import type { Place } from "./finding.ts";
import type { AssetLayout, Registry } from "./registry.ts";

/** The name of the optional rules, in `rules` of registry.yaml. */
const azuremlAssetsRules = "azureml-assets";

/** Every asset.yaml, if the registry asks for the rules of Azure/azureml-assets. */
export function judgedLayouts({ settings, layouts = [] }: Registry): readonly AssetLayout[] {
  return settings?.ruleSets.includes(azuremlAssetsRules) === true ? layouts : [];
}

const specs = new WeakMap<Registry, ReadonlySet<string>>();

/** Whether the manifest at this path is the spec of an asset.yaml. */
export function isSpec(path: string, registry: Registry): boolean {
  if (registry.layouts === undefined || registry.layouts.length === 0) return false;
  const known = specs.get(registry) ?? specPaths(registry);
  specs.set(registry, known);
  return known.has(path);
}

function specPaths({ layouts = [] }: Registry): ReadonlySet<string> {
  return new Set(layouts.flatMap(({ spec }) => (spec === undefined ? [] : [spec.path])));
}

/** Where the name of an asset is written. */
export function placeOfName({ document, spec }: AssetLayout): Place {
  const isOwn = document.value["name"] !== undefined || spec === undefined;
  return (isOwn ? document : spec).placeOf(["name"]);
}
