import { expect, it } from "vitest";
import { parse } from "yaml";
import { CommitVersionSource } from "../../../src/usecases/deliver/commit-version-source.ts";
import { CommitRegistryReader } from "../../../src/usecases/registry-reader.ts";
import { published, stateOf } from "../../support/domain-builders.ts";
import { MemorySourceTree } from "../../support/memory-source-tree.ts";
import { emptyRegistryFiles } from "../../support/registry-files.ts";

const pipeline = (...components: readonly string[]) => ({
  name: "all",
  type: "pipeline",
  jobs: Object.fromEntries(
    components.map((component, index) => [`step${index}`, { type: "command", component }]),
  ),
});
const step = { name: "step", type: "command", command: "true", environment: "azureml:AzureML-x:1" };

it.each([
  {
    name: "a label beside a version that sorts behind what it meant",
    components: ["azureml:step@latest", "azureml:step:9"],
    uses: ["components/step@11", "components/step@9"],
    rendered: ["azureml:step:11", "azureml:step:9"],
  },
  {
    name: "a path beside a version",
    components: ["azureml:step:9", "../step/component.yaml"],
    uses: ["components/step@11", "components/step@9"],
    rendered: ["azureml:step:9", "azureml:step:11"],
  },
  {
    name: "a label that meant the version which is written out, too",
    components: ["azureml:step@latest", "azureml:step:9"],
    uses: ["components/step@9"],
    rendered: ["azureml:step:9", "azureml:step:9"],
  },
  {
    name: "a manifest that says its version",
    components: ["azureml:step@latest", "../old/component.yaml"],
    uses: ["components/step@11", "components/step@old"],
    rendered: ["azureml:step:11", "azureml:step:old"],
  },
])("renders what was published: $name", async ({ components, uses, rendered }) => {
  const event = published({
    asset: "components/all",
    manifest: "components/all/component.yaml",
    recipe: 0, // Another recipe than today's: the digest is not computed again.
    uses,
  });
  const files = {
    ...emptyRegistryFiles,
    "components/all/component.yaml": JSON.stringify(pipeline(...components)),
    "components/step/component.yaml": JSON.stringify(step),
    "components/old/component.yaml": JSON.stringify({ ...step, version: "old" }),
  };
  const reader = new CommitRegistryReader({
    treeAt: () => new MemorySourceTree(files),
    openObject: () => {
      throw new Error("everything is in the tree");
    },
    hashes: { get: () => undefined, set: () => undefined },
  });
  const source = new CommitVersionSource(reader, stateOf(event));
  const { azuremlYaml } = await source.describeVersion({ asset: "components/all", version: "1" });
  const { jobs } = parse(Buffer.from(azuremlYaml).toString()) as { jobs: Record<string, unknown> };
  expect(Object.values(jobs)).toEqual(
    rendered.map((component) => ({ type: "command", component })),
  );
});
