import { createRequire } from "node:module";

import type * as ajvModule from "ajv/dist/2020.js";
import type { Ajv2020, ValidateFunction } from "ajv/dist/2020.js";

import { fileName, idOfSchema, schemaFile, schemaNames, type SchemaName } from "./schemas.ts";

const load = createRequire(import.meta.url);
let compiler: Ajv2020 | undefined;

/** Takes up to half a second for all of them: the built program has them compiled (precompile.ts). */
export function compileSchema(name: SchemaName): ValidateFunction {
  compiler ??= createCompiler();
  const validate = compiler.getSchema(idOfSchema(name));
  if (validate === undefined) throw new Error(`There is no schema ${name}`);
  return validate;
}

export function createCompiler(code: { readonly source?: true } = {}): Ajv2020 {
  const ajv = new (loadAjv().Ajv2020)({
    strict: true,
    allErrors: true,
    ownProperties: true,
    discriminator: true,
    verbose: true,
    // Ours are right (test/schemas), and every command waits for what is compiled.
    validateSchema: false,
    code: { optimize: false, ...code },
  });
  for (const name of ["common", ...schemaNames] as const) ajv.addSchema(schemaFile(fileName(name)));
  return ajv;
}

/** Not imported: the built program never needs it, and it takes a tenth of a command's start. */
function loadAjv(): typeof ajvModule {
  const module: unknown = load("ajv/dist/2020.js");
  if (isAjvModule(module)) return module;
  throw new Error("ajv has no Ajv2020");
}

function isAjvModule(value: unknown): value is typeof ajvModule {
  return typeof value === "function" && "Ajv2020" in value;
}
