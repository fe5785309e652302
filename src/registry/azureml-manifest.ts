import type { Asset, LocalPath, ReferenceUse } from "../domain/registry.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { renderTemplates } from "./asset-layout/templates.ts";
import { besideKey, replaceAt } from "./content-digest.ts";
import { writePortableYaml } from "./portable-yaml.ts";

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
  let value: JsonValue = withVersion(rendered, options.version);
  for (const use of asset.references) {
    const resolved = options.resolveReference(use);
    if (resolved !== undefined) value = replaceAt(value, use.pointer, resolved);
  }
  for (const path of asset.localPaths) {
    const resolved = options.resolvePath(path);
    if (resolved !== undefined) value = replaceAt(value, path.pointer, resolved);
  }
  const resolvedValue = isJsonObject(value) ? value : {};
  const model = asset.localPaths.find(isModelOfLayout);
  const path = model === undefined ? undefined : options.resolvePath(model);
  return writePortableYaml(path === undefined ? resolvedValue : { ...resolvedValue, path });
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
