import { describe, expect, it } from "vitest";

import { deploymentRole, endpointRole } from "../../src/registry/classify.ts";
import { checkSchema } from "../../src/registry/schema/check-schema.ts";
import type { SchemaName } from "../../src/registry/schema/schemas.ts";
import { parseYaml } from "../../src/registry/yaml/parse-yaml.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { validateManifest } from "../../src/usecases/validate.ts";
import { cairnKinds, rows } from "../azure-client/rows.ts";
import { MemorySourceTree } from "../support/memory-source-tree.ts";

function sentences(schema: SchemaName, text: string): readonly string[] {
  return checkSchema(schema, parseYaml(Buffer.from(text))).map(
    ({ message, line, column }) => `${line}:${column} ${message}`,
  );
}

const blue = "name: blue\nendpoint_name: taxi\n";
const batch = `${blue}type: model\ncompute: azureml:cpu\n`;

describe("a sentence for what is refused", () => {
  it.each<{ name: string; schema: SchemaName; text: string; expected: readonly string[] }>([
    {
      name: "a conda file in place of an environment",
      schema: "environment",
      text: "name: a\nchannels: [x]\ndependencies: [python]\n",
      expected: [
        "3:1 `dependencies` belongs in a conda file: an environment names that file in `conda_file`, beside an `image`.",
      ],
    },
    {
      name: "a number that is a word",
      schema: "deployment",
      text: `${blue}instance_type: a\ninstance_count: two\n`,
      expected: ['4:17 "instance_count" cannot be "two". It is a whole number.'],
    },
    {
      name: "a number that is empty",
      schema: "deployment",
      text: `${blue}instance_type: a\ninstance_count:\n`,
      expected: ['4:1 "instance_count" must be a whole number, not empty.'],
    },
    {
      name: "a flag that is a word",
      schema: "deployment",
      text: `${blue}instance_type: a\napp_insights_enabled: enabled\n`,
      expected: ['4:23 "app_insights_enabled" cannot be "enabled". Write true or false.'],
    },
    {
      name: "a model in another file",
      schema: "deployment",
      text: `${blue}instance_type: a\nmodel: ./model.yml\n`,
      expected: [
        '4:8 "model" cannot be "./model.yml". A reference to a model starts with `azureml:`, such as `azureml:taxi-fare:1`; a full id ends with `/versions/<version>`. A model in another file cannot be named by its path: write the model out here, or refer to it.',
      ],
    },
    {
      name: "a key of a model that is written out",
      schema: "deployment",
      text: `${blue}instance_type: a\nmodel: { path: ./m, framework: x }\n`,
      expected: ['4:21 In "model": "framework" is not a known key. Remove it or correct its name.'],
    },
    {
      name: "an asset of a registry on Kubernetes",
      schema: "deployment",
      text: `${blue}type: kubernetes\nmodel: azureml://registries/r/models/m/versions/1\n`,
      expected: [
        '4:8 "model" cannot be "azureml://registries/r/models/m/versions/1". A Kubernetes deployment cannot use a model of a registry: refer to the workspace\'s, such as `azureml:name:1`.',
      ],
    },
    {
      name: "scaling by load on managed machines",
      schema: "deployment",
      text: `${blue}instance_type: a\nscale_settings: { type: target_utilization }\n`,
      expected: [
        '4:25 "scale_settings.type" cannot be "target_utilization". A managed deployment has only `default`: it is scaled by Azure Monitor. `target_utilization` needs `type: kubernetes`.',
      ],
    },
    {
      name: "settings of a batch deployment in the wrong place",
      schema: "batch-deployment",
      text: `${batch}mini_batch_size: 10\n`,
      expected: ["5:1 With `type: model` this stands under `settings`."],
    },
    {
      name: "settings without a type",
      schema: "batch-deployment",
      text: `${blue}settings: { mini_batch_size: 10 }\n`,
      expected: [
        "3:1 `settings` needs `type: model` or `type: pipeline`; without it the settings stand at the top.",
      ],
    },
    {
      name: "a file of results that nobody writes",
      schema: "batch-deployment",
      text: `${batch}settings: { mini_batch_size: 1, output_action: summary_only, output_file_name: a }\n`,
      expected: [
        "5:62 With `output_action: summary_only` no file is written: remove `output_file_name`.",
      ],
    },
    {
      name: "an identity of a batch endpoint",
      schema: "batch-endpoint",
      text: "name: taxi\nidentity: { type: none }\n",
      expected: [
        "2:1 A batch endpoint has no identity of its own: remove it. Its runs use that of the compute.",
      ],
    },
    {
      name: "a container registry by name",
      schema: "azureml-registry",
      text: "name: ml\nlocation: a\nreplication_locations: [{ location: a }]\ncontainer_registry: mine\n",
      expected: [
        '4:21 "container_registry" cannot be "mine". An existing container registry is named by its id: `/subscriptions/…/resourceGroups/…/providers/Microsoft.ContainerRegistry/registries/<name>`.',
      ],
    },
  ])("$name", ({ schema, text, expected }) => {
    expect(sentences(schema, text)).toEqual(expected);
  });

  it("is never in the words of the schema language", async () => {
    const raw: string[] = [];
    for (const { kind, text, files = {} } of rows) {
      const tree = new MemorySourceTree({ "manifest.yml": text, ...files });
      const kindName = cairnKinds[kind];
      const { findings } = await validateManifest(tree, { path: "manifest.yml", kind: kindName });
      raw.push(
        ...findings
          .map(({ message }) => message)
          .filter((message) => /schema|must match|must be valid|must be equal/.test(message))
          .filter((message) => !message.startsWith('"$schema"')),
      );
    }

    expect(raw).toEqual([]);
  });
});

describe("batch or online", () => {
  const azure = "https://azuremlschemas.azureedge.net/latest";

  it.each<{ name: string; value: JsonObject; schema: SchemaName }>([
    {
      name: "by its $schema",
      value: { $schema: `${azure}/batchEndpoint.schema.json` },
      schema: "batch-endpoint",
    },
    { name: "by its default deployment", value: { defaults: {} }, schema: "batch-endpoint" },
    { name: "by its traffic", value: { traffic: {}, defaults: {} }, schema: "endpoint" },
    { name: "online if nothing says so", value: { auth_mode: "key" }, schema: "endpoint" },
    {
      name: "whatever a $schema of something else says",
      value: { $schema: `${azure}/model.schema.json`, defaults: {} },
      schema: "batch-endpoint",
    },
  ])("an endpoint: $name", ({ value, schema }) => {
    expect(endpointRole(value)).toEqual({ type: "endpoint", schema });
  });

  it.each<{ name: string; value: JsonObject; schema: SchemaName }>([
    {
      name: "by its $schema",
      value: { $schema: `${azure}/modelBatchDeployment.schema.json` },
      schema: "batch-deployment",
    },
    { name: "by its type", value: { type: "Pipeline" }, schema: "batch-deployment" },
    { name: "by its settings", value: { mini_batch_size: 1 }, schema: "batch-deployment" },
    { name: "by its compute", value: { compute: "azureml:cpu" }, schema: "batch-deployment" },
    {
      name: "by its machines",
      value: { compute: "azureml:cpu", instance_type: "a" },
      schema: "deployment",
    },
    {
      name: "by its type before its settings",
      value: { type: "kubernetes", mini_batch_size: 1 },
      schema: "deployment",
    },
    { name: "online if nothing says so", value: {}, schema: "deployment" },
  ])("a deployment: $name", ({ value, schema }) => {
    expect(deploymentRole(value)).toEqual({ type: "deployment", schema });
  });
});
