import { describe, expect, it } from "vitest";

import { validateTree } from "../../../src/usecases/validate.ts";
import { MemorySourceTree } from "../../support/memory-source-tree.ts";
import { emptyRegistryFiles, modelFiles } from "../../support/registry-files.ts";

describe("metadata-license", () => {
  it.each([
    { name: "a good one", license: "MIT OR Apache-2.0", found: [] },
    {
      name: "one that certainly means another",
      license: "Apache License 2.0",
      found: [
        {
          message: '"Apache License 2.0" is no SPDX identifier: write Apache-2.0.',
          fix: { type: "set", pointer: ["license"], value: "Apache-2.0" },
        },
      ],
    },
    {
      name: "one that may mean two",
      license: "GPLv3",
      found: [
        {
          message:
            '"GPLv3" is no SPDX identifier: see spdx.org/licenses, or write LicenseRef-<name>.',
        },
      ],
    },
    {
      name: "an expression without its end",
      license: "(MIT OR ISC",
      found: [{ message: 'The licence has a "(" without its ")".' }],
    },
  ])("$name", async ({ license, found }) => {
    const meta = { "models/taxi/model.meta.yaml": `owner: ann\nlicense: ${license}\n` };
    const tree = new MemorySourceTree({ ...emptyRegistryFiles, ...modelFiles, ...meta });
    expect((await validateTree(tree)).findings).toEqual(
      found.map((each) => ({
        rule: "metadata-license",
        severity: "warning",
        path: "models/taxi/model.meta.yaml",
        line: 2,
        column: 10,
        ...each,
      })),
    );
  });
});
