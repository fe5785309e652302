import { describe, expect, it } from "vitest";

import { rules } from "../../../src/domain/rules/index.ts";
import { runRules } from "../../../src/domain/rules/rule.ts";
import { readRegistry } from "../../../src/registry/read-registry.ts";
import { MemorySourceTree, type MemoryFiles } from "../../support/memory-source-tree.ts";
import { emptyRegistryFiles } from "../../support/registry-files.ts";

const image = "image: mcr.microsoft.com/azureml/base:20240709.v1";
const common: MemoryFiles = {
  ...emptyRegistryFiles,
  "environments/e/environment.yaml": `name: e\n${image}\n`,
  "components/s/component.yaml":
    "name: s\nenvironment: azureml:e:1\ncommand: echo\ninputs:\n  i: { type: uri_file }\n",
};

async function found(files: MemoryFiles): Promise<readonly string[]> {
  const registry = await readRegistry(new MemorySourceTree({ ...common, ...files }));
  return runRules(rules, { registry, state: undefined })
    .filter(({ severity }) => severity !== "info")
    .map(
      ({ rule, severity, path, line, column }) => `${severity} ${rule} ${path}:${line}:${column}`,
    );
}

const pipeline = (jobs: string): string =>
  `name: p\ntype: pipeline\ninputs:\n  file: { type: uri_file }\njobs: ${jobs}\n`;
const step = (rest: string): string =>
  `{ one: { component: ../s/component.yaml, inputs: { i: "\${{parent.inputs.file}}" }${rest} } }`;
const job = (text: string): MemoryFiles => ({
  "components/p/component.yaml": pipeline(step("")),
  "jobs/j.yml": `type: pipeline\n${text}`,
});
const call =
  'component: ../components/p/component.yaml\ninputs: { file: { type: uri_file, path: "azureml://datastores/d/paths/f" } }\n';

describe("a pipeline", () => {
  it.each([
    { name: "with a step", text: pipeline(step("")), at: [] },
    { name: "without any", text: pipeline("{}"), at: ["error pipeline-empty :5:7"] },
    {
      name: "with a binding elsewhere in a step",
      text: pipeline(step(', compute: "${{parent.inputs.cluster}}"')),
      at: ["error pipeline-binding :5:99"],
    },
    {
      name: "with a binding in resources, which a named compute does not need",
      text: pipeline(step(', resources: { instance_type: "${{parent.inputs.size}}" }')),
      at: ["warning pipeline-binding :5:118"],
    },
    {
      name: "with a binding in a text for people",
      text: pipeline(step(', description: "takes ${{parent.inputs.any}}"')),
      at: [],
    },
    {
      name: "with a binding that forgets the parent",
      text: pipeline(
        '{ one: { component: ../s/component.yaml, inputs: { i: "${{inputs.file}}" } } }',
      ),
      at: ["warning pipeline-binding :5:61"],
    },
    {
      name: "with an input of another case, which the service takes",
      text: pipeline(
        '{ one: { component: "azureml:s:1", inputs: { I: "${{parent.inputs.file}}" } } }',
      ),
      at: ["warning pipeline-binding :5:55"],
    },
    {
      name: "with an input of another case, which the client does not take",
      text: pipeline(
        '{ one: { component: ../s/component.yaml, inputs: { I: "${{parent.inputs.file}}" } } }',
      ),
      at: ["error pipeline-binding :5:14", "warning pipeline-binding :5:61"],
    },
    {
      name: "with a sweep over what its trial has",
      text: pipeline(
        "{ one: { type: sweep, trial: ../s/component.yaml, search_space: { i: { type: choice, values: [a] } } } }",
      ),
      at: [],
    },
    {
      name: "with a sweep over what its trial does not have",
      text: pipeline(
        '{ one: { type: sweep, trial: ../s/component.yaml, inputs: { i: "${{parent.inputs.file}}" }, search_space: { k: { type: choice, values: [a] } } } }',
      ),
      at: ["warning pipeline-binding :5:118"],
    },
  ])("$name", async ({ text, at }) => {
    const path = "components/p/component.yaml";

    expect(await found({ [path]: text })).toEqual(
      at.map((each) => each.replace(" :", ` ${path}:`)),
    );
  });
});

