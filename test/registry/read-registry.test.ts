import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import * as fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";

import { NativeGitReader } from "../../src/git/drivers/native/reader.ts";
import { createDocumentCache } from "../../src/registry/document-cache.ts";
import { readRegistry } from "../../src/registry/read-registry.ts";
import { CommitSourceTree } from "../../src/source/drivers/commit.ts";
import { FolderSourceTree } from "../../src/source/drivers/folder.ts";
import { validateTree } from "../../src/usecases/validate.ts";
import { GitRepository } from "../support/git-repository.ts";
import { MemorySourceTree, type MemoryFiles } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles, findingsOf, modelFiles } from "../support/registry-files.ts";

const sample = fileURLToPath(new URL("../../sample-registry", import.meta.url));

describe("the sample registry", () => {
  it("gives no finding from a folder", async () => {
    const { findings, assets } = await validateTree(new FolderSourceTree({ folder: sample }));

    expect(findings).toEqual([]);
    expect(assets).toBe(9);
  });

  it("gives no finding from a commit, and the same registry", async () => {
    const repository = await GitRepository.create();
    await cp(sample, repository.path, { recursive: true });
    const commit = await repository.commit("sample", {});
    const git = await NativeGitReader.open({
      directory: join(repository.path, ".git"),
      environment: process.env,
    });
    onTestFinished(() => git.close());
    const tree = new CommitSourceTree({ git, commit });

    const { findings } = await validateTree(tree);
    const fromCommit = await readRegistry(tree);
    const fromFolder = await readRegistry(new FolderSourceTree({ folder: sample }));

    expect(findings).toEqual([]);
    expect(fromCommit.assets.map(({ key }) => key)).toEqual(
      fromFolder.assets.map(({ key }) => key),
    );
  });
});

interface Case {
  readonly name: string;
  readonly files: MemoryFiles;
  readonly found: readonly string[];
}

