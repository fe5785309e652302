import { describe, expect, it } from "vitest";

import { isBlocking } from "../../../src/domain/finding.ts";
import { readRegistry } from "../../../src/registry/read-registry.ts";
import { findProblems } from "../../../src/usecases/validate.ts";
import { blockedAssets } from "../../../src/usecases/reconcile/derive-publications.ts";
import { MemorySourceTree, type MemoryFiles } from "../../support/memory-source-tree.ts";
import { emptyRegistryFiles, modelFiles } from "../../support/registry-files.ts";

const environment = (dockerfile: string): MemoryFiles => ({
  "e/environment.yaml": "name: env\nbuild: { path: ./context }\n",
  "e/context/Dockerfile": dockerfile,
});
const mlflow = (mlmodel: string): MemoryFiles => ({
  "m/model.yaml": "name: scores\ntype: mlflow_model\npath: ./model\n",
  "m/model/MLmodel": mlmodel,
});

interface Case {
  readonly name: string;
  readonly files: MemoryFiles;
  readonly blocked: readonly string[];
}

describe("an error in a file that a manifest stands on", () => {
  it.each<Case>([
    { name: "none", files: environment("FROM base:1\n"), blocked: [] },
    {
      name: "only a warning",
      files: environment("FROM base\n"),
      blocked: [],
    },
    {
      name: "a Dockerfile without FROM",
      files: environment("RUN make\n"),
      blocked: ["environments/env"],
    },
    {
      name: "a secret in a Dockerfile",
      files: environment("FROM base:1\nENV AWS_ID=AKIAIOSFODNN7EXAMPLE\n"),
      blocked: ["environments/env"],
    },
    {
      name: "an MLmodel that cannot be loaded",
      files: mlflow("flavors: { python_function: {} }\n"),
      blocked: ["models/scores"],
    },
    {
      name: "an MLmodel that is no YAML",
      files: mlflow("flavors: [\n"),
      blocked: ["models/scores"],
    },
  ])("holds back nothing but the asset: $name", async ({ files, blocked }) => {
    const tree = new MemorySourceTree({ ...emptyRegistryFiles, ...modelFiles, ...files });
    const registry = await readRegistry(tree);
    const errors = findProblems(registry, undefined).filter(isBlocking);
    const blockedPaths = new Set(errors.map(({ path }) => path));
    expect(blockedAssets({ registry, blockedPaths }).map(({ key }) => key)).toEqual(blocked);
  });
});