describe("a job that runs a pipeline component", () => {
  it.each([
    { name: "with a compute", text: `compute: azureml:cpu\n${call}`, at: [] },
    {
      name: "with a default compute",
      text: `settings: { default_compute: azureml:cpu }\n${call}`,
      at: [],
    },
    { name: "without", text: call, at: ["error pipeline-compute jobs/j.yml:2:12"] },
    {
      name: "in a step, without",
      text: 'jobs:\n  a: { type: pipeline, component: ../components/p/component.yaml, inputs: { file: { type: uri_file, path: "azureml://datastores/d/paths/f" } } }\n',
      at: ["error pipeline-compute jobs/j.yml:3:35"],
    },
    {
      name: "without its input",
      text: "compute: azureml:cpu\ncomponent: ../components/p/component.yaml\n",
      at: ["error pipeline-binding jobs/j.yml:3:12"],
    },
    {
      name: "with an input that it does not have",
      text: `compute: azureml:cpu\n${call.replace("{ file:", "{ other: 1, file:")}`,
      at: ["warning pipeline-binding jobs/j.yml:4:18"],
    },
  ])("$name", async ({ text, at }) => {
    expect(await found(job(text))).toEqual(at);
  });
});

const registry = (location: string, ...regions: readonly string[]): MemoryFiles => ({
  "registries/r.yaml": `$schema: https://azuremlschemas.azureedge.net/latest/registry.schema.json\nname: contoso\nlocation: ${location}\nreplication_locations: [${regions.map((region) => `{ location: ${region} }`).join(", ")}]\n`,
});

describe("Azure's own registry manifest", () => {
  it.each([
    { name: "lists its primary region", files: registry("eastus", "eastus", "westus"), at: [] },
    { name: "in other letters", files: registry("East US", "eastus"), at: [] },
    {
      name: "does not",
      files: registry("eastus", "westus"),
      at: ["error registry-primary-location registries/r.yaml:3:11"],
    },
    {
      name: "lists a region twice",
      files: registry("eastus", "eastus", "EastUS"),
      at: ["error registry-primary-location registries/r.yaml:4:59"],
    },
  ])("$name", async ({ files, at }) => {
    expect(await found(files)).toEqual(at);
  });
});

const command = (environment: string): MemoryFiles => ({
  "jobs/j.yml": `type: command\ncommand: echo\ncompute: azureml:cpu\nenvironment: ${environment}\n`,
});

describe("a reference", () => {
  const workspace =
    "azureml:/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
  const at = (rule: string): readonly string[] => [`${rule} jobs/j.yml:4:14`];

  it.each([
    { name: "to a stage of this registry", text: "azureml:e@prod", found: [] },
    {
      name: "to latest elsewhere",
      text: "azureml://registries/r/environments/e/labels/latest",
      found: [],
    },
    {
      name: "to a label that nobody can make",
      text: "azureml://registries/r/environments/e/labels/prod",
      found: at("warning reference-label"),
    },
    { name: "to a workspace", text: `${workspace}/environments/e/versions/1`, found: [] },
    {
      name: "to a model of a workspace",
      text: `${workspace}/models/m/versions/1`,
      found: at("error reference-form"),
    },
    {
      name: "to code of a registry",
      text: "azureml://registries/r/codes/c/versions/1",
      found: at("error reference-form"),
    },
    {
      name: "to a store",
      text: "azureml://datastores/d/paths/p",
      found: at("error reference-form"),
    },
  ])("$name", async ({ text, found: expected }) => {
    expect(await found(command(text))).toEqual(expected);
  });
});

describe("mirrored traffic", () => {
  const deployments = {
    "endpoints/blue.yaml": "name: blue\nendpoint_name: end\ninstance_type: x\n",
    "endpoints/green.yaml": "name: green\nendpoint_name: end\ninstance_type: x\n",
  };

  it.each([
    { name: "to another deployment", traffic: "{ blue: 100, green: 0 }", to: "green", at: [] },
    {
      name: "to one with live traffic",
      traffic: "{ blue: 90, green: 10 }",
      to: "green",
      at: ["warning endpoint-traffic endpoints/endpoint.yaml:4:26"],
    },
  ])("$name", async ({ traffic, to, at }) => {
    const text = `name: end\nauth_mode: key\ntraffic: ${traffic}\nmirror_traffic: { ${to}: 10 }\n`;

    expect(await found({ ...deployments, "endpoints/endpoint.yaml": text })).toEqual(at);
  });
});

it("corrects a binding that forgets the parent", async () => {
  const text = pipeline(
    '{ one: { component: ../s/component.yaml, inputs: { i: "${{inputs.file}}" } } }',
  );
  const tree = new MemorySourceTree({ ...common, "components/p/component.yaml": text });
  const findings = runRules(rules, { registry: await readRegistry(tree), state: undefined });

  expect(findings.find(({ rule }) => rule === "pipeline-binding")?.fix).toEqual({
    type: "set",
    pointer: ["jobs", "one", "inputs", "i"],
    value: "${{parent.inputs.file}}",
  });
});