describe("findings", () => {
  it.each<Case>([
    { name: "nothing, of an empty registry", files: {}, found: [] },
    { name: "nothing, of one model", files: modelFiles, found: [] },
    {
      name: "a file that is not there",
      files: { "models/a/model.yaml": "name: a\npath: ./none\n" },
      found: ["path-missing models/a/model.yaml:2:7"],
    },
    {
      name: "a path out of the registry",
      files: { "models/a/model.yaml": "name: a\npath: ../../../etc\n" },
      found: ["path-outside models/a/model.yaml:2:7"],
    },
    {
      name: "an absolute path",
      files: { "models/a/model.yaml": "name: a\npath: /etc/passwd\n" },
      found: ["path-outside models/a/model.yaml:2:7"],
    },
    {
      name: "a path with a backslash",
      files: { "models/a/model.yaml": "name: a\npath: ..\\x\n" },
      found: ["path-outside models/a/model.yaml:2:7"],
    },
    {
      name: "a folder where a file belongs",
      files: { "data/a/data.yaml": "name: a\ntype: uri_file\npath: ./d\n", "data/a/d/x.csv": "1" },
      found: ["path-type data/a/data.yaml:3:7"],
    },
    {
      name: "a file where a folder belongs",
      files: { "data/a/data.yaml": "name: a\npath: ./x.csv\n", "data/a/x.csv": "1" },
      found: ["path-type data/a/data.yaml:2:7"],
    },
    {
      name: "an mltable without MLTable",
      files: { "data/a/data.yaml": "name: a\ntype: mltable\npath: ./d\n", "data/a/d/x.csv": "1" },
      found: ["path-type data/a/data.yaml:3:7"],
    },
    {
      name: "an MLflow model without flavors",
      files: {
        "models/a/model.yaml": "name: a\ntype: mlflow_model\npath: ./m\n",
        "models/a/m/MLmodel": "run_id: x\n",
      },
      found: ["path-type models/a/m/MLmodel:1:1"],
    },
    {
      name: "names that differ in case",
      files: { ...modelFiles, "m/model.yaml": "name: TAXI\npath: ./w\n", "m/w": "w" },
      found: ["duplicate-name m/model.yaml:1:7", "duplicate-name models/taxi/model.yaml:1:7"],
    },
    {
      name: "two manifests of one name without versions",
      files: { ...modelFiles, "m/model.yaml": "name: taxi\npath: ./w\n", "m/w": "w" },
      found: ["duplicate-name m/model.yaml:1:7", "duplicate-name models/taxi/model.yaml:1:7"],
    },
    {
      name: "nothing, of two versions of one name",
      files: {
        "m/1/model.yaml": "name: taxi\nversion: 1\npath: ./w\n",
        "m/1/w": "w",
        "m/2/model.yaml": 'name: taxi\nversion: "2"\npath: ./w\n',
        "m/2/w": "w",
      },
      found: [],
    },
    {
      name: "the same name of another kind is another asset",
      files: {
        ...modelFiles,
        "data/taxi/data.yaml": "name: taxi\npath: ./d\n",
        "data/taxi/d/x": "1",
      },
      found: [],
    },
    {
      name: "a version that YAML changes",
      files: { "m/model.yaml": "name: a\nversion: 1.10\npath: ./w\n", "m/w": "w" },
      found: ["version-mangled m/model.yaml:2:10"],
    },
    {
      name: "an unknown key",
      files: { "m/model.yaml": "name: a\npath: ./w\ndescripton: x\n", "m/w": "w" },
      found: ["schema-unknown-key m/model.yaml:3:1"],
    },
    {
      name: "neither image nor build",
      files: { "e/environment.yaml": "name: a\nimage: x:1\nbuild: { path: . }\n", "e/x": "1" },
      found: ["schema e/environment.yaml:3:1"],
    },
    {
      name: "nothing, of conda files and foreign YAML",
      files: {
        "e/environment.yaml": "name: conda\nchannels: [x]\ndependencies: [y]\n",
        "a/values.yaml": "{{ broken template",
        "a/data.yaml": "train: x\nval: y\n",
      },
      found: [],
    },
    {
      name: "a schema that Cairn does not check",
      files: { "a/x.yaml": "$schema: https://azuremlschemas.azureedge.net/latest/Schedule.json\n" },
      found: ["not-checked a/x.yaml:1:1"],
    },
    {
      name: "a broken lock file",
      files: { ...modelFiles, "models/taxi/model.lock.yaml": "format: 1\n" },
      found: ["schema models/taxi/model.lock.yaml:1:1"],
    },
    {
      name: "nothing, of a file that only the lock has",
      files: {
        "m/model.yaml": "name: a\npath: ./w/big.bin\n",
        "m/model.lock.yaml": `format: 1\nfiles: [{ path: w/big.bin, size: 5, sha256: "${"a".repeat(64)}" }]\n`,
      },
      found: [],
    },
    {
      name: "a stage file in the wrong place",
      files: { "stages/prod/taxi.yaml": "version: 1\n" },
      found: ["stage-file-path stages/prod/taxi.yaml"],
    },
    {
      name: "a workspace that breaks its schema",
      files: { "workspaces/prod.yaml": "stage: prod\nregion: eastus\n" },
      found: ["schema workspaces/prod.yaml:1:1"],
    },
    {
      name: "a policy that breaks its schema",
      files: { "policies/promotion.yaml": "ruels: []\n" },
      found: [
        "schema policies/promotion.yaml:1:1",
        "schema-unknown-key policies/promotion.yaml:1:1",
      ],
    },
    {
      name: "what only by its path is a manifest and is no YAML",
      files: { ...modelFiles, "a/model.yaml": "name: [a\n", "models/b/spec.yml": "x: [a\n" },
      found: ["yaml-syntax a/model.yaml:2:1", "yaml-syntax models/b/spec.yml:2:1"],
    },
    {
      name: "a manifest that is nested too deep",
      files: { ...modelFiles, "a/model.yaml": "[".repeat(1000), "a/data.yaml": "- ".repeat(1000) },
      found: ["yaml-depth a/data.yaml:1:127", "yaml-depth a/model.yaml:1:64"],
    },
    {
      name: "a manifest that is too large to look for its schema",
      files: { ...modelFiles, "a/model.yaml": `name: a\n#${"x".repeat(5_000_000)}` },
      found: ["yaml-too-large a/model.yaml"],
    },
    {
      name: "nothing, of an excluded file that is no YAML",
      files: {
        ...modelFiles,
        "registry.yaml": 'format: 1\nname: contoso\nexclude: ["templates/**"]\n',
        "templates/model.yaml": "{{ x",
      },
      found: [],
    },
    {
      name: "files that differ only in case",
      files: { "m/model.yaml": "name: a\npath: ./w\n", "m/w/A": "1", "m/w/a": "2" },
      found: ["path-collision m/model.yaml:2:7"],
    },
  ])("$name", async ({ files, found }) => {
    expect((await findingsOf(files)).toSorted()).toEqual([...found].toSorted());
  });

  it("names links and unusable files within an asset, and nobody else's", async () => {
    const found = await findingsOf(
      { ...modelFiles, "m/model.yaml": "name: a\npath: ./w\n", "m/w/ok": "1" },
      [
        { path: "m/w/link", type: "symlink", sizeBytes: 0, objectId: undefined },
        { path: "m/w/x\\y", type: "unreadable", sizeBytes: 0, objectId: undefined, problem: "…" },
        { path: "elsewhere/link", type: "symlink", sizeBytes: 0, objectId: undefined },
      ],
    );

    expect(found).toEqual(["file-unusable m/model.yaml:2:7", "file-unusable m/model.yaml:2:7"]);
  });

  it("names links that stand where a manifest or a file of the registry would", async () => {
    const link = { type: "symlink", sizeBytes: 0, objectId: undefined } as const;
    const found = await findingsOf(modelFiles, [
      { path: "a/model.yaml", ...link },
      { path: "models/taxi/model.meta.yaml", ...link },
      { path: "workspaces/dev.yaml", ...link },
      { path: ".github/model.yaml", ...link },
      { path: "notes/values.yaml", ...link },
    ]);

    expect(found).toEqual([
      "file-unusable a/model.yaml:1:1",
      "file-unusable models/taxi/model.meta.yaml:1:1",
      "file-unusable workspaces/dev.yaml:1:1",
    ]);
  });

  it("needs a registry.yaml", async () => {
    const { findings } = await validateTree(new MemorySourceTree(modelFiles));

    expect(findings).toMatchObject([{ rule: "registry-missing", path: "registry.yaml" }]);
  });

  it("judges nothing in a registry that is newer than Cairn", async () => {
    const broken = { "registry.yaml": "format: 2\n", "m/model.yaml": "name: a\nversion: 1.10\n" };
    const { findings, assets } = await validateTree(new MemorySourceTree(broken));

    expect(findings).toMatchObject([{ rule: "format-too-new", line: 1 }]);
    expect(assets).toBe(0);
  });
});

