import * as fc from "fast-check";
import { expect, it } from "vitest";

import type { Registry } from "../../src/domain/registry.ts";
import { createDocumentCache, type DocumentCache } from "../../src/registry/document-cache.ts";
import { objectsDigest } from "../../src/registry/other-digests.ts";
import { readRegistry } from "../../src/registry/read-registry.ts";
import type { SourceEntry } from "../../src/source/source-tree.ts";
import { findProblems } from "../../src/usecases/validate.ts";
import { MemorySourceTree, type MemoryFiles } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles } from "../support/registry-files.ts";

const component = (rest: string): string =>
  `name: prep\ntype: command\ncommand: echo \${{inputs.x}}\n${rest}`;

/** Files, each with what it may hold; the manifests name each other, folders, and what is not there. */
const choices: Readonly<Record<string, readonly string[]>> = {
  "registry.yaml": [
    emptyRegistryFiles["registry.yaml"] ?? "",
    `${emptyRegistryFiles["registry.yaml"] ?? ""}exclude: ["jobs/**"]\n`,
    `${emptyRegistryFiles["registry.yaml"] ?? ""}severity: { path-missing: warning }\n`,
  ],
  "models/a/model.yaml": [
    "name: a\npath: ./files\n",
    "name: A\npath: ./files/one.bin\n",
    "name: a\ntype: mlflow_model\npath: ./files\n",
    "name: b\nversion: 1\npath: ../shared\n",
    "name: [\n",
  ],
  "models/a/model.meta.yaml": [
    "owner: ann\n",
    "evaluations: [{ data: d, file: ../../m.json }]\n",
    "owner: [\n",
  ],
  "models/a/model.lock.yaml": [
    `files: [{ path: files/big.bin, sha256: ${"a".repeat(64)}, size: 3 }]\n`,
  ],
  "models/a/files/one.bin": ["1", "2"],
  "models/a/files/MLmodel": ["flavors: {}\n", "nothing\n"],
  "models/a/files/.amlignore": ["*.bin\n"],
  "models/a/files": ["a file in the place of a folder"],
  "models/b/model.yaml": ["name: b\npath: ../a/files\n", "name: b\nversion: 2\npath: ..\n"],
  "models/shared": ["x"],
  "models/shared/deep/y": ["y"],
  "m.json": ['{"r2": 1}', "{"],
  "components/prep/component.yaml": [
    component("code: ./src\nenvironment: azureml:e:1\n"),
    component("code: ../../models\nenvironment: azureml:e@latest\n"),
    "name: other\ncommand: x\n",
  ],
  "components/prep/src/run.py": ["print()"],
  "components/train/component.yaml": [
    "name: train\ntype: pipeline\njobs: { one: { component: ../prep/component.yaml } }\n",
  ],
  "environments/e/environment.yaml": ["name: e\nimage: x\n", "name: e\nbuild: { path: . }\n"],
  "environments/e/Dockerfile": ["FROM x\n"],
  "jobs/j.yaml": [
    "type: pipeline\njobs: { p: { component: ../components/prep/component.yaml } }\n",
  ],
  "stages/dev/models/b.yaml": ["version: 1\n"],
  "spec/asset.yaml": ["type: model\nspec: spec.yaml\n"],
  "spec/spec.yaml": ["name: fromspec\npath: ./w\n"],
};

type Edits = readonly (readonly [path: string, choice: number])[];

const edit = fc.tuple(fc.constantFrom(...Object.keys(choices)), fc.integer({ min: -2, max: 4 }));
const steps = fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), { maxLength: 6 });

/** Seldom without a registry.yaml, seldom with an asset.yaml: both mean that nothing is kept. */
const usual = fc.constant<Edits>(
  Object.keys(choices)
    .filter((path) => !path.startsWith("spec/") && path !== "models/a/files")
    .map((path) => [path, 0]),
);

function apply(files: Map<string, string>, edits: Edits): void {
  for (const [path, choice] of edits) {
    const text = choices[path]?.[choice];
    files.delete(path);
    if (text === undefined) continue;
    for (const other of files.keys()) {
      if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) files.delete(other);
    }
    files.set(path, text);
  }
}

const link: SourceEntry = {
  path: "models/shared",
  type: "symlink",
  sizeBytes: 3,
  objectId: "1".repeat(40),
};

async function read(files: MemoryFiles, cache: DocumentCache): Promise<Registry> {
  const hasPlace = Object.keys(files).every((path) => !path.startsWith("models/shared"));
  return readRegistry(new MemorySourceTree(files, hasPlace ? [link] : []), { cache });
}

function viewOf(registry: Registry): unknown {
  const { assets, endpoints, deployments, jobs, otherManifests, stageFiles, layouts } = registry;
  return {
    assets: assets.map(({ document, ...rest }) => ({ ...rest, value: document.value })),
    digests: assets.map((asset) => objectsDigest(asset, registry)),
    others: [endpoints, deployments, jobs, otherManifests, stageFiles, layouts].map((list) =>
      list?.map(({ document: { path, value } }) => [path, value]),
    ),
    jobs: jobs.map(({ localPaths, isBroken }) => [localPaths, isBroken]),
    found: registry.findings,
    problems: findProblems(registry, undefined),
  };
}

it("reads a registry after edits as if it had never seen another", async () => {
  await fc.assert(
    fc.asyncProperty(usual, steps, async (first, later) => {
      const cache = createDocumentCache();
      const files = new Map<string, string>();
      for (const edits of [first, ...later]) {
        apply(files, edits);
        const now = Object.fromEntries(files);
        const expected = await read(now, createDocumentCache());
        expect(viewOf(await read(now, cache))).toEqual(viewOf(expected));
      }
    }),
    { numRuns: Number(process.env["CAIRN_FUZZ"] ?? 150) },
  );
});

it("keeps the assets of which nothing was changed", async () => {
  const cache = createDocumentCache();
  const files = new Map<string, string>();
  apply(files, [
    ["registry.yaml", 0],
    ["models/a/model.yaml", 0],
    ["models/a/files/one.bin", 0],
    ["environments/e/environment.yaml", 0],
  ]);
  const before = await read(Object.fromEntries(files), cache);
  apply(files, [["models/a/files/one.bin", 1]]);
  const after = await read(Object.fromEntries(files), cache);

  const same = after.assets.filter((asset) => before.assets.includes(asset));
  expect(same.map(({ key }) => key)).toEqual(["environments/e"]);
});
