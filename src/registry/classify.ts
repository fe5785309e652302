import { isLayout } from "./asset-layout/asset-types.ts";
import { assetKinds, kindOfPlural, type AssetKind } from "../domain/asset.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import type { SchemaName } from "./schema/schemas.ts";

/** What a YAML file is to the registry. */
export type ManifestRole =
  | { readonly type: "asset"; readonly kind: AssetKind; readonly schema: SchemaName }
  | {
      readonly type: "endpoint" | "deployment" | "azureml-registry" | "job" | "schedule";
      readonly schema: SchemaName;
    }
  | { readonly type: "asset-layout" }
  /** Azure ML knows it and Cairn does not check it. */
  | { readonly type: "not-checked"; readonly name: string };

const rolesBySchema: Readonly<Record<string, ManifestRole>> = {
  "model.schema.json": { type: "asset", kind: "model", schema: "model" },
  "environment.schema.json": { type: "asset", kind: "environment", schema: "environment" },
  "data.schema.json": { type: "asset", kind: "data", schema: "data" },
  "managedonlineendpoint.schema.json": { type: "endpoint", schema: "endpoint" },
  "kubernetesonlineendpoint.schema.json": { type: "endpoint", schema: "endpoint" },
  "endpoint.schema.json": { type: "endpoint", schema: "endpoint" },
  "batchendpoint.schema.json": { type: "endpoint", schema: "batch-endpoint" },
  "managedonlinedeployment.schema.json": { type: "deployment", schema: "deployment" },
  "kubernetesonlinedeployment.schema.json": { type: "deployment", schema: "deployment" },
  "deployment.schema.json": { type: "deployment", schema: "deployment" },
  "schedule.schema.json": { type: "schedule", schema: "schedule" },
  "batchdeployment.schema.json": { type: "deployment", schema: "batch-deployment" },
  "modelbatchdeployment.schema.json": { type: "deployment", schema: "batch-deployment" },
  "pipelinecomponentbatchdeployment.schema.json": {
    type: "deployment",
    schema: "batch-deployment",
  },
  "registry.schema.json": { type: "azureml-registry", schema: "azureml-registry" },
};

/** Names of Azure ML's other schemas, whatever host they are on. */
const otherSchemas =
  /^(?:[a-z]+component|[a-z]*deployment|dataimport|run|flow|compute|workspace|datastore|amlcompute|computeinstance|featurestore|featureset|featurestoreentity|workspaceconnection|connection|[a-z]+compute|azure[a-z0-9]+|hub|project)(?:\.schema)?\.json$/;

const componentUrl = /^(?:command|parallel|pipeline|spark)component\.schema\.json$/;

