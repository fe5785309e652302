import { isJsonObject, type JsonObject, type JsonValue } from "../shared/json.ts";
import { fileName, schemaFile, schemaNames, type SchemaName } from "./schema/schemas.ts";

/** A schema as an editor reads it from a folder, and the files that it is for. */
export interface EditorSchema {
  readonly file: string;
  readonly text: string;
  /** For `yaml.schemas`; empty where other schemas refer to it. */
  readonly globs: readonly string[];
}

/** Everything that yaml-language-server needs to know about the files of a registry. */
export function editorSchemas(): readonly EditorSchema[] {
  const plain = (["common", ...schemaNames] as const).map((name) => ({
    file: fileName(name),
    text: compact(withoutHome(schemaFile(fileName(name)), fileName(name))),
    globs: name === "common" ? [] : (globsOf[name] ?? []).flatMap(bothEndings),
  }));
  const byContent = Object.entries(choices).map(([file, { schema, globs }]) => ({
    file,
    text: compact({ $schema: draft, ...schema }),
    globs: globs.flatMap(bothEndings),
  }));
  return [...plain, ...byContent];
}

const draft = "https://json-schema.org/draft/2020-12/schema";

/** Files that are one thing only, wherever such a path ends. */
const globsOf: Partial<Readonly<Record<SchemaName, readonly string[]>>> = {
  registry: ["/registry"],
  workspace: ["/workspaces/*"],
  "stage-file": ["/stages/*/*/*"],
  metadata: ["/*.meta"],
  lock: ["/*.lock"],
  "promotion-policy": ["/policies/promotion"],
  "access-policy": ["/policies/access"],
  "policy-test": ["/policies/*.test"],
  "cairn-config": ["/cairn"],
  asset: ["/asset"],
};

const isConda: JsonObject = { anyOf: [{ required: ["channels"] }, { required: ["dependencies"] }] };
/** A name makes a manifest; somebody who has just begun is helped as well. */
const isManifest: JsonObject = { anyOf: [{ required: ["name"] }, { maxProperties: 1 }] };
const isBatchDeployment: JsonObject = {
  anyOf: [
    { properties: { type: oneOfWords("model", "pipeline") }, required: ["type"] },
    {
      not: { required: ["instance_type"] },
      properties: { type: { not: oneOfWords("managed", "kubernetes") } },
      anyOf: ["compute", "component", "job_definition", "mini_batch_size", "output_action"].map(
        (key) => ({ required: [key] }),
      ),
    },
  ],
};
const isBatchEndpoint: JsonObject = {
  required: ["defaults"],
  not: { anyOf: [{ required: ["traffic"] }, { required: ["compute"] }] },
};

/** Names that stand for several kinds: what is in the file decides, as `cairn validate` does it. */
const choices: Readonly<
  Record<string, { readonly schema: JsonObject; readonly globs: readonly string[] }>
> = {
  "model.by-content.json": {
    globs: ["/model"],
    schema: choose([{ required: ["publish"] }, to("asset-model")], [isManifest, to("model")]),
  },
  "data.by-content.json": { globs: ["/data"], schema: choose([isManifest, to("data")]) },
  "environment.by-content.json": {
    globs: ["/environment", "/env"],
    schema: choose(
      [isConda, {}],
      [{ properties: { image: { type: "object" } }, required: ["image"] }, to("asset-environment")],
      [isManifest, to("environment")],
    ),
  },
  "component.by-content.json": {
    globs: ["/component"],
    schema: choose(
      [hasType("pipeline"), to("pipeline-component")],
      [hasType("parallel"), to("parallel-component")],
      [hasType("spark"), to("spark-component")],
      [hasType("command"), to("command-component")],
      [{ required: ["type"] }, {}],
      [{ required: ["jobs"] }, to("pipeline-component")],
      [isManifest, to("command-component")],
    ),
  },
  "endpoint.by-content.json": {
    globs: ["/endpoint", "/deployment", "/endpoints/*/*"],
    schema: choose(
      [{ required: ["endpoint_name"], ...isBatchDeployment }, to("batch-deployment")],
      [{ required: ["endpoint_name"] }, to("deployment")],
      [{ not: { required: ["name"] } }, {}],
      [isBatchEndpoint, to("batch-endpoint")],
      [
        { anyOf: ["auth_mode", "traffic", "compute"].map((key) => ({ required: [key] })) },
        to("endpoint"),
      ],
    ),
  },
  "job.by-content.json": {
    globs: ["/jobs/*", "/jobs/*/*", "!/component"],
    schema: choose(
      [{ required: ["trigger", "create_job"] }, to("schedule")],
      [hasType("pipeline"), to("pipeline-job")],
      [hasType("sweep"), to("sweep-job")],
      [hasType("spark"), to("spark-job")],
      [hasType("automl"), to("automl-job")],
      [hasType("command"), to("command-job")],
    ),
  },
};

function to(name: SchemaName): JsonObject {
  return { $ref: fileName(name) };
}

/** The first condition that holds decides. */
function choose(...cases: readonly (readonly [JsonObject, JsonObject])[]): JsonObject {
  return cases.reduceRight<JsonObject>((otherwise, [condition, schema]) => {
    const parts = [condition, schema, otherwise];
    // A literal with "then" would be a promise to `await`.
    return Object.fromEntries(
      parts.map((part, index) => [["if", "then", "else"][index] ?? "", part]),
    );
  }, {});
}

function hasType(type: string): JsonObject {
  return { properties: { type: oneOfWords(type) }, required: ["type"] };
}

/** Azure ML does not mind capitals here. */
function oneOfWords(...words: readonly string[]): JsonObject {
  const patterns = words.map((word) =>
    word.replaceAll(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`),
  );
  return { type: "string", pattern: `^(?:${patterns.join("|")})$` };
}

function bothEndings(glob: string): readonly string[] {
  return [`${glob}.yaml`, `${glob}.yml`];
}

/** Where a schema lies is where its neighbours are: an editor must not look for them elsewhere. */
function withoutHome({ $id: _id, ...schema }: JsonObject, file: string): JsonObject {
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, referTo(key, value, file)]),
  );
}

/** yaml-language-server looks for `#/…` in the file it came from, not in the one it stands in. */
function withFile(value: JsonValue, file: string): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => withFile(item, file));
  if (!isJsonObject(value)) return value;
  const { pattern, description } = value;
  // It shows this in place of the pattern.
  const isExplained = typeof pattern === "string" && typeof description === "string";
  return Object.fromEntries([
    ...Object.entries(value).map(([key, member]) => [key, referTo(key, member, file)] as const),
    ...(isExplained ? [["patternErrorMessage", description] as const] : []),
  ]);
}

function referTo(key: string, value: JsonValue, file: string): JsonValue {
  const isOwn = key === "$ref" && typeof value === "string" && value.startsWith("#/");
  return isOwn ? file + value : withFile(value, file);
}

function compact(schema: JsonObject): string {
  return `${JSON.stringify(schema)}\n`;
}
