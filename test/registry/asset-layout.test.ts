import { describe, expect, it } from "vitest";

import { readRegistry } from "../../src/registry/read-registry.ts";
import { validateManifest, validateTree } from "../../src/usecases/validate.ts";
import {
  componentLayout,
  dataLayout,
  environmentLayout,
  inFolder,
  modelLayout,
} from "../support/layout-files.ts";
import { MemorySourceTree, type MemoryFiles } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles, findingsOf } from "../support/registry-files.ts";

async function problemsOf(files: MemoryFiles): Promise<readonly string[]> {
  const { findings } = await validateTree(
    new MemorySourceTree({ ...emptyRegistryFiles, ...files }),
  );
  return findings
    .filter(({ severity }) => severity !== "info")
    .map(
      ({ severity, rule, path, line, column }) => `${severity} ${rule} ${path}:${line}:${column}`,
    );
}

async function assetsOf(files: MemoryFiles): Promise<readonly (readonly [string, unknown])[]> {
  const tree = new MemorySourceTree({ ...emptyRegistryFiles, ...files });
  const { assets } = await readRegistry(tree);
  return assets.map(({ key, explicitVersion }) => [key, explicitVersion]);
}

const environment = "assets/pytorch-2.2-cuda12.1";

describe("forms that Azure/azureml-assets releases", () => {
  it.each<{ readonly name: string; readonly files: MemoryFiles }>([
    { name: "an environment by its image", files: environmentLayout() },
    {
      name: "an environment built in the release repository",
      files: environmentLayout("e", {
        "spec.yaml":
          'name: "{{asset.name}}"\nversion: "{{asset.version}}"\nbuild:\n  path: "{{asset.repo.url}}#{{asset.repo.commit_hash}}:{{asset.repo.build_context.path}}"\n  dockerfile_path: "{{image.dockerfile.path}}"\n',
      }),
    },
    {
      name: "an environment built from its context, with templates outside quotes",
      files: environmentLayout("e", {
        "spec.yaml":
          "name: {{asset.name}}\nversion: {{ asset.version }}\nbuild:\n  path: {{image.context.path}}\n  dockerfile_path: {{image.dockerfile.path}}\n",
      }),
    },
    { name: "data in storage", files: dataLayout("rows") },
    {
      name: "an evaluator",
      files: inFolder("assets/e", {
        "asset.yaml":
          "type: evaluator\nspec: spec.yaml\ntest: {pytest: {enabled: false, conda_environment: ../no, tests_dir: ../no}}\n",
        "spec.yaml": 'type: "evaluator"\nname: "builtin.e"\nversion: 14\npath: ./evaluator\n',
      }),
    },
    {
      name: "a benchmark, which has templates of its own",
      files: inFolder("assets/b", {
        "asset.yaml": "type: benchmarkspec\nspec: spec.yaml\n",
        "spec.yaml":
          'type: benchmarkspec\nname: b\nversion: 4\ninference: { promptText: "{{item.Question}}" }\nevaluator: { patterns: ["({{ground_truth}})"] }\n',
      }),
    },
    {
      name: "a prompt",
      files: inFolder("assets/p", {
        "asset.yaml": "type: prompt\nspec: assetSpec.yaml\n",
        "assetSpec.yaml":
          "$schema: https://azuremlschemas.azureedge.net/latest/asset.prompt.schema.json\ntype: prompt\nversion: 0.0.5\nname: p \ndata_uri: ./prompt\n",
        "prompt/prompt.yaml": 'template: "{{question}}"\n',
      }),
    },
    {
      name: "YAML of other programs in code and tests",
      files: {
        ...componentLayout("prep", {
          "asset.yaml": "type: component\nspec: spec.yaml\nrelease_paths: [../../src]\n",
          "spec.yaml":
            "type: command\nname: prep\nversion: 3\ncode: ../../src\nenvironment: azureml://registries/r/environments/e/versions/1\ncommand: python run.py\n",
        }),
        "assets/tests/pipelines/job.yaml":
          "$schema: https://x/pipelineJob.schema.json\ntype: pipeline\njobs: {a: {type: command, component: ./none.yaml}}\n",
      },
    },
  ])("$name", async ({ files }) => {
    expect(await problemsOf(files)).toEqual([]);
  });

  it("keep what a client would not take as warnings", async () => {
    const files = { ...modelLayout("m"), ...environmentLayout(), ...componentLayout("prep") };

    expect(await problemsOf(files)).toEqual([
      "warning reference-unpinned assets/components/prep/spec.yaml:16:14",
      "warning schema-unknown-key assets/models/m/spec.yaml:14:1",
    ]);
  });
});

