import { createRequire } from "node:module";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

import { isJsonObject, type JsonObject } from "../../shared/json.ts";

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
export type SchemaName = (typeof schemaNames)[number];

export function isSchemaName(text: string): text is SchemaName {
  return schemaNames.some((name) => name === text);
}

const load = createRequire(import.meta.url);
const files = new Map<string, JsonObject>();
const validators = new Map<SchemaName, ValidateFunction>();
let ajv: Ajv2020 | undefined;

/** Compiled when first asked for: most commands need only a few. */
export function schemaValidator(name: SchemaName): ValidateFunction {
  const known = validators.get(name);
  if (known !== undefined) return known;
  const validate = compiler().getSchema(idOf(fileName(name)));
  if (validate === undefined) throw new Error(`There is no schema ${name}`);
  validators.set(name, validate);
  return validate;
}

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

function compiler(): Ajv2020 {
  if (ajv !== undefined) return ajv;
  ajv = new Ajv2020({
    strict: true,
    allErrors: true,
    ownProperties: true,
    discriminator: true,
    verbose: true,
    // Ours are right (test/schemas), and every command waits for what is compiled.
    validateSchema: false,
    code: { optimize: false },
  });
  for (const name of ["common", ...schemaNames] as const) ajv.addSchema(schemaFile(fileName(name)));
  return ajv;
}

function idOf(file: string): string {
  const id = schemaFile(file)["$id"];
  return typeof id === "string" ? id : file;
}
