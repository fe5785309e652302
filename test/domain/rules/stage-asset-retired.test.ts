import { expect, it } from "vitest";

import { foldLedger } from "../../../src/domain/ledger/fold.ts";
import { runRules } from "../../../src/domain/rules/rule.ts";
import { stageAssetRetired } from "../../../src/domain/rules/stage-asset-retired.ts";
import { readRegistry } from "../../../src/registry/read-registry.ts";
import { accepted, adopted, objectId, published } from "../../support/domain-builders.ts";
import { MemorySourceTree, type MemoryFiles } from "../../support/memory-source-tree.ts";
import { emptyRegistryFiles, modelFiles } from "../../support/registry-files.ts";

const asset = "models/taxi";
const stageFile = { "stages/prod/models/taxi.yaml": "version: 1\n" };

it.each<{ name: string; files: MemoryFiles; runs: boolean; found: readonly string[] }>([
  {
    name: "runs and has a manifest",
    files: { ...modelFiles, ...stageFile },
    runs: true,
    found: [],
  },
  { name: "is gone and never ran", files: stageFile, runs: false, found: [] },
  { name: "is gone with its stage file", files: {}, runs: true, found: [] },
  {
    name: "is gone and runs",
    files: stageFile,
    runs: true,
    found: ["error stages/prod/models/taxi.yaml cairn withdraw models/taxi --stage prod"],
  },
])("an asset that $name", async ({ files, runs, found }) => {
  const registry = await readRegistry(new MemorySourceTree({ ...emptyRegistryFiles, ...files }));
  const events = [
    adopted(),
    published({ asset }),
    ...(runs ? [accepted({ asset, stage: "prod" })] : []),
  ];
  const state = foldLedger(
    undefined,
    events.map((event, index) => ({ commit: objectId(String(index)), event })),
  );

  const findings = runRules([stageAssetRetired], { registry, state });

  expect(
    findings.map(({ severity, path, message }) => {
      const command = /\((?<command>[^)]*)\)/.exec(message)?.groups?.["command"] ?? "";
      return `${severity} ${path} ${command}`;
    }),
  ).toEqual(found);
});
