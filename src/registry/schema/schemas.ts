import { createRequire } from "node:module";

import { isJsonObject, type JsonObject } from "../../shared/json.ts";

/** Those of files that Cairn alone reads, by the rules of YAML 1.2. */
export const ownSchemaNames = [
  "registry",
  "workspace",
  "stage-file",
  "metadata",
  "lock",
  "promotion-policy",
  "access-policy",
  "policy-test",
  "cairn-config",
] as const;

/** The files in schemas/ that documents are checked against. */
export const schemaNames = [
  "model",
  "environment",
  "data",
  "command-component",
  "parallel-component",
  "pipeline-component",
  "spark-component",
  "pipeline-job",
  "command-job",
  "sweep-job",
  "spark-job",
  "automl-job",
  "schedule",
  "endpoint",
  "batch-endpoint",
  "deployment",
  "batch-deployment",
  "azureml-registry",
  "asset",
  "asset-environment",
  "asset-model",
  "asset-storage",
  ...ownSchemaNames,
] as const;
export type SchemaName = (typeof schemaNames)[number];

export function isSchemaName(text: string): text is SchemaName {
  return schemaNames.some((name) => name === text);
}

const load = createRequire(import.meta.url);
const files = new Map<string, JsonObject>();

/** The schema as written, for what ajv does not tell (names of known keys, descriptions). */
export function schemaFile(file: string): JsonObject {
  const known = files.get(file);
  if (known !== undefined) return known;
  const loaded: unknown = load(`../../../schemas/${file}`);
  if (!isJsonObject(loaded)) throw new Error(`The schema ${file} is not an object`);
  files.set(file, loaded);
  return loaded;
}

export function fileName(name: SchemaName | "common"): string {
  return `${name}.schema.json`;
}

/** The validator of a schema in the built program, beside this file. */
export function precompiledFile(name: SchemaName): string {
  return `./${name}.validator.cjs`;
}

export function idOfSchema(name: SchemaName): string {
  const file = fileName(name);
  const id = schemaFile(file)["$id"];
  return typeof id === "string" ? id : file;
}
