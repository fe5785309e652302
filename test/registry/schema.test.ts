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
    name: "a name that is missing beside a version, once",
    schema: "model",
    text: "version: 1\n",
    expected: [
      'error 1:1 The file lacks the key "name". Name of the model: letters, digits, `.`, `_` and `-`, starting with a letter or digit, at most 255 characters.',
    ],
  },
  {
    name: "a name that is too long, once",
    schema: "azureml-registry",
    text: `name: ${"r".repeat(34)}\nlocation: eastus\nreplication_locations: [{ location: eastus }]\n`,
    expected: [
      `error 1:7 "name" cannot be "${"r".repeat(34)}". Name of the registry, 2 to 33 characters: letters, digits, \`-\` and \`_\`, starting with a letter or digit.`,
    ],
  },
  {
    name: "an empty list",
    schema: "azureml-registry",
    text: "name: ab\nlocation: eastus\nreplication_locations: []\n",
    expected: ['error 3:24 "replication_locations" must not be empty.'],
  },
  {
    name: "keys that are no text to Azure ML",
    schema: "command-component",
    text: `${component}tags: { 2024: x, "2025": y }\ninputs:\n  on: { type: string }\n  1: { type: string }\n`,
    expected: [
      'error 7:3 In "inputs": "1" cannot be a name here. Letters, digits and `_`, not starting with a digit; groups are joined by dots. Unique whatever the case.',
      "error 4:9 Azure ML's client reads the key 2024 as a number and refuses it: put it in quotes.",
      "error 6:3 Azure ML's client reads the key on as True and refuses it: put it in quotes.",
    ],
  },
  {
    name: "an environment variable that is a list",
    schema: "command-job",
    text: "command: x\nenvironment: azureml:e:1\nenvironment_variables: { A: [1], B: 2026-01-31 }\n",
    expected: [
      "error 3:29 An environment variable has a plain value: text, a number, true or false.",
    ],
  },
  {
    name: "a number where text belongs",
    schema: "model",
    text: "name: 3\n",
    expected: ['error 1:7 "name" must be text, not 3. Put it in quotes.'],
  },
  {
    name: "a yes, which Azure ML reads as true",
    schema: "command-component",
    text: `${component}is_deterministic: yes\n`,
    expected: [],
  },
  {
    name: "a no, which Azure ML reads as false, where text belongs",
    schema: "command-component",
    text: `${component}tags: { a: no }\n`,
    expected: ['error 4:12 "tags.a" must be text, not false. Put it in quotes.'],
  },
  {
    name: "a date, which is no text to Azure ML",
    schema: "command-component",
    text: `${component}tags: { a: 2026-01-31, b: "2026-01-31" }\n`,
    expected: ['error 4:12 "tags.a" must be text, not the date 2026-01-31. Put it in quotes.'],
  },
  {
    name: "a date without quotes where a moment belongs",
    schema: "schedule",
    text: "name: a\ncreate_job: azureml:j\ntrigger: { type: cron, expression: 0 3 * * *, start_time: 2026-01-31T09:30:00 }\n",
    expected: [
      'error 3:59 "trigger.start_time" must be text, not the date 2026-01-31T09:30:00. Put it in quotes.',
    ],
  },
  {
    name: "the only kind that there is",
    schema: "command-job",
    text: "type: batch\ncommand: x\nenvironment: azureml:e:1\n",
    expected: [
      'error 1:7 "type" must be "command", not "batch". Kind of job: `command`, `pipeline`, `sweep`, `spark` or `automl`. Case matters.',
    ],
  },
  {
    name: "a key of another branch, said once",
    schema: "sweep-job",
    text: "type: sweep\ntrial: { command: x, environment: azureml:e:1 }\nobjective: { goal: minimize, primary_metric: m }\nlimits: { max_total_trials: 1 }\nsearch_space: { a: { type: uniform, min_value: 1, max_value: 2, q: 1 } }\n",
    expected: [
      "error 5:65 A parameter of type uniform or loguniform has min_value and max_value, nothing else.",
    ],
  },
  {
    name: "a key that a branch asks for",
    schema: "schedule",
    text: "name: a\ncreate_job: azureml:j\ntrigger: { type: cron }\n",
    expected: [
      'error 3:1 "trigger" lacks the key "expression". A cron trigger has an expression, and no frequency, interval or schedule.',
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
    text: "name: p\ntype: pipeline\njobs: { a: { component: x, enviroment: y, search_space: {} } }\n",
    expected: [
      'warning 3:28 In "jobs.a": "enviroment" is not a known key. Did you mean "environment"?',
    ],
  },
  {
    name: "a slip in a step that is written out",
    schema: "pipeline-component",
    text: "name: p\ntype: pipeline\njobs: { a: { command: x, environment: azureml:e:1, lmits: {} } }\n",
    expected: ['error 3:52 In "jobs.a": "lmits" is not a known key. Did you mean "limits"?'],
  },
  {
    name: "a default of data",
    schema: "command-component",
    text: `${component}inputs: { a: { type: uri_file, default: x } }\n`,
    expected: [
      "error 4:41 Only a plain value (a number, a string, …) can have a default: remove it, or make the input optional.",
    ],
  },
])("$name", ({ schema, text, expected }) => {
  expect(messages(schema, text)).toEqual(expected);
});

it("stops counting", () => {
  const keys = Array.from({ length: 1000 }, (_, index) => `k${index}: 1\n`).join("");

  expect(messages("model", `name: a\n${keys}`).length).toBeLessThanOrEqual(50);
});

it.each<{ name: string; schema: SchemaName; text: string; fix: unknown }>([
  {
    name: "a word in the wrong case",
    schema: "command-component",
    text: `${component}inputs: { a: { type: URI_FOLDER } }\n`,
    fix: { type: "set", pointer: ["inputs", "a", "type"], value: "uri_folder" },
  },
  {
    name: "a number where text belongs, as it is written",
    schema: "command-component",
    text: `${component}tags: { a: 1.10 }\n`,
    fix: { type: "set", pointer: ["tags", "a"], value: "1.10" },
  },
  {
    name: "a no where text belongs",
    schema: "command-component",
    text: `${component}tags: { a: no }\n`,
    fix: { type: "set", pointer: ["tags", "a"], value: "no" },
  },
  {
    name: "a number in a list of texts",
    schema: "command-component",
    text: `${component}inputs: { a: { type: integer, enum: ["1", 2] } }\n`,
    fix: { type: "set", pointer: ["inputs", "a", "enum", 1], value: "2" },
  },
  {
    name: "a number among texts and nothing",
    schema: "command-job",
    text: "command: x\nenvironment: azureml:e:1\ntags: { a: 1 }\n",
    fix: { type: "set", pointer: ["tags", "a"], value: "1" },
  },
  {
    name: "a yes in a file that only Cairn reads",
    schema: "access-policy",
    text: "rules: yes\n",
    fix: undefined,
  },
  {
    name: "a number that is no name in quotes either",
    schema: "command-component",
    text: "name: 5\ncommand: x\nenvironment: azureml:e:1\n",
    fix: undefined,
  },
  {
    name: "a mapping where text belongs",
    schema: "command-component",
    text: `${component}tags: { a: {} }\n`,
    fix: undefined,
  },
  {
    name: "an unknown key, which is a guess",
    schema: "model",
    text: "name: a\npath: x\ndescripton: x\n",
    fix: undefined,
  },
])("fixes $name only when that is certain", ({ schema, text, fix }) => {
  const [problem] = checkSchema(schema, parseYaml(Buffer.from(text)));

  expect(problem?.severity).toBe("error");
  expect(problem?.fix).toEqual(fix);
});
