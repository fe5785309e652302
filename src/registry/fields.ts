import type { AssetKind } from "../domain/asset.ts";
import { dockerfileName } from "../domain/environments.ts";
import type { SupportingText } from "../domain/registry.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { members } from "./values.ts";
import type { PointerPath } from "./yaml/pointer.ts";

/** What a local path must be. */
export type PathShape =
  | "any"
  | "file"
  | "folder"
  /** A folder with a file `MLTable`. */
  | "mltable"
  /** A folder with a file `MLmodel` that can be read. */
  | "mlflow"
  /** The manifest of another asset. */
  | "manifest";

/** A small file that says what lies behind a path, read along with it. */
export interface Companion {
  readonly role: SupportingText["role"];
  /** From what the path names; empty for just that. */
  readonly name: string;
}

/** A text in a manifest that names an asset, a file or an address. */
export interface Field {
  readonly pointer: PointerPath;
  readonly text: string;
  /** The kind a reference here must have; absent where references are not resolved. */
  readonly kind: AssetKind | undefined;
  readonly shape: PathShape;
  readonly companions: readonly Companion[];
}

export type FieldOwner = AssetKind | "deployment" | "job" | "schedule";

/** Every field of a manifest that refers to something, in the order of the manifest's schema. */
export function findFields(owner: FieldOwner, value: JsonObject): readonly Field[] {
  const scan = new Scan();
  switch (owner) {
    case "model":
      scan.model(value, []);
      break;
    case "data":
      scan.data(value, []);
      break;
    case "environment":
      scan.environment(value, []);
      break;
    case "component":
      scan.run(value, []);
      break;
    case "job":
      scan.run(value, []);
      scan.automl(value);
      break;
    case "schedule":
      scan.schedule(value);
      break;
    case "deployment":
      scan.deployment(value);
  }
  return scan.fields;
}

class Scan {
  readonly fields: Field[] = [];

  model(value: JsonObject, at: PointerPath): void {
    const isMlflow = lower(value["type"]) === "mlflow_model";
    this.#add({
      value: value["path"],
      at: [...at, "path"],
      kind: "model",
      shape: isMlflow ? "mlflow" : "any",
    });
  }

  data(value: JsonObject, at: PointerPath): void {
    const shape = shapeOfData(value["type"] ?? "uri_folder");
    this.#add({ value: value["path"], at: [...at, "path"], kind: "data", shape });
  }

  environment(value: JsonObject, at: PointerPath): void {
    const build = value["build"];
    if (isJsonObject(build)) {
      this.#add({
        value: build["path"],
        at: [...at, "build", "path"],
        kind: undefined,
        shape: "folder",
        companions: dockerfileOf(build),
      });
    }
    this.#add({
      value: value["conda_file"],
      at: [...at, "conda_file"],
      kind: undefined,
      shape: "file",
      companions: [{ role: "conda", name: "" }],
    });
  }

  deployment(value: JsonObject): void {
    this.#nested("model", value["model"], ["model"]);
    this.#nested("environment", value["environment"], ["environment"]);
    const code = value["code_configuration"];
    if (isJsonObject(code)) this.#path(code["code"], ["code_configuration", "code"], "any");
    this.#nested("component", value["component"], ["component"]);
    const job = value["job_definition"];
    if (isJsonObject(job)) {
      this.#nested("component", job["component"], ["job_definition", "component"]);
    }
  }

  /** Components, jobs and steps say in the same keys what runs. */
  run(value: JsonObject, at: PointerPath): void {
    this.#path(value["code"], [...at, "code"], "any");
    this.#nested("environment", value["environment"], [...at, "environment"]);
    this.#nested("component", value["component"], [...at, "component"]);
    this.#nested("component", value["trial"], [...at, "trial"]);
    const includes = value["additional_includes"];
    for (const [index, include] of (Array.isArray(includes) ? includes : []).entries()) {
      this.#path(include, [...at, "additional_includes", index], "any");
    }
    const { task, jobs } = value;
    if (isJsonObject(task)) {
      this.run(task, [...at, "task"]);
      // The model of a task may also be a name that only its script understands.
      const model = task["model"];
      const isKnown = typeof model === "string" && /^(?:azureml:|file:|\.{0,2}\/)/.test(model);
      if (isKnown) this.#nested("model", model, [...at, "task", "model"]);
    }
    for (const [name, step] of members(jobs)) this.run(step, [...at, "jobs", name]);
    for (const [name, input] of members(value["inputs"]))
      this.#input(input, [...at, "inputs", name]);
  }

  /** AutoML jobs name their data directly. */
  automl(value: JsonObject): void {
    for (const key of ["training_data", "validation_data", "test_data"]) {
      const input = value[key];
      if (isJsonObject(input)) this.#input(input, [key]);
    }
  }

  /** The job of a schedule: its file, one in the workspace, or either with changes. */
  schedule(value: JsonObject): void {
    const job = value["create_job"];
    if (!isJsonObject(job)) return this.#path(job, ["create_job"], "file");
    this.#path(job["job"], ["create_job", "job"], "file");
    for (const [name, input] of members(job["inputs"])) {
      this.#input(input, ["create_job", "inputs", name]);
    }
  }

  #input(input: JsonObject, at: PointerPath): void {
    const type = lower(input["type"]);
    const kind = type.endsWith("_model") ? "model" : "data";
    const shape = type === "mlflow_model" ? "mlflow" : shapeOfData(type);
    this.#add({ value: input["path"], at: [...at, "path"], kind, shape });
  }

  /** A reference, the path of a manifest, or the asset written out. */
  #nested(
    kind: "model" | "environment" | "component",
    value: JsonValue | undefined,
    at: PointerPath,
  ): void {
    if (!isJsonObject(value)) this.#add({ value, at, kind, shape: "manifest" });
    else if (kind === "component") this.run(value, at);
    else this[kind](value, at);
  }

  #path(value: JsonValue | undefined, at: PointerPath, shape: PathShape): void {
    this.#add({ value, at, kind: undefined, shape });
  }

  #add(field: {
    readonly value: JsonValue | undefined;
    readonly at: PointerPath;
    readonly kind: AssetKind | undefined;
    readonly shape: PathShape;
    readonly companions?: readonly Companion[];
  }): void {
    const { value, at, kind, shape } = field;
    if (typeof value === "string" && value !== "") {
      const companions = field.companions ?? (shape === "mlflow" ? mlflowFiles : []);
      this.fields.push({ pointer: at, text: value, kind, shape, companions });
    }
  }
}

/** What MLflow writes beside a model under names of its own. */
const mlflowFiles: readonly Companion[] = [
  { role: "mlmodel", name: "MLmodel" },
  { role: "conda", name: "conda.yaml" },
  { role: "requirements", name: "requirements.txt" },
];

function dockerfileOf(build: JsonObject): readonly Companion[] {
  const name = dockerfileName(build);
  return name === undefined ? [] : [{ role: "dockerfile", name }];
}

function shapeOfData(type: JsonValue): PathShape {
  if (type === "uri_file") return "file";
  if (type === "uri_folder") return "folder";
  return type === "mltable" ? "mltable" : "any";
}

function lower(value: JsonValue | undefined): string {
  return typeof value === "string" ? value.toLowerCase() : "";
}
