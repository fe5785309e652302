import { assetKinds } from "../domain/asset.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import {
  componentRole,
  deploymentRole,
  endpointRole,
  jobRole,
  type ManifestRole,
} from "./classify.ts";

/** What a manifest can be said to be when nothing in it says so. */
export const manifestKinds = [
  ...assetKinds,
  "endpoint",
  "deployment",
  "job",
  "schedule",
  "registry",
] as const;
export type ManifestKind = (typeof manifestKinds)[number];

export function isManifestKind(text: string): text is ManifestKind {
  return manifestKinds.some((kind) => kind === text);
}

/** What a file is when somebody says its kind; its content then decides between the schemas. */
export function roleOfManifestKind(
  kind: ManifestKind,
  value: JsonValue | undefined,
): ManifestRole | undefined {
  if (kind === "job") return jobRole(value);
  if (kind === "schedule") return { type: "schedule", schema: "schedule" };
  if (kind === "registry") {
    // Cairn's own registry.yaml has a format; Azure's resource of that name has none.
    const isOwn = isJsonObject(value) && "format" in value;
    return { type: "azureml-registry", schema: isOwn ? "registry" : "azureml-registry" };
  }
  if (kind === "endpoint" || kind === "deployment") {
    if (!isJsonObject(value)) return { type: kind, schema: kind };
    return kind === "endpoint" ? endpointRole(value) : deploymentRole(value);
  }
  return kind === "component" ? componentRole(value) : { type: "asset", kind, schema: kind };
}

/**
 * What a single file that somebody names must be meant as, where neither `$schema` nor the rules
 * for whole registries say it: by a word of its name, else by what only one kind has.
 */
export function guessRole(path: string, value: JsonValue | undefined): ManifestRole | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  // MLflow puts one beside each model.
  if (name === "python_env.yaml") return undefined;
  const words = name.replace(/\.ya?ml$/, "").split(/[^a-z]+/);
  const kind =
    kindWords.find(([word]) => words.includes(word))?.[1] ??
    (isJsonObject(value) ? kindOfContent(value) : undefined);
  return kind === undefined ? undefined : roleOfManifestKind(kind, value);
}

/** The first that is in a name decides: a `pipeline-component.yml` is a component. */
const kindWords: readonly (readonly [string, ManifestKind])[] = [
  ["component", "component"],
  ["deployment", "deployment"],
  ["endpoint", "endpoint"],
  ["schedule", "schedule"],
  ["registry", "registry"],
  ["environment", "environment"],
  ["env", "environment"],
  ["job", "job"],
  ["pipeline", "job"],
  ["model", "model"],
  ["data", "data"],
];

/** The first of these keys says it. */
const telling: readonly (readonly [ManifestKind, readonly string[]])[] = [
  ["deployment", ["endpoint_name", "code_configuration", "instance_count"]],
  ["endpoint", ["auth_mode", "traffic", "mirror_traffic"]],
  ["schedule", ["create_job", "create_monitor", "trigger"]],
  ["registry", ["replication_locations"]],
  ["job", ["search_space", "experiment_name", "settings", "compute"]],
];

function kindOfContent(value: JsonObject): ManifestKind | undefined {
  const has = (...keys: readonly string[]): boolean => keys.some((key) => key in value);
  const type = typeof value["type"] === "string" ? value["type"].toLowerCase() : "";
  const told = telling.find(([, keys]) => has(...keys))?.[0];
  if (told !== undefined) return told;
  if (/^(?:custom|mlflow|triton)_model$/.test(type)) return "model";
  if (/^(?:uri_file|uri_folder|mltable)$/.test(type)) return "data";
  if (has("command", "jobs", "task", "entry")) {
    if (has("version", "is_deterministic")) return "component";
    // Both may have a name: what is neither must be said.
    return has("name") ? undefined : "job";
  }
  return has("image", "build", "conda_file") ? "environment" : undefined;
}
