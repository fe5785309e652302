import { isJsonObject, type JsonValue } from "../../shared/json.ts";
import type { ManifestDocument, Registry } from "../registry.ts";
import type { Rule, Violation } from "./rule.ts";

export const registryPrimaryLocation: Rule = {
  id: "registry-primary-location",
  severity: "error",
  states: "The primary region is among the replicas, and no region is there twice.",

  *check({ registry }) {
    for (const document of registries(registry)) yield* checkRegions(document);
  },
};

/** Cairn's own settings and the manifests of Azure ML's registries say it in the same fields. */
function* registries({ settings, otherManifests }: Registry): Iterable<ManifestDocument> {
  if (settings !== undefined) yield settings.document;
  for (const { type, document } of otherManifests) {
    if (type === "azureml-registry" && document !== settings?.document) yield document;
  }
}

function* checkRegions(document: ManifestDocument): Iterable<Violation> {
  const { location, replication_locations: listed } = document.value;
  const replicas = Array.isArray(listed) ? listed : [];
  if (typeof location !== "string" || replicas.length === 0) return;
  const seen = new Set<string>();
  for (const [index, replica] of replicas.entries()) {
    const region = regionOf(replica);
    if (region === undefined) continue;
    const folded = fold(region);
    if (seen.has(folded)) {
      yield {
        message: `The region "${region}" is listed twice: remove one.`,
        at: document.placeOf(["replication_locations", index, "location"]),
      };
    }
    seen.add(folded);
  }
  if (seen.size > 0 && !seen.has(fold(location))) {
    yield {
      message: `The primary region "${location}" is not in replication_locations: add it there.`,
      at: document.placeOf(["location"]),
    };
  }
}

function regionOf(replica: JsonValue): string | undefined {
  const region = isJsonObject(replica) ? replica["location"] : undefined;
  return typeof region === "string" ? region : undefined;
}

/** Azure takes "East US" for eastus. */
function fold(region: string): string {
  return region.toLowerCase().replaceAll(" ", "");
}
