/** Assets of every kind and way of writing them, beside those of the sample registry. */
const assets = {
  "environments/built/environment.yaml": `name: built
version: "7"
build:
  path: ./context
  dockerfile_path: docker/Dockerfile
`,
  "environments/built/context/docker/Dockerfile": "FROM python:3.12.3-slim\n",
  "environments/inline/environment.yaml": `name: inline
image: mcr.microsoft.com/azureml/minimal-ubuntu22.04-py310-inference:20240501.v1
conda_file:
  name: inline
  channels: [conda-forge]
  dependencies: [python=3.10, pip=24.0]
`,
  "models/weights/model.yaml": `name: weights
version: "110"
type: custom_model
path: ./weights.bin
description: "Tab\\tand = and \\u0085 and 1e3"
tags: { "yes": "no", since: "2024-01-01", "=": "<<", size: 1e-7 }
`,
  "models/weights/weights.bin": "weights\n",
  "data/one-file/data.yaml": "name: one-file\ntype: uri_file\npath: ./rows.csv\n",
  "data/one-file/rows.csv": "a,b\n1,2\n",
  "data/table/data.yaml": "name: table\ntype: mltable\npath: .\n",
  "data/table/MLTable":
    "paths:\n  - file: ./rows.csv\ntransformations:\n  - read_delimited:\n      delimiter: ','\n",
  "data/table/rows.csv": "a,b\n1,2\n",
  "components/batch/component.yaml": `name: batch
type: parallel
inputs: { rows: { type: uri_folder } }
outputs: { scores: { type: uri_file } }
input_data: \${{inputs.rows}}
mini_batch_size: "10kb"
task:
  type: run_function
  code: ./src
  entry_script: score.py
  environment:
    image: mcr.microsoft.com/azureml/minimal-ubuntu22.04-py310-inference:20240501.v1
    conda_file: ./conda.yaml
  append_row_to: \${{outputs.scores}}
`,
  "components/batch/src/score.py": "def init():\n    pass\n\n\ndef run(batch):\n    return batch\n",
  "components/batch/conda.yaml":
    "name: batch\nchannels: [conda-forge]\ndependencies: [python=3.10, pip=24.0]\n",
  "components/shared/helpers.py": "HELP = 1\n",
  "components/wide/component.yaml": `name: wide
type: command
command: python run.py
code: ./src
additional_includes: [../shared]
environment: file:../../environments/built/environment.yaml
`,
  "components/wide/src/run.py": "import shared.helpers\n",
  "components/sparkle/component.yaml": `name: sparkle
type: spark
code: ./src
entry: { file: count.py }
py_files: [extra.zip]
environment: azureml:inline@latest
conf:
  spark.driver.cores: 1
  spark.driver.memory: 2g
  spark.executor.cores: 2
  spark.executor.memory: 2g
  spark.executor.instances: 2
`,
  "components/sparkle/src/count.py": "print(1)\n",
  "components/sparkle/src/extra.zip": "zip\n",
  "components/inner/component.yaml": `name: inner
type: pipeline
inputs: { rows: { type: uri_folder } }
jobs:
  score:
    type: parallel
    component: ../batch/component.yaml
    inputs: { rows: "\${{parent.inputs.rows}}" }
`,
  "components/outer/component.yaml": `name: outer
version: "31"
type: pipeline
inputs: { rows: { type: uri_folder } }
jobs:
  inner:
    type: pipeline
    component: ../inner/component.yaml
    inputs: { rows: "\${{parent.inputs.rows}}" }
  wide:
    type: command
    component: azureml://registries/contoso-ml/components/wide/labels/latest
  count:
    type: spark
    component: file:../sparkle/component.yaml
    resources: { instance_type: standard_e4s_v3, runtime_version: "3.4" }
`,
};