describe("name and version", () => {
  it.each([
    { name: "of the spec", asset: "", spec: "name: m\nversion: 7\n", is: ["models/m", "7"] },
    {
      name: "of asset.yaml",
      asset: "name: n\nversion: 2024-01-31\n",
      spec: "name: '{{asset.name}}'\nversion: '{{asset.version}}'\n",
      is: ["models/n", "2024-01-31"],
    },
    {
      name: "that are the same",
      asset: "name: n\nversion: 0.10.0\n",
      spec: "name: n\nversion: 0.10.0\n",
      is: ["models/n", "0.10.0"],
    },
    {
      name: "that Cairn assigns",
      asset: "version: auto\n",
      spec: "name: n\n",
      is: ["models/n", undefined],
    },
  ])("$name", async ({ asset, spec, is }) => {
    const files = modelLayout("m", {
      "asset.yaml": `${asset}type: model\nspec: spec.yaml\nextra_config: model.yaml\n`,
      "spec.yaml": `${spec}path: ./\n`,
    });

    expect(await problemsOf(files)).toEqual([]);
    expect(await assetsOf(files)).toEqual([is]);
  });

  it("may be several of one name, each with a version", async () => {
    const spec = "name: m\nversion: '{{asset.version}}'\npath: ./\n";
    const asset = (version: number): string =>
      `type: model\nversion: ${version}\nspec: spec.yaml\nextra_config: model.yaml\n`;
    const one = modelLayout("a", { "asset.yaml": asset(1), "spec.yaml": spec });
    const two = modelLayout("b", { "asset.yaml": asset(2), "spec.yaml": spec });

    expect(await problemsOf({ ...one, ...two })).toEqual([]);
  });

  it("are read of a single asset.yaml too", async () => {
    const report = await validateManifest(new MemorySourceTree(dataLayout("rows")), {
      path: "assets/data/rows/asset.yaml",
    });

    expect(report).toMatchObject({ assets: 1, findings: [] });
  });
});

