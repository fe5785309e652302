import type { AssetPlace } from "./place-asset.ts";
import type { RegisterRequest } from "../app-promote.ts";
import { editYaml, type YamlEdit } from "../../registry/edit-yaml.ts";
import { renderYaml } from "../../registry/yaml/render-yaml.ts";
import { digestHex } from "../../shared/digest.ts";
import { CairnError } from "../../shared/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../shared/json.ts";
import { fileUneditable, metricsInvalid, tagInvalid } from "./errors.ts";
import type { LocalFiles, MeasuredFile } from "./local-files.ts";
import { folderOf } from "./place-asset.ts";

const schemaAddress = "https://azuremlschemas.azureedge.net/latest";

/** The manifest: what was there with the fields that are registered, or a new one. */
export function renderManifest(
  text: string,
  request: RegisterRequest,
  place: AssetPlace,
  type: string,
): string {
  const isNew = place.existing === undefined;
  const edits: YamlEdit[] = [
    ...(isNew ? given("$schema", `${schemaAddress}/${request.kind}.schema.json`) : []),
    ...(isNew ? given("name", request.name) : []),
    ...given("version", request.version),
    { pointer: ["type"], value: type },
    { pointer: ["path"], value: place.text },
    ...given("description", request.description),
    ...(request.tags ?? []).map(toTagEdit),
  ];
  return editFile(place.manifest, text, edits);
}

/** Azure ML's type of what is registered, found out unless it was said. */
export function typeOf(
  { kind, type }: RegisterRequest,
  { existing }: AssetPlace,
  local: LocalFiles,
  files: readonly MeasuredFile[],
): string {
  if (type !== undefined) return type;
  const has = (name: string): boolean => local.isFolder && files.some(({ path }) => path === name);
  if (kind === "data") {
    const folder = has("MLTable") ? "mltable" : "uri_folder";
    return local.isFolder ? folder : "uri_file";
  }
  if (has("MLmodel")) return "mlflow_model";
  // Nothing in its files tells a Triton model from any other.
  const isTriton = existing?.document.value["type"] === "triton_model";
  return isTriton ? "triton_model" : "custom_model";
}

/** The lock file, sorted by path; `undefined` when there is nothing to lock. */
export function renderLock(
  place: AssetPlace,
  files: readonly (MeasuredFile & { readonly repositoryPath: string })[],
): string | undefined {
  if (files.length === 0) return undefined;
  const folder = folderOf(place.lock);
  return renderYaml({
    format: 1,
    files: files.map(({ repositoryPath, sizeBytes, digest }) => ({
      path: folder === "" ? repositoryPath : repositoryPath.slice(folder.length + 1),
      size: sizeBytes,
      sha256: digestHex(digest),
    })),
  });
}

/** The metadata file with what the request says, `undefined` if it says nothing. */
export function renderMetadata(
  text: string,
  request: RegisterRequest,
  place: AssetPlace,
  metrics: JsonObject | undefined,
): string | undefined {
  const edits: YamlEdit[] = [
    ...given("owner", request.owner),
    ...given("license", request.license),
    ...(metrics === undefined ? [] : [toEvaluationEdit(request, place, metrics)]),
    ...(request.job === undefined ? [] : [{ pointer: ["lineage", "job"], value: request.job }]),
    ...(request.data === undefined || request.data.length === 0
      ? []
      : [{ pointer: ["lineage", "data"], value: request.data }]),
  ];
  return edits.length === 0 ? undefined : editFile(place.metadata, text, edits);
}

const maxMetrics = 1000;

/** One flat JSON object of numbers. Rejects anything else with `REGISTER_METRICS_INVALID`. */
export function parseMetrics(bytes: Uint8Array): JsonObject {
  const value = parseJson(bytes);
  if (!isJsonObject(value)) throw metricsInvalid("the file does not hold a JSON object");
  const entries = Object.entries(value);
  if (entries.length === 0) throw metricsInvalid("the file holds none");
  if (entries.length > maxMetrics) throw metricsInvalid(`there are more than ${maxMetrics}`);
  for (const [name, metric] of entries) {
    if (name === "" || name.length > 255) throw metricsInvalid("a name is empty or too long");
    if (typeof metric === "number" && Number.isFinite(metric)) continue;
    throw metricsInvalid(`"${name.slice(0, 60)}" is no number`);
  }
  return value;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw metricsInvalid(`the file is not JSON (${reason.slice(0, 120)})`);
  }
}

/** Takes the place of the evaluation on the same data and split, else comes last. */
function toEvaluationEdit(
  { on, split, job }: RegisterRequest,
  { existing }: AssetPlace,
  metrics: JsonObject,
): YamlEdit {
  if (on === undefined) throw metricsInvalid("it is not said what data they were measured on");
  const known = existing?.metadata?.document.value["evaluations"];
  const evaluations: readonly JsonValue[] = Array.isArray(known) ? known : [];
  const index = evaluations.findIndex(
    (item) => isJsonObject(item) && item["data"] === on && item["split"] === split,
  );
  const value = {
    data: on,
    ...(split === undefined ? {} : { split }),
    ...(job === undefined ? {} : { job }),
    metrics,
  };
  return { pointer: ["evaluations", index < 0 ? evaluations.length : index], value };
}

function toTagEdit(tag: string): YamlEdit {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(tag) ?? [];
  if (name === undefined || value === undefined) throw tagInvalid(tag);
  return { pointer: ["tags", name], value };
}

function given(key: string, value: string | undefined): readonly YamlEdit[] {
  return value === undefined ? [] : [{ pointer: [key], value }];
}

function editFile(path: string, text: string, edits: readonly YamlEdit[]): string {
  try {
    return editYaml(text, edits);
  } catch (error) {
    throw error instanceof CairnError ? fileUneditable(path, error) : error;
  }
}