/** The last segment of `$schema`, found without parsing; only the start of a file is looked at. */
export function schemaHintOf(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 64 * 1024)).toString("latin1");
  // A byte order mark may stand before the first line; a finding says so.
  const match =
    /^(?:\u00ef\u00bb\u00bf)?[^\S\n]*(?:["']?)\$schema["']?[^\S\n]*:[^\S\n]*["']?([^\s"'#]{1,1000})/m.exec(
      head,
    );
  return match?.[1];
}

const manifestStem =
  /^(?:asset|model|environment|env|component|data|endpoint|deployment|registry)\.ya?ml$/;

/** Whether the path alone is reason enough to parse a file. */
export function looksLikeManifest(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (manifestStem.test(name) || /\.(?:meta|lock)\.ya?ml$/.test(name)) return true;
  if (/^(?:policies|workspaces|stages|jobs|endpoints)\//.test(path)) return true;
  return folderKind(path) !== undefined;
}

/** The first sign that says what a file is. */
export function classifyManifest(
  path: string,
  value: JsonValue | undefined,
  schemaHint: string | undefined,
): ManifestRole | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (/^asset\.ya?ml$/.test(name) && isJsonObject(value) && isLayout(value)) {
    return { type: "asset-layout" };
  }
  const schema = isJsonObject(value) ? value["$schema"] : schemaHint;
  if (typeof schema === "string") return roleOfSchema(schema, value);
  if (value === undefined || !isJsonObject(value)) return undefined;
  return roleOfStem(name, value) ?? roleOfFolder(path, value);
}

/**
 * Azure ML's client goes by `type`, whatever `$schema` says; a job without one is a command. A type
 * that Azure ML does not know is checked as a command too, whose schema says so.
 */
export function jobRole(value: JsonValue | undefined): ManifestRole {
  const name = typeOf(value) ?? "command";
  if (otherJobs.has(name)) return { type: "not-checked", name: `job of type ${name}` };
  const schema = jobSchemas.find((candidate) => candidate === `${name}-job`);
  return { type: "job", schema: schema ?? "command-job" };
}

const jobSchemas = ["pipeline-job", "command-job", "sweep-job", "spark-job", "automl-job"] as const;
const otherJobs: ReadonlySet<string> = new Set(["import", "finetuning", "distillation"]);

/** Components too go by `type`; without one it is a command, or a pipeline if it has steps. */
export function componentRole(value: JsonValue | undefined): ManifestRole {
  const type = typeOf(value);
  if (type !== undefined && otherComponents.has(type)) {
    return { type: "not-checked", name: `component of type ${type}` };
  }
  const hasSteps = isJsonObject(value) && "jobs" in value;
  const name = type ?? (hasSteps ? "pipeline" : "command");
  const schema = componentSchemas.find((candidate) => candidate === `${name}-component`);
  return { type: "asset", kind: "component", schema: schema ?? "command-component" };
}

const componentSchemas = [
  "command-component",
  "parallel-component",
  "pipeline-component",
  "spark-component",
] as const;
const otherComponents: ReadonlySet<string> = new Set(["import", "data_transfer", "automl"]);

function typeOf(value: JsonValue | undefined): string | undefined {
  const type = isJsonObject(value) ? value["type"] : undefined;
  return typeof type === "string" ? type.toLowerCase() : undefined;
}

/** What an endpoint is: by its `$schema`, else by what only endpoints of its kind have. */
export function endpointRole(value: JsonObject): ManifestRole {
  const named = roleNamed(value, "endpoint");
  if (named !== undefined) return named;
  const isBatch = "defaults" in value && !["traffic", "compute"].some((key) => key in value);
  return { type: "endpoint", schema: isBatch ? "batch-endpoint" : "endpoint" };
}

/** What a deployment is: by its `$schema`, by `type`, else by what only batch deployments have. */
export function deploymentRole(value: JsonObject): ManifestRole {
  const named = roleNamed(value, "deployment");
  if (named !== undefined) return named;
  const type = typeof value["type"] === "string" ? value["type"].toLowerCase() : "";
  const isBatch =
    ["model", "pipeline"].includes(type) ||
    (!["managed", "kubernetes"].includes(type) &&
      !("instance_type" in value) &&
      batchKeys.some((key) => key in value));
  return { type: "deployment", schema: isBatch ? "batch-deployment" : "deployment" };
}

const batchKeys = [
  "component",
  "compute",
  "error_threshold",
  "job_definition",
  "logging_level",
  "max_concurrency_per_instance",
  "mini_batch_size",
  "output_action",
  "output_file_name",
  "retry_settings",
  "settings",
] as const;

function roleNamed(value: JsonObject, type: "endpoint" | "deployment"): ManifestRole | undefined {
  const schema = value["$schema"];
  const role = typeof schema === "string" ? roleOfSchema(schema, value) : undefined;
  return role?.type === type ? role : undefined;
}

function roleOfSchema(url: string, value: JsonValue | undefined): ManifestRole | undefined {
  const name = url.slice(url.lastIndexOf("/") + 1);
  const plain = plainName(name, url);
  const role = Object.hasOwn(rolesBySchema, plain) ? rolesBySchema[plain] : undefined;
  if (role !== undefined) return role;
  if (plain.endsWith("job.schema.json")) return jobRole(value);
  if (componentUrl.test(plain)) return componentRole(value);
  const isAzures = url.includes("azuremlschemas") || otherSchemas.test(plain);
  return isAzures ? { type: "not-checked", name } : undefined;
}

/** `CommandJob.schema.json`, `command-job.schema.json` and the old `sdk-2-0/CommandJob.json` are one. */
function plainName(name: string, url: string): string {
  const plain = name.toLowerCase().replaceAll("-", "");
  const isOld = url.includes("azureml/sdk-2-0/") && !plain.endsWith(".schema.json");
  return isOld ? plain.replace(/\.json$/, ".schema.json") : plain;
}

function roleOfStem(name: string, value: JsonObject): ManifestRole | undefined {
  const stem = name.replace(/\.ya?ml$/, "");
  const kind = stem === "env" ? "environment" : assetKinds.find((kind) => kind === stem);
  if (kind !== undefined) return roleOfKind(kind, value);
  if (stem === "endpoint" && isEndpoint(value)) return endpointRole(value);
  if (stem === "deployment" && "endpoint_name" in value) return deploymentRole(value);
  return undefined;
}

function roleOfFolder(path: string, value: JsonObject): ManifestRole | undefined {
  const top = path.slice(0, path.indexOf("/") + 1);
  if (top === "jobs/") return isJob(value) ? jobRole(value) : undefined;
  if (top === "endpoints/") {
    if ("endpoint_name" in value) return deploymentRole(value);
    return isEndpoint(value) ? endpointRole(value) : undefined;
  }
  const kind = folderKind(path);
  return kind === undefined ? undefined : roleOfKind(kind, value);
}

/** Manifests lie directly in `models/` or in `models/<name>/`: deeper is what they are made of. */
function folderKind(path: string): AssetKind | undefined {
  const segments = path.split("/");
  return segments.length === 2 || segments.length === 3
    ? kindOfPlural(segments[0] ?? "")
    : undefined;
}

/** The role if the content fits; a file that only happens to be called `model.yaml` has none. */
export function roleOfKind(kind: AssetKind, value: JsonObject): ManifestRole | undefined {
  if (!fits(kind, value)) return undefined;
  if (kind !== "component") return { type: "asset", kind, schema: kind };
  return componentRole(value);
}

const keysOfKind: Readonly<Record<AssetKind, readonly string[]>> = {
  model: ["path", "flavors", "type", "version"],
  environment: ["image", "build", "conda_file"],
  component: ["command", "jobs", "type", "task", "environment"],
  data: ["path"],
};

function fits(kind: AssetKind, value: JsonObject): boolean {
  if (!("name" in value)) return false;
  if (kind === "environment" && isConda(value)) return false;
  return keysOfKind[kind].some((key) => key in value);
}

function isConda(value: JsonObject): boolean {
  return "channels" in value || "dependencies" in value;
}

function isEndpoint(value: JsonObject): boolean {
  return (
    "name" in value && ["auth_mode", "traffic", "compute", "defaults"].some((key) => key in value)
  );
}

function isJob(value: JsonObject): boolean {
  return ["type", "jobs", "command", "component", "trial"].some((key) => key in value);
}