describe("what is wrong in asset.yaml or beside it", () => {
  it.each<{ readonly name: string; readonly files: MemoryFiles; readonly found: string }>([
    {
      name: "no spec",
      files: environmentLayout("e", { "spec.yaml": undefined }),
      found: "path-missing assets/e/asset.yaml:4:7",
    },
    {
      name: "no key spec",
      files: { "assets/e/asset.yaml": "type: model\n" },
      found: "schema assets/e/asset.yaml:1:1",
    },
    {
      name: "an environment without extra_config",
      files: environmentLayout("e", { "asset.yaml": "name: e\ntype: environment\nspec: s\n" }),
      found: "asset-layout assets/e/asset.yaml:1:1",
    },
    {
      name: "no file at extra_config",
      files: environmentLayout("e", { "environment.yaml": undefined }),
      found: "path-missing assets/e/asset.yaml:5:15",
    },
    {
      name: "no context",
      files: environmentLayout("e", {
        "context/Dockerfile": undefined,
        "context/conda.yaml": undefined,
      }),
      found: "path-missing assets/e/environment.yaml:5:10",
    },
    {
      name: "no Dockerfile",
      files: environmentLayout("e", { "context/Dockerfile": undefined }),
      found: "path-missing assets/e/environment.yaml:4:3",
    },
    {
      name: "another operating system",
      files: environmentLayout("e", { "environment.yaml": "image: {name: e, os: mac}\n" }),
      found: "schema assets/e/environment.yaml:1:22",
    },
    {
      name: "no description_file",
      files: modelLayout("m", {
        "asset.yaml": "type: model\nspec: spec.yaml\ndescription_file: none.md\n",
      }),
      found: "path-missing assets/models/m/asset.yaml:3:19",
    },
    {
      name: "no release path",
      files: modelLayout("m", {
        "asset.yaml": "type: model\nspec: spec.yaml\nrelease_paths: ['!none', ../none]\n",
      }),
      found: "path-missing assets/models/m/asset.yaml:3:26",
    },
    {
      name: "an exclusion of nothing",
      files: modelLayout("m", {
        "asset.yaml": "type: model\nspec: spec.yaml\nrelease_paths: ['!none']\n",
      }),
      found: "asset-layout assets/models/m/asset.yaml:3:17",
    },
    {
      name: "categories that are no list",
      files: modelLayout("m", {
        "asset.yaml": "type: model\nspec: spec.yaml\ncategories: x\n",
      }),
      found: "schema assets/models/m/asset.yaml:3:13",
    },
    {
      name: "two ways to install what tests need",
      files: modelLayout("m", {
        "asset.yaml":
          "type: model\nspec: spec.yaml\ntest:\n  pytest:\n    enabled: true\n    conda_environment: a\n    pip_requirements: b\n",
      }),
      found: "asset-layout assets/models/m/asset.yaml:7:23",
    },
    {
      name: "a model from nowhere",
      files: modelLayout("m", {
        "model.yaml":
          "path: {type: http, uri: x}\npublish: {description: description.md, type: custom_model}\n",
      }),
      found: "schema assets/models/m/model.yaml:1:14",
    },
    {
      name: "no model card",
      files: modelLayout("m", { "description.md": undefined }),
      found: "path-missing assets/models/m/model.yaml:7:16",
    },
    {
      name: "a local MLflow model without MLmodel",
      files: modelLayout("m", {
        "model.yaml":
          "path: {type: local, uri: files}\npublish: {description: description.md, type: mlflow_model}\n",
        "files/weights": "w",
      }),
      found: "path-type assets/models/m/model.yaml:1:26",
    },
    {
      name: "data in another kind of storage",
      files: dataLayout("d", { "storage.yaml": "path: {type: git}\n" }),
      found: "schema assets/data/d/storage.yaml:1:14",
    },
    {
      name: "another name in the spec",
      files: dataLayout("d", { "spec.yaml": "name: e\nversion: 2\npath: sample\n" }),
      found: "asset-layout assets/data/d/spec.yaml:1:7",
    },
    {
      name: "another version in the spec",
      files: dataLayout("d", { "spec.yaml": "name: d\nversion: 3\npath: sample\n" }),
      found: "asset-layout assets/data/d/spec.yaml:2:10",
    },
    {
      name: "auto and a version in the spec",
      files: environmentLayout("e", { "spec.yaml": "name: e\nversion: 3\nimage: x:1\n" }),
      found: "asset-layout assets/e/spec.yaml:2:10",
    },
    {
      name: "a template and no name",
      files: modelLayout("m", { "spec.yaml": "name: '{{asset.name}}'\nversion: 1\npath: ./\n" }),
      found: "asset-layout assets/models/m/spec.yaml:1:7",
    },
    {
      name: "a version that YAML mangles",
      files: dataLayout("d", {
        "asset.yaml": "name: d\nversion: 1.10\ntype: data\nspec: spec.yaml\n",
      }),
      found: "version-mangled assets/data/d/asset.yaml:2:10",
    },
    {
      name: "a type that nobody knows",
      files: modelLayout("m", { "asset.yaml": "type: wonder\nspec: spec.yaml\n" }),
      found: "asset-layout assets/models/m/asset.yaml:1:7",
    },
    {
      name: "asset.yaml that cannot be read",
      files: modelLayout("m", { "asset.yaml": "type: model\n  spec: x\n" }),
      found: "yaml-syntax assets/models/m/asset.yaml:1:7",
    },
    {
      name: "a spec that cannot be read",
      files: modelLayout("m", { "spec.yaml": "name: [m\n" }),
      found: "yaml-syntax assets/models/m/spec.yaml:2:1",
    },
    {
      name: "a spec that leads out of the registry",
      files: { "assets/m/asset.yaml": "type: model\nspec: ../../../spec.yaml\n" },
      found: "path-outside assets/m/asset.yaml:2:7",
    },
    {
      name: "a spec that lost its asset.yaml",
      files: {
        ...dataLayout("d"),
        "assets/lost/spec.yaml": "$schema: https://x/model.schema.json\nname: m\npath: ./none\n",
      },
      found: "asset-layout assets/lost/spec.yaml:1:1",
    },
    {
      name: "a spec of another name that lost its asset.yaml",
      files: {
        ...dataLayout("d"),
        "assets/lost/batch_spec.yaml": "$schema: https://x/model.schema.json\nname: m\npath: .\n",
      },
      found: "asset-layout assets/lost/batch_spec.yaml:1:1",
    },
  ])("$name", async ({ files, found }) => {
    expect(await findingsOf(files)).toContain(found);
  });

  it("says it in words, at the place", async () => {
    const tree = new MemorySourceTree({
      ...emptyRegistryFiles,
      ...environmentLayout("e", { "environment.yaml": "image: {name: e, os: linux}\n" }),
    });

    const { findings } = await validateTree(tree);

    expect(findings).toEqual([
      {
        rule: "asset-template",
        severity: "error",
        message: "Nothing defines {{image.publish.hostname}}: it would stay as it is.",
        path: "assets/e/spec.yaml",
        line: 3,
        column: 8,
      },
    ]);
  });

  it("never keeps another asset from being read", async () => {
    const files = { ...dataLayout("d"), "assets/m/asset.yaml": "type: model\nspec: none\n" };

    expect(await assetsOf(files)).toEqual([["data/d", "2"]]);
  });
});

