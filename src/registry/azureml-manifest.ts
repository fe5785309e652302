import type { Asset, LocalPath, ReferenceUse } from "../domain/registry.ts";
import { isJsonObject, type JsonObject } from "../shared/json.ts";
import { renderTemplates } from "./asset-layout/templates.ts";
import { besideKey, isBeside } from "./content-digest.ts";
import { writePortableYaml } from "./portable-yaml.ts";
import { replaceValues, type Replacement } from "./replace-values.ts";

export interface RenderOptions {
  readonly version: string;
  /** What stands for a reference from now on; as written when `undefined`. */
  resolveReference(use: ReferenceUse): string | undefined;
  /** Where a local path lies relative to the rendered file; as written when `undefined`. */
  resolvePath(path: LocalPath): string | undefined;
}

/**
 * `azureml.yaml` of a published version: the manifest with its version, references and paths
 * resolved, ready for `az ml … create`. Keys keep their order; YAML 1.1 readers (PyYAML) see the
 * same values.
 */
export function renderAzuremlManifest(asset: Asset, options: RenderOptions): string {
  const rendered = withTemplates(asset.document.value, options.version);
  const replacements: Replacement[] = [];
  for (const use of asset.references) {
    const value = options.resolveReference(use);
    if (value !== undefined) replacements.push({ pointer: use.pointer, value });
  }
  for (const path of asset.localPaths) {
    const value = options.resolvePath(path);
    if (value === undefined) continue;
    if (isModelOfLayout(path)) replacements.push({ pointer: ["path"], value });
    else if (!isBeside(path)) replacements.push({ pointer: path.pointer, value });
  }
  return writePortableYaml(replaceValues(withVersion(rendered, options.version), replacements));
}

/** In the layout of Azure/azureml-assets model.yaml says where a model is; the spec has a stand-in. */
function isModelOfLayout({ pointer }: LocalPath): boolean {
  return JSON.stringify(pointer) === JSON.stringify([besideKey, "path", "uri"]);
}

/** Specs of asset.yaml name their version in templates, which only now have a value. */
function withTemplates(value: JsonObject, version: string): JsonObject {
  const values = new Map([["asset.version", version]]);
  const rendered = renderTemplates(value, { values, later: new Set() });
  return isJsonObject(rendered) ? rendered : value;
}

/** The version stands where the manifest had it, else behind the name. */
function withVersion(value: JsonObject, version: string): JsonObject {
  if ("version" in value) return { ...value, version };
  const entries = Object.entries(value);
  const at = entries.findIndex(([key]) => key === "name") + 1;
  return Object.fromEntries([...entries.slice(0, at), ["version", version], ...entries.slice(at)]);
}