/** An asset as Azure/azureml-assets lays them out. */
const layout = {
  "assets/laid-out/asset.yaml": "name: laid_out\nversion: auto\ntype: component\nspec: spec.yaml\n",
  "assets/laid-out/spec.yaml": `$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
name: "{{asset.name}}"
version: "{{asset.version}}"
type: command
command: echo "{{asset.name}}"
environment: azureml:built:7
`,
  "assets/image/asset.yaml":
    "name: image\nversion: auto\ntype: environment\nspec: spec.yaml\nextra_config: environment.yaml\n",
  "assets/image/environment.yaml": `image:
  name: azureml/curated/image
  os: linux
  context: { dir: context, dockerfile: Dockerfile }
  publish: { location: mcr, visibility: public }
`,
  "assets/image/context/Dockerfile": "FROM python:3.12.3-slim\n",
  "assets/image/spec.yaml": `$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json
name: "{{asset.name}}"
version: "{{asset.version}}"
description: "The image {{image.name}}."
build:
  path: "{{asset.repo.build_context.path}}"
  dockerfile_path: "{{image.dockerfile.path}}"
os_type: linux
`,
  "assets/net/asset.yaml":
    "name: net\nversion: 4\ntype: model\nspec: spec.yaml\nextra_config: model.yaml\n",
  "assets/net/model.yaml": `path: { type: local, uri: weights }
publish: { type: custom_model, description: description.md }
`,
  "assets/net/description.md": "A net.\n",
  "assets/net/weights/net.bin": "weights\n",
  "assets/net/spec.yaml": `$schema: https://azuremlschemas.azureedge.net/latest/model.schema.json
name: "{{asset.name}}"
version: "{{asset.version}}"
type: custom_model
path: ./
`,
};

const jobs = {
  "jobs/all.yml": `$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline
settings: { default_compute: azureml:cpu-cluster }
inputs:
  trips: { type: uri_folder, path: azureml:taxi-trips@latest, mode: ro_mount }
  rows: { type: uri_file, path: ../data/one-file/rows.csv }
jobs:
  prep:
    type: command
    compute: azureml:cpu-cluster
    component: ../components/prep/component.yaml
    inputs: { trips: "\${{parent.inputs.trips}}" }
  own:
    type: command
    command: "python run.py\\t--rows \${{inputs.rows}}"
    code: ./src
    environment: file:../environments/taxi-env/environment.yaml
    inputs: { rows: "\${{parent.inputs.rows}}" }
  search:
    type: sweep
    trial: ../components/train/component.yaml
    compute: cpu-cluster
    inputs: { features: "\${{parent.inputs.trips}}" }
    search_space: { trees: { type: choice, values: [10, 20] } }
    objective: { goal: maximize, primary_metric: r2 }
    sampling_algorithm: random
    limits: { max_total_trials: 2 }
  whole:
    type: pipeline
    component: azureml://registries/contoso-ml/components/taxi_pipeline/labels/latest
    inputs: { trips: "\${{parent.inputs.trips}}" }
`,
  "jobs/src/run.py": "print(1)\n",
  "jobs/alone.yml": `$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
type: command
command: python run.py --trips \${{inputs.trips}}
code: ./src
environment: azureml:taxi-env@prod
compute: azureml:cpu-cluster
inputs:
  trips: { type: uri_folder, path: azureml:taxi-trips:1 }
`,
  "jobs/sweep.yml": `$schema: https://azuremlschemas.azureedge.net/latest/sweepJob.schema.json
type: sweep
trial:
  command: python run.py --trees \${{search_space.trees}} --trips \${{inputs.trips}}
  code: ./src
  environment: azureml:taxi-env@latest
compute: cpu-cluster
inputs:
  trips: { type: uri_folder, path: azureml:taxi-trips:1 }
search_space: { trees: { type: choice, values: [10, 20] } }
objective: { goal: maximize, primary_metric: r2 }
sampling_algorithm: random
limits: { max_total_trials: 2 }
`,
  "jobs/nightly.yml": `$schema: https://azuremlschemas.azureedge.net/latest/schedule.schema.json
name: nightly
trigger: { type: cron, expression: "0 1 * * *" }
create_job:
  type: pipeline
  job: ./all.yml
  settings: { default_compute: azureml:cpu-cluster }
`,
};

export const sampleAssets = [
  ...["prep", "transform", "train", "predict", "score", "taxi_pipeline"].map(
    (name) => `components/${name}`,
  ),
  "environments/taxi-env",
  "data/taxi-trips",
];

const stages = Object.fromEntries(
  ["test", "prod"].flatMap((stage) =>
    sampleAssets.map((asset) => [
      `stages/${stage}/${asset}.yaml`,
      'version: "1"\nreason: it is the first\n',
    ]),
  ),
);

/** Laid over the sample registry: more kinds, more jobs, and stages that run everything they need. */
export const azuremlFiles: Readonly<Record<string, string>> = {
  ...assets,
  ...layout,
  ...jobs,
  ...stages,
};