describe("references of a spec", () => {
  it.each([
    { name: "as the layout has them", registry: "", severity: "warning" },
    {
      name: "pinned, if the registry says so",
      registry: "references: pinned\n",
      severity: "error",
    },
  ])("are labels $name", async ({ registry, severity }) => {
    const tree = new MemorySourceTree({
      "registry.yaml": `format: 1\nname: contoso\nlocation: eastus\n${registry}`,
      ...environmentLayout(),
      ...componentLayout("prep"),
    });

    const { findings } = await validateTree(tree);

    expect(findings).toMatchObject([{ rule: "reference-unpinned", severity }]);
    expect(findings[0]?.path).toBe("assets/components/prep/spec.yaml");
  });

  it("may name versions that were released before", async () => {
    const files = {
      ...componentLayout("prep"),
      "assets/pipe/asset.yaml": "type: component\nspec: spec.yaml\n",
      "assets/pipe/spec.yaml":
        "type: pipeline\nname: pipe\nversion: 0.0.1\njobs:\n  a: {type: command, component: 'azureml:prep:0.0.3', inputs: {old: 1}}\n",
    };

    expect(await problemsOf(files)).toContain(
      "warning reference-missing assets/pipe/spec.yaml:5:33",
    );
  });
});

it("takes what tools are tested with for no asset, unless there is nothing else", async () => {
  const broken = {
    "scripts/tests/resources/bad/asset.yaml": "type: model\nspec: none\n",
    "scripts/tests/resources/worse/asset.yaml": "type: [\n",
  };

  expect(await problemsOf({ ...dataLayout("d"), ...broken })).toEqual([]);
  expect(await problemsOf(broken)).toHaveLength(2);
});

it("takes the environment's own folder", async () => {
  const tree = new MemorySourceTree({ ...emptyRegistryFiles, ...environmentLayout() });
  const [asset] = (await readRegistry(tree)).assets;

  expect(asset?.document.path).toBe(`${environment}/spec.yaml`);
  expect(asset?.document.value["image"]).toBe(
    "mcr.microsoft.com/azureml/curated/pytorch-2.2-cuda12.1:{{asset.version}}",
  );
});
