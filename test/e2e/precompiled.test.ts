import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import type { ValidateFunction } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { expect, it } from "vitest";

import { compileSchema } from "../../src/registry/schema/compile-schemas.ts";
import { precompiledFile, schemaNames } from "../../src/registry/schema/schemas.ts";
import { nearlyValuesOf } from "../fuzz/schema-values.ts";

const built = fileURLToPath(new URL("../../dist/registry/schema/", import.meta.url));
const load = createRequire(import.meta.url);

it.each(schemaNames)("the build checks %s as its schema does", (name) => {
  const precompiled = (load(`${built}${precompiledFile(name)}`) as { validate: ValidateFunction })
    .validate;
  const compiled = compileSchema(name);
  fc.assert(
    fc.property(nearlyValuesOf(name), (value) => {
      expect([precompiled(value), precompiled.errors ?? []]).toEqual([
        compiled(value),
        compiled.errors ?? [],
      ]);
    }),
    { numRuns: 50 },
  );
});
