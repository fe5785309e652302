import { readdirSync, readFileSync } from "node:fs";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Schema = { readonly [key: string]: Json };

export interface SchemaFile {
  readonly name: string;
  readonly schema: Schema;
}

const folder = new URL("../../schemas/", import.meta.url);

export const schemaFiles: readonly SchemaFile[] = readdirSync(folder)
  .sort()
  .map((file) => ({
    name: file.replace(".schema.json", ""),
    schema: JSON.parse(readFileSync(new URL(file, folder), "utf8")) as Schema,
  }));

const ajv = new Ajv2020({
  strict: true,
  allErrors: true,
  ownProperties: true,
  discriminator: true,
});
addFormats.default(ajv);
for (const { schema } of schemaFiles) ajv.addSchema(schema);

/** The compiled schema of a file, or of a part of it when a pointer is given. */
export function compiled(name: string, pointer = ""): ValidateFunction {
  const validate = ajv.getSchema(`https://cairn.dev/schemas/${name}.schema.json${pointer}`);
  if (validate === undefined) throw new Error(`no schema ${name}${pointer}`);
  return validate;
}

export function errorsOf(name: string, document: unknown): readonly string[] {
  const validate = compiled(name);
  return validate(document)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.keyword}`.trim());
}
