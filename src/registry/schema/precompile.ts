import { writeFileSync } from "node:fs";

import standalone from "ajv/dist/standalone/index.js";

import { createCompiler } from "./compile-schemas.ts";
import { idOfSchema, precompiledFile, schemaNames } from "./schemas.ts";

/** Writes each schema's validator as a module beside this one: the last step of the build. */
export function precompileSchemas(folder = new URL("./", import.meta.url)): void {
  const compiler = createCompiler({ source: true });
  for (const name of schemaNames) {
    const code = standalone.default(compiler, { validate: idOfSchema(name) });
    writeFileSync(new URL(precompiledFile(name), folder), code);
  }
}