describe("what an asset covers", () => {
  it("leaves out what .amlignore says, the manifest and its companions", async () => {
    const registry = await readRegistry(
      new MemorySourceTree({
        ...emptyRegistryFiles,
        "m/model.yaml": "name: a\npath: .\n",
        "m/model.meta.yaml": "owner: ann\n",
        "m/.amlignore": "*.log\n/cache/\n!keep.log\n# comment\n",
        "m/w": "1",
        "m/x.log": "1",
        "m/keep.log": "1",
        "m/cache/keep.log": "1",
        "m/deep/cache/y": "1",
      }),
    );

    expect(registry.assets[0]?.localPaths[0]?.files.map((file) => file.relativePath)).toEqual([
      ".amlignore",
      "deep/cache/y",
      "keep.log",
      "w",
    ]);
  });

  it("takes an LFS pointer for the file behind it", async () => {
    const sha256 = "b".repeat(64);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize 12345\n`;
    const registry = await readRegistry(
      new MemorySourceTree({
        ...emptyRegistryFiles,
        ...modelFiles,
        "models/taxi/weights.bin": pointer,
      }),
    );

    expect(registry.assets[0]?.localPaths[0]?.files).toMatchObject([
      { relativePath: "weights.bin", sizeBytes: 12345, content: { type: "object", sha256 } },
    ]);
  });

  it("is bounded by include and exclude", async () => {
    const files = {
      ...modelFiles,
      "registry.yaml": 'format: 1\nname: contoso\nexclude: ["models/t*/**"]\n',
    };

    expect((await readRegistry(new MemorySourceTree(files))).assets).toEqual([]);
  });
});

describe("reading twice", () => {
  it("reads only what changed", async () => {
    const cache = createDocumentCache();
    const files = { ...emptyRegistryFiles, ...modelFiles };
    await readRegistry(new MemorySourceTree(files), { cache });
    const tree = new MemorySourceTree({
      ...files,
      "m/model.yaml": "name: b\npath: ./w\n",
      "m/w": "1",
    });

    const registry = await readRegistry(tree, { cache });

    expect(registry.assets.map(({ key }) => key)).toEqual(["models/b", "models/taxi"]);
    expect(tree.reads).toEqual(["m/model.yaml"]);
  });

  it("does not depend on the order of files", async () => {
    const files = {
      ...emptyRegistryFiles,
      ...modelFiles,
      "m/model.yaml": "name: TAXI\npath: ./x\n",
    };
    const expected = await findingsOf(files);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(Object.entries(files), { minLength: 4 }),
        async (entries) => {
          expect(await findingsOf(Object.fromEntries(entries))).toEqual(expected);
        },
      ),
      { numRuns: 10 },
    );
  });
});
