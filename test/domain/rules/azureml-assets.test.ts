import { describe, expect, it } from "vitest";

import { validateTree } from "../../../src/usecases/validate.ts";
import { componentLayout, environmentLayout, modelLayout } from "../../support/layout-files.ts";
import { MemorySourceTree, type MemoryFiles } from "../../support/memory-source-tree.ts";

async function rulesBroken(files: MemoryFiles, rules = "[azureml-assets]"): Promise<string[]> {
  const tree = new MemorySourceTree({
    "registry.yaml": `format: 1\nname: contoso\nlocation: eastus\nrules: ${rules}\n`,
    ...files,
  });
  const { findings } = await validateTree(tree);
  return findings
    .filter(({ rule }) => rule.startsWith("azureml-assets-"))
    .map(({ rule, severity }) => `${severity} ${rule.slice("azureml-assets-".length)}`);
}

describe("the rules of Azure/azureml-assets", () => {
  it("say nothing until they are asked for", async () => {
    const files = environmentLayout("azureml-ubuntu-cpu", { "asset.yaml": "type: environment\n" });

    expect(await rulesBroken(files, "[]")).toEqual([]);
  });

  it("are kept by what they are made for", async () => {
    expect(await rulesBroken(environmentLayout())).toEqual([]);
  });

  it.each([
    { name: "pytorch-2.2-cuda12.1", broken: [] },
    { name: "sklearn-1.5-py310", broken: ["warning environment-name"] },
    { name: "tensorflow-2.16-debian11-py38-gpu", broken: ["warning environment-name"] },
    { name: "minimal-inference", broken: ["warning environment-name"] },
    { name: "pytorch", broken: ["error environment-name", "error environment-name"] },
    { name: "pytorch-2.2-cuda", broken: ["error environment-name"] },
    { name: "pytorch-2.2-cuda12.1-gpu", broken: ["error environment-name"] },
    { name: "pytorch-2.2-debian", broken: ["error environment-name"] },
    {
      name: "sklearn-1.5-ubuntu22.04-cpu",
      broken: ["error environment-name", "error environment-name"],
    },
    {
      name: "pytorch_2.2",
      broken: ["error environment-name", "error environment-name", "error environment-name"],
    },
    { name: "azureml-sklearn-1.5", broken: ["error name"] },
    { name: "microsoft-aml-sklearn-1.5", broken: ["error name", "error name"] },
  ])("judge the environment name $name", async ({ name, broken }) => {
    expect(await rulesBroken(environmentLayout(name))).toEqual(broken);
  });

  it.each([
    { name: "Org-Big.Model_7b", broken: ["error name"] },
    { name: "Microsoft-phi-4", broken: [] },
    { name: "4-phi", broken: ["error name"] },
  ])("judge the model name $name", async ({ name, broken }) => {
    expect(await rulesBroken(modelLayout(name))).toEqual(broken);
  });

  it.each<{ readonly name: string; readonly files: MemoryFiles; readonly broken: string }>([
    {
      name: "a version by hand",
      files: environmentLayout(undefined, {
        "asset.yaml":
          "name: pytorch-2.2-cuda12.1\nversion: 3\ntype: environment\nspec: spec.yaml\nextra_config: environment.yaml\ncategories: [a]\n",
      }),
      broken: "error environment-version",
    },
    { name: "no categories", files: componentLayout("prep"), broken: "error categories" },
    {
      name: "another image",
      files: environmentLayout(undefined, {
        "environment.yaml":
          "image: {name: x, os: linux, context: {dir: context}, publish: {location: mcr, visibility: public}}\n",
      }),
      broken: "error image",
    },
    {
      name: "an image for few",
      files: environmentLayout(undefined, {
        "environment.yaml":
          "image: {name: azureml/curated/pytorch-2.2-cuda12.1, os: linux, context: {dir: context}, publish: {location: mcr, visibility: internal}}\n",
      }),
      broken: "warning image",
    },
    {
      name: "a curated base",
      files: environmentLayout(undefined, {
        "context/Dockerfile": "FROM mcr.microsoft.com/azureml/curated/x:1\n",
      }),
      broken: "error dockerfile",
    },
    {
      name: "another index",
      files: environmentLayout(undefined, {
        "context/Dockerfile": "FROM a:1\nRUN pip install --extra-index-url https://x y\n",
      }),
      broken: "error dockerfile",
    },
    {
      name: "tests that are not there",
      files: componentLayout("prep", {
        "asset.yaml":
          "type: component\nspec: spec.yaml\ncategories: [a]\ntest: {pytest: {enabled: true, tests_dir: none}}\n",
      }),
      broken: "error tests",
    },
    {
      name: "two of one name",
      files: {
        ...componentLayout("prep", {
          "asset.yaml": "type: component\nspec: spec.yaml\ncategories: [a]\n",
        }),
        "assets/other/asset.yaml":
          "type: component\nname: prep\nversion: 9\nspec: spec.yaml\ncategories: [a]\n",
        "assets/other/spec.yaml":
          "type: command\nname: prep\nversion: 9\ncommand: x\nenvironment: azureml://registries/r/environments/e/versions/1\n",
      },
      broken: "error unique",
    },
  ])("find $name", async ({ files, broken }) => {
    expect(await rulesBroken(files)).toEqual([broken]);
  });
});
