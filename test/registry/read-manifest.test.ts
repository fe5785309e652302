import { describe, expect, it } from "vitest";

import { readRegistry } from "../../src/registry/read-registry.ts";
import { validateManifest } from "../../src/usecases/validate.ts";
import { MemorySourceTree } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles } from "../support/registry-files.ts";

describe("a manifest on its own", () => {
  const text = "name: c\ncommand: echo ${{inputs.x}}\nenvironment: azureml:somewhere@latest\n";

  it("is checked for form, and what it refers to is not", async () => {
    const tree = new MemorySourceTree({ "component.yaml": text });

    const { findings, assets } = await validateManifest(tree, { path: "component.yaml" });

    expect(findings).toMatchObject([{ rule: "command-binding", line: 2 }]);
    expect(assets).toBe(1);
  });

  it("may be of a kind that only the caller knows", async () => {
    const tree = new MemorySourceTree({ "x.yml": text });

    await expect(validateManifest(tree, { path: "x.yml" })).rejects.toMatchObject({
      code: "REGISTRY_NOT_A_MANIFEST",
    });
    const { findings } = await validateManifest(tree, { path: "x.yml", kind: "component" });
    expect(findings).toMatchObject([{ rule: "command-binding" }]);
  });

  it("needs its files", async () => {
    const tree = new MemorySourceTree({ "m.yaml": "name: a\npath: ./none\n" });

    const { findings } = await validateManifest(tree, { path: "m.yaml", kind: "model" });

    expect(findings).toMatchObject([{ rule: "path-missing", path: "m.yaml", line: 2 }]);
  });

  it("says of a template without quotes only that it lacks them", async () => {
    const tree = new MemorySourceTree({ "model.yaml": "name: {{NAME}}\npath: ./w\n", w: "w" });

    const { findings } = await validateManifest(tree, { path: "model.yaml" });

    expect(findings).toMatchObject([{ rule: "yaml-key", line: 1, column: 7 }]);
  });
});

describe("the layout of Azure/azureml-assets", () => {
  const spec =
    "name: '{{asset.name}}'\nversion: '{{asset.version}}'\nimage: x\n$schema: https://x/environment.schema.json\n";

  it("takes name and version from asset.yaml, and auto as none", async () => {
    const registry = await readRegistry(
      new MemorySourceTree({
        ...emptyRegistryFiles,
        "a/asset.yaml": "type: environment\nspec: spec.yaml\nname: env\nversion: auto\n",
        "a/spec.yaml": spec,
        "b/asset.yaml": "type: environment\nspec: spec.yaml\nname: other\nversion: 3\n",
        "b/spec.yaml": spec,
      }),
    );

    expect(registry.assets).toMatchObject([
      { key: "environments/env", explicitVersion: undefined },
      { key: "environments/other", explicitVersion: "3" },
    ]);
  });
});
