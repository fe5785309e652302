import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { describe, expect, it } from "vitest";

import { createDocumentCache } from "../../src/registry/document-cache.ts";
import { readRegistry } from "../../src/registry/read-registry.ts";
import { FolderSourceTree } from "../../src/source/drivers/folder.ts";
import type { SourceTree } from "../../src/source/source-tree.ts";
import { validateTree } from "../../src/usecases/validate.ts";
import { makeTemporaryFolder } from "../support/git-repository.ts";
import { MemorySourceTree, type MemoryFiles } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles, findingsOf } from "../support/registry-files.ts";

const mlmodel = "flavors: { a: {} }\nsignature: { inputs: '[]' }\n";
const model = {
  "m/model.yaml": "name: m\ntype: mlflow_model\npath: ./model\n",
  "m/model/MLmodel": mlmodel,
  "m/model/conda.yaml": "dependencies: [python=3.11]\n",
  "m/model/requirements.txt": "a==1\n",
} as const satisfies MemoryFiles;

async function textsOf(files: MemoryFiles): Promise<readonly string[]> {
  const registry = await readRegistry(new MemorySourceTree({ ...emptyRegistryFiles, ...files }));
  const { assets, jobs, deployments } = registry;
  return [...assets, ...jobs, ...deployments].flatMap(({ localPaths }) =>
    localPaths.flatMap(({ texts }) =>
      texts.map(
        ({ role, path, document }) => `${role} ${path}${document === undefined ? "" : " *"}`,
      ),
    ),
  );
}

describe("the small files behind a path", () => {
  it.each([
    {
      name: "of an MLflow model",
      files: model,
      texts: [
        "mlmodel m/model/MLmodel *",
        "conda m/model/conda.yaml *",
        "requirements m/model/requirements.txt",
      ],
    },
    {
      name: "of another model",
      files: { ...model, "m/model.yaml": "name: m\npath: ./model\n" },
      texts: [],
    },
    {
      name: "of an environment",
      files: {
        "e/environment.yaml": "name: e\nbuild: { path: ./c, dockerfile_path: x/./D }\n",
        "e/c/x/D": "FROM a:1\n",
        "f/environment.yaml": "name: f\nimage: a:1\nconda_file: ./conda.yaml\n",
        "f/conda.yaml": "dependencies: [a=1]\n",
      },
      texts: ["dockerfile e/c/x/D", "conda f/conda.yaml *"],
    },
    {
      name: "of steps and deployments",
      files: {
        "j/job.yml":
          "$schema: x/pipelineJob.schema.json\ntype: pipeline\njobs:\n  a: { type: command, command: x, environment: { build: { path: ./c } } }\n",
        "j/c/Dockerfile": "FROM a:1\n",
        "d/deployment.yaml":
          "name: d\nendpoint_name: e\nenvironment: { image: a:1, conda_file: ./conda.yml }\nmodel: { type: mlflow_model, path: ../m/model }\n",
        "d/conda.yml": "dependencies: [a=1]\n",
        "m/model/MLmodel": mlmodel,
      },
      texts: ["dockerfile j/c/Dockerfile", "mlmodel m/model/MLmodel *", "conda d/conda.yml *"],
    },
    {
      name: "that are left out, too large or kept elsewhere",
      files: {
        ...model,
        "m/model/.amlignore": "requirements.txt\n",
        "m/model/conda.yaml": `# ${"x".repeat(1024 * 1024)}\n`,
        "m/model/MLmodel": `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 12\n`,
      },
      texts: [],
    },
  ])("are read: $name", async ({ files, texts }) => {
    expect(await textsOf(files)).toEqual(texts);
  });

  it.each([
    { name: "no conda file", text: "- a\n", found: ["path-type e/conda.yaml:1:1"] },
    { name: "no YAML", text: "a: [\n", found: ["yaml-syntax e/conda.yaml:2:1"] },
    {
      name: "a key twice",
      text: "dependencies: [a=1]\ndependencies: [b=1]\n",
      found: ["yaml-duplicate-key e/conda.yaml:2:1"],
    },
    {
      name: "what only manifests must not have",
      text: "x: &a [b=1]\ndependencies: *a\n",
      found: [],
    },
  ])("are reported once, whoever names them: $name", async ({ text, found }) => {
    const environment =
      "$schema: x/environment.schema.json\nimage: a:1\nconda_file: ./conda.yaml\n";
    const files = {
      "e/a.yaml": `${environment}name: a\n`,
      "e/b.yaml": `${environment}name: b\n`,
      "e/conda.yaml": text,
    };
    expect(await findingsOf(files)).toEqual(found);
    const registry = await readRegistry(new MemorySourceTree({ ...emptyRegistryFiles, ...files }));
    expect(registry.assets.map(({ isBroken }) => isBroken)).toEqual(
      registry.assets.map(() => found.length > 0),
    );
  });

  it("are parsed once, and read again only when they change", async () => {
    const many = Object.fromEntries(
      [1, 2, 3].flatMap((index) =>
        Object.entries(model).map(([path, text]) => [
          path.replace("m/", `m${index}/`),
          text.replace("name: m", `name: m${index}`),
        ]),
      ),
    );
    const cache = createDocumentCache();
    const first = new MemorySourceTree({ ...emptyRegistryFiles, ...many });
    const { assets } = await readRegistry(first, { cache });
    const values = assets.map(({ localPaths }) => localPaths[0]?.texts[1]?.document?.value);
    expect(values[0]).toEqual({ dependencies: ["python=3.11"] });
    expect(new Set(values).size).toBe(1);
    const changed = { ...many, "m2/model/conda.yaml": "dependencies: [python=3.12]\n" };
    const second = new MemorySourceTree({ ...emptyRegistryFiles, ...changed });
    await readRegistry(second, { cache });
    expect(new Set(second.reads)).toEqual(new Set(["m2/model/conda.yaml"]));
  });
});

