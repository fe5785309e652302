import { expect, it } from "vitest";

import type { LedgerState } from "../../../src/domain/ledger/state.ts";
import { assetNameTaken } from "../../../src/domain/rules/asset-name-taken.ts";
import { runRules } from "../../../src/domain/rules/rule.ts";
import { readRegistry } from "../../../src/registry/read-registry.ts";
import { MemorySourceTree } from "../../support/memory-source-tree.ts";
import { emptyRegistryFiles, modelFiles } from "../../support/registry-files.ts";

it.each([
  { published: [], found: [] },
  { published: ["models/taxi"], found: [] },
  { published: ["models/Taxi"], found: ["models/taxi/model.yaml:1"] },
  // Both were published before there was this rule: neither is stopped.
  { published: ["models/Taxi", "models/taxi"], found: [] },
  { published: ["environments/TAXI"], found: [] },
])("knows the retired names: $published", async ({ published, found }) => {
  const registry = await readRegistry(
    new MemorySourceTree({ ...emptyRegistryFiles, ...modelFiles }),
  );
  const assets = Object.fromEntries(published.map((key) => [key, { versions: [] }]));
  const state = { assets } as unknown as LedgerState;

  const findings = runRules([assetNameTaken], { registry, state });

  expect(findings.map(({ path, line }) => `${path}:${line}`)).toEqual(found);
});
