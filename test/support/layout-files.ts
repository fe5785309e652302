import type { MemoryFiles } from "./memory-source-tree.ts";

/** An environment in the layout of Azure/azureml-assets, image and all. */
export function environmentLayout(
  name = "pytorch-2.2-cuda12.1",
  parts: Readonly<Record<string, string | undefined>> = {},
): MemoryFiles {
  const files: Record<string, string | undefined> = {
    "asset.yaml": `name: ${name}\nversion: auto\ntype: environment\nspec: spec.yaml\nextra_config: environment.yaml\ncategories: [Training]\n`,
    "spec.yaml":
      'name: "{{asset.name}}"\nversion: "{{asset.version}}"\nimage: "{{image.publish.hostname}}/{{image.name}}:{{asset.version}}"\nos_type: linux\n',
    "environment.yaml": `image:\n  name: azureml/curated/${name}\n  os: linux\n  context:\n    dir: context\n    template_files: [Dockerfile, conda.yaml]\n  publish:\n    location: mcr\n    visibility: public\n`,
    "context/Dockerfile": "FROM ubuntu:{{latest-image-tag:22\\.04-\\d+}}\n",
    "context/conda.yaml":
      "channels: [conda-forge]\ndependencies: [python=3.10, {pip: [azureml-core=={{latest-pypi-version}}]}]\n",
    ...parts,
  };
  return inFolder(`assets/${name}`, files);
}

/** A model whose files lie in a storage account, as most do there. */
export function modelLayout(
  name: string,
  parts: Readonly<Record<string, string | undefined>> = {},
): MemoryFiles {
  return inFolder(`assets/models/${name}`, {
    "asset.yaml":
      "extra_config: model.yaml\nspec: spec.yaml\ntype: model\ncategories: [Foundation]\n",
    "spec.yaml": `$schema: https://azuremlschemas.azureedge.net/latest/model.schema.json\nname: ${name}\nversion: 3\npath: ./\nproperties:\n  SharedComputeCapacityEnabled: true\ntags:\n  Featured: ''\n  inference_compute_allow_list: [Standard_A, Standard_B]\n  promptTemplate: "<|user|>{{user}}"\nsystem_metadata:\n  languages: [en]\n  SKU: { inferenceRecommendedSkus: [Standard_A] }\nvariantInfo:\n  parents: [{ assetId: azureml://registries/azureml/models/big/versions/1 }]\n`,
    "model.yaml":
      "path:\n  type: azureblob\n  storage_name: models\n  container_name: public\n  container_path: a/b\npublish:\n  description: description.md\n  type: mlflow_model\n",
    "description.md": "# A model\n",
    ...parts,
  });
}

export function dataLayout(
  name: string,
  parts: Readonly<Record<string, string | undefined>> = {},
): MemoryFiles {
  return inFolder(`assets/data/${name}`, {
    "asset.yaml": `name: ${name}\nversion: 2\ntype: data\nspec: spec.yaml\nextra_config: storage.yaml\n`,
    "spec.yaml":
      'name: "{{asset.name}}"\nversion: "{{asset.version}}"\ntype: mltable\npath: sample/\n',
    "storage.yaml":
      "path: {type: azureblob, storage_name: s, container_name: c, container_path: p}\n",
    "sample/rows.csv": "a\n",
    ...parts,
  });
}

/** A component whose code other components share. */
export function componentLayout(
  name: string,
  parts: Readonly<Record<string, string | undefined>> = {},
): MemoryFiles {
  return {
    "assets/src/run.py": "print()\n",
    "assets/src/data.yaml": "name: no-manifest\npath: nowhere\n",
    ...inFolder(`assets/components/${name}`, {
      "asset.yaml": "type: component\nspec: spec.yaml\n",
      "spec.yaml": `$schema: http://azureml/sdk-2-0/CommandComponent.json\ntype: command\nname: ${name}\nversion: 0.0.17.preview\ntags:\n    Preview: ""\ninputs:\n  rows:\n    type: path\n    optional: True\noutputs:\n  out:\n    type: uri_folder\n    mode: rw_mount\ncode: ../../src\nenvironment: azureml:pytorch-2.2-cuda12.1@latest\ncommand: >-\n  python run.py $[[--rows '\${{inputs.rows}}']] --out '\${{outputs.out}}'\n`,
      ...parts,
    }),
  };
}

export function inFolder(
  folder: string,
  parts: Readonly<Record<string, string | undefined>>,
): MemoryFiles {
  return Object.fromEntries(
    Object.entries(parts).flatMap(([path, text]) =>
      text === undefined ? [] : [[`${folder}/${path}`, text] as const],
    ),
  );
}
