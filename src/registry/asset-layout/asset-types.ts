import { assetKinds, type AssetKind } from "../../domain/asset.ts";
import type { JsonObject } from "../../shared/json.ts";

/** The types of asset.yaml beyond the kinds that Cairn versions. */
const otherTypes: ReadonlySet<string> = new Set([
  "prompt",
  "evaluationresult",
  "evaluator",
  "benchmarkspec",
  "modelproperties",
  "agentblueprint",
  "agentmanifest",
  "apptemplate",
  "deploymenttemplate",
  "skill",
]);

export function kindOfType(type: string | undefined): AssetKind | undefined {
  return assetKinds.find((kind) => kind === type);
}

export function isKnownType(type: string): boolean {
  return kindOfType(type) !== undefined || otherTypes.has(type);
}

/** Whether the content of a file called asset.yaml is that of the layout, perhaps an incomplete one. */
export function isLayout(value: JsonObject): boolean {
  if (typeof value["spec"] === "string") return true;
  const { type } = value;
  return typeof type === "string" && ("spec" in value || isKnownType(type));
}
