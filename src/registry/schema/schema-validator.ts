import { existsSync } from "node:fs";
import { createRequire } from "node:module";

import type { ValidateFunction } from "ajv/dist/2020.js";

import { compileSchema } from "./compile-schemas.ts";
import { precompiledFile, type SchemaName } from "./schemas.ts";

const load = createRequire(import.meta.url);
const validators = new Map<SchemaName, ValidateFunction>();

/** Loaded when first asked for: most commands need only a few. */
export function schemaValidator(name: SchemaName): ValidateFunction {
  const known = validators.get(name) ?? loadPrecompiled(name) ?? compileSchema(name);
  validators.set(name, known);
  return known;
}

/** What the build has compiled; nothing when the sources are run as they are. */
function loadPrecompiled(name: SchemaName): ValidateFunction | undefined {
  const file = precompiledFile(name);
  if (!existsSync(new URL(file, import.meta.url))) return undefined;
  const module: unknown = load(file);
  const isModule = typeof module === "object" && module !== null && "validate" in module;
  const validate = isModule ? module.validate : undefined;
  return isValidator(validate) ? validate : undefined;
}

function isValidator(value: unknown): value is ValidateFunction {
  return typeof value === "function";
}