async function folderOf(files: MemoryFiles): Promise<SourceTree> {
  const folder = await makeTemporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return new FolderSourceTree({ folder });
}

describe("file-too-large-for-git", () => {
  const limit = { "registry.yaml": `${emptyRegistryFiles["registry.yaml"]}git_file_limit: 10B\n` };
  const weights = {
    "m/model.yaml": "name: m\npath: ./w\n",
    "m/w/a.bin": "12345678901",
    "m/w/b.bin": "123",
  };
  const sha256 = "0".repeat(64);

  it.each([
    { name: "over the limit", files: limit, found: ["error m/model.yaml:2:7"] },
    { name: "without a limit", files: {}, found: [] },
    {
      name: "without a limit, over what GitHub takes without a word",
      files: { "m/w/c.bin": new Uint8Array(50 * 1024 * 1024 + 1) },
      found: ["warning m/model.yaml:2:7"],
    },
    {
      name: "in Git LFS",
      files: { ...limit, ".gitattributes": "*.bin filter=lfs diff=lfs -text\n" },
      found: [],
    },
    {
      name: "in Git LFS, by a folder",
      files: { ...limit, "m/.gitattributes": "w/** filter=lfs\n" },
      found: [],
    },
    {
      name: "in Git LFS no longer",
      files: { ...limit, ".gitattributes": '"*.bin" filter=lfs\nm/** -filter\n' },
      found: ["error m/model.yaml:2:7"],
    },
    {
      name: "locked",
      files: {
        ...limit,
        "m/model.lock.yaml": `format: 1\nfiles: [{ path: w/a.bin, size: 11, sha256: "${sha256}" }]\n`,
      },
      found: [],
    },
  ])("in a folder: $name", async ({ files, found }) => {
    const tree = await folderOf({ ...emptyRegistryFiles, ...weights, ...files });
    const { findings } = await validateTree(tree);
    expect(
      findings
        .filter(({ rule }) => rule === "file-too-large-for-git")
        .map(({ severity, path, line, column }) => `${severity} ${path}:${line}:${column}`),
    ).toEqual(found);
  });

  it.each([
    {
      name: "a file",
      content: "x".repeat(200),
      found: ["file-too-large-for-git m/model.yaml:2:7"],
    },
    {
      name: "a pointer of Git LFS",
      content: `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize 99999\n`,
      found: [],
    },
  ])("in a commit: $name", async ({ content, found }) => {
    const files = { ...weights, ...limit, "m/w/a.bin": content };
    expect(await findingsOf(files)).toEqual(found);
  });
});

describe("metric-file-form", () => {
  const named = {
    "m/model.yaml": "name: m\npath: ./w\n",
    "m/w": "w",
    "m/model.meta.yaml": "evaluations:\n- data: holdout\n  file: metrics.json\n",
  };

  it.each([
    { name: "numbers", text: '{"a": 1, "b": -2.5e3}', isGood: true },
    { name: "numbers below metrics", text: '{"metrics": {"a": 1}, "by": "ann"}', isGood: true },
    { name: "NaN", text: '{"a": NaN}', isGood: false },
    { name: "more than a number can be", text: '{"a": 1e999}', isGood: false },
    { name: "text", text: '{"a": "1"}', isGood: false },
    { name: "a list", text: "[1]", isGood: false },
    { name: "nothing", text: "", isGood: false },
    { name: "depth", text: "[".repeat(100_000), isGood: false },
    { name: "more than is read", text: " ".repeat(1024 * 1024 + 1), isGood: false },
    {
      name: "a pointer of Git LFS",
      text: `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 12\n`,
      isGood: false,
    },
  ])("$name", async ({ text, isGood }) => {
    const found = await findingsOf({ ...named, "m/metrics.json": text });
    expect(found).toEqual(isGood ? [] : ["metric-file-form m/model.meta.yaml:3:9"]);
  });

  it("says why, and breaks no asset", async () => {
    const files = { ...emptyRegistryFiles, ...named, "m/metrics.json": '{"a": "1"}' };
    const registry = await readRegistry(new MemorySourceTree(files));
    expect(registry.assets.map(({ isBroken }) => isBroken)).toEqual([false]);
    expect(registry.findings).toMatchObject([
      {
        message:
          'The metrics cannot be used: the metric "a" is not a finite number in m/metrics.json.',
      },
    ]);
  });
});
