import { expect, it } from "vitest";

import { checkSchema } from "../../src/registry/schema/check-schema.ts";
import type { SchemaName } from "../../src/registry/schema/schemas.ts";
import { parseYaml } from "../../src/registry/yaml/parse-yaml.ts";

function messages(schema: SchemaName, text: string): readonly string[] {
  const parsed = parseYaml(Buffer.from(text));
  return checkSchema(schema, parsed).map(
    ({ severity, message, line, column }) => `${severity} ${line}:${column} ${message}`,
  );
}

const component = "name: c\ncommand: x\nenvironment: azureml:e:1\n";

it.each<{ name: string; schema: SchemaName; text: string; expected: readonly string[] }>([
  {
    name: "a slip of the keyboard",
    schema: "model",
    text: "name: a\ndescripton: x\n",
    expected: ['error 2:1 "descripton" is not a known key. Did you mean "description"?'],
  },
  {
    name: "a missing key, with its meaning",
    schema: "data",
    text: "name: a\n",
    expected: [
      'error 1:1 The file lacks the key "path". Where it is: a path relative to this file, or an address (`azureml://datastores/…`, `https://…`).',
    ],
  },
  {
    name: "a number where text belongs",
    schema: "model",
    text: "name: 3\n",
    expected: ['error 1:7 "name" must be text, not 3. Put it in quotes.'],
  },
  {
    name: "a yes where true belongs",
    schema: "command-component",
    text: `${component}is_deterministic: yes\n`,
    expected: [
      'error 4:19 "is_deterministic" must be true or false, not "yes". Write true or false.',
    ],
  },
  {
    name: "neither text nor mapping",
    schema: "environment",
    text: "name: a\nimage: x\nconda_file: [1]\n",
    expected: ['error 3:13 "conda_file" must be text or a mapping, not a list.'],
  },
  {
    name: "the branch that was meant",
    schema: "command-component",
    text: "name: c\ncommand: x\nenvironment: { image: x, conda: y }\n",
    expected: [
      'error 3:26 In "environment": "conda" is not a known key. Remove it or correct its name.',
    ],
  },
  {
    name: "both of two that exclude each other",
    schema: "environment",
    text: "name: a\nimage: x\nbuild: { path: . }\n",
    expected: ["error 3:1 An environment has either `image` or `build`, not both."],
  },
  {
    name: "neither of two",
    schema: "environment",
    text: "name: a\n",
    expected: [
      'error 1:1 The file lacks the key "build". An environment needs `image` or `build`.',
    ],
  },
  {
    name: "an unknown tag of a union, said once",
    schema: "workspace",
    text: "stage: a\nregion: b\nstore: { driver: s4 }\n",
    expected: [
      'error 3:18 "store.driver" must be one of file, s3, azure-blob, oci, not "s4". Did you mean "s3"?',
    ],
  },
  {
    name: "a name that cannot be one",
    schema: "command-component",
    text: `${component}inputs: { a-b: { type: number } }\n`,
    expected: [
      'error 4:11 In "inputs": "a-b" cannot be a name here. Letters, digits and `_`, not starting with a digit; groups are joined by dots. Unique whatever the case.',
    ],
  },
  {
    name: "a case-insensitive choice",
    schema: "model",
    text: "name: a\ntype: onnx_model\n",
    expected: [
      'error 2:7 "type" cannot be "onnx_model". What the files are. One of: custom_model, mlflow_model, triton_model (upper or lower case).',
    ],
  },
  {
    name: "a key that Azure ML ignores",
    schema: "command-component",
    text: `${component}enviroment: x\n`,
    expected: ['warning 4:1 "enviroment" is not a known key. Did you mean "environment"?'],
  },
  {
    name: "a slip in what Azure ML hands on",
    schema: "pipeline-component",
    text: "name: p\ntype: pipeline\njobs: { a: { command: x, enviroment: y, search_space: {} } }\n",
    expected: [
      'warning 3:26 In "jobs.a": "enviroment" is not a known key. Did you mean "environment"?',
    ],
  },
])("$name", ({ schema, text, expected }) => {
  expect(messages(schema, text)).toEqual(expected);
});

it("stops counting", () => {
  const keys = Array.from({ length: 1000 }, (_, index) => `k${index}: 1\n`).join("");

  expect(messages("model", `name: a\n${keys}`).length).toBeLessThanOrEqual(50);
});
