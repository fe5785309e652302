import { describe, expect, it } from "vitest";

import { pipelineType } from "../../../src/domain/rules/pipeline-type.ts";
import { runRules } from "../../../src/domain/rules/rule.ts";
import { readRegistry } from "../../../src/registry/read-registry.ts";
import { MemorySourceTree } from "../../support/memory-source-tree.ts";
import { emptyRegistryFiles } from "../../support/registry-files.ts";

interface Wiring {
  readonly name: string;
  /** The declaration of the component's input. */
  readonly input: string;
  /** What the step gives it. */
  readonly given: string;
  readonly found?: "error" | "warning";
  readonly component?: string;
}

const parent =
  "inputs:\n  file: { type: uri_file }\n  table: { type: mltable }\n  folder: { type: uri_folder }\n  number: { type: number }\n  maybe: { type: uri_file, optional: true }\n";

async function severitiesOf({
  input,
  given,
  component = "../s/component.yaml",
}: Wiring): Promise<readonly string[]> {
  const head = "environment: azureml:e:1\ncommand: echo\n";
  const files = {
    "components/s/component.yaml": `name: s\n${head}inputs:\n  i: ${input}\noutputs:\n  file: { type: uri_file }\n  choice: { type: boolean, is_control: true }\n  model: { type: mlflow_model }\n`,
    "components/p/component.yaml": `name: p\ntype: pipeline\n${parent}jobs:\n  one: { component: ../s/component.yaml }\n  two: { inputs: { i: ${given} }, component: "${component}" }\n`,
  };
  const registry = await readRegistry(new MemorySourceTree({ ...emptyRegistryFiles, ...files }));
  return runRules([pipelineType], { registry, state: undefined }).map(
    ({ severity, line, column }) => `${severity} ${line}:${column}`,
  );
}

describe("what a step is given", () => {
  it.each<Wiring>([
    { name: "a file", input: "{ type: uri_file }", given: '"${{parent.inputs.file}}"' },
    {
      name: "a folder as a file",
      input: "{ type: uri_file }",
      given: '"${{parent.inputs.folder}}"',
    },
    {
      name: "a model as a folder",
      input: "{ type: uri_folder }",
      given: '"${{parent.jobs.one.outputs.model}}"',
    },
    {
      name: "a control output as a file",
      input: "{ type: uri_file }",
      given: '"${{parent.jobs.one.outputs.choice}}"',
    },
    {
      name: "a folder as a model",
      input: "{ type: mlflow_model }",
      given: '"${{parent.inputs.folder}}"',
    },
    {
      name: "a file as a model of one's own",
      input: "{ type: custom_model }",
      given: '"${{parent.inputs.file}}"',
    },
    {
      name: "a file as an MLflow model",
      input: "{ type: mlflow_model }",
      given: '"${{parent.inputs.file}}"',
      found: "error",
    },
    {
      name: "an output as an MLflow model",
      input: "{ type: mlflow_model }",
      given: '"${{parent.jobs.one.outputs.file}}"',
      found: "error",
    },
    {
      name: "a table as a model",
      input: "{ type: custom_model }",
      given: '"${{parent.inputs.table}}"',
      found: "error",
    },
    {
      name: "a file as a number",
      input: "{ type: number }",
      given: '"${{parent.inputs.file}}"',
      found: "error",
    },
    {
      name: "a file as a text",
      input: "{ type: string }",
      given: '"${{parent.inputs.file}}"',
      found: "warning",
    },
    { name: "a number as a file", input: "{ type: uri_file }", given: "5", found: "error" },
    {
      name: "a number of the parent as a file",
      input: "{ type: uri_file }",
      given: '"${{parent.inputs.number}}"',
      found: "error",
    },
    {
      name: "a number of the parent",
      input: "{ type: integer }",
      given: '"${{parent.inputs.number}}"',
    },
    { name: "a path as a file", input: "{ type: uri_file }", given: "{ path: azureml:d:1 }" },
    { name: "a number in quotes", input: "{ type: number }", given: '"5"' },
    { name: "a word as a number", input: "{ type: number }", given: "deep", found: "error" },
    { name: "a word as a boolean", input: "{ type: boolean }", given: "perhaps", found: "error" },
    { name: "a truth value", input: "{ type: boolean }", given: '"True"' },
    { name: "what PyYAML reads otherwise", input: "{ type: boolean }", given: "no" },
    {
      name: "a number above max",
      input: "{ type: integer, max: 4 }",
      given: "5",
      found: "warning",
    },
    { name: "a choice", input: "{ type: string, enum: [a, b] }", given: "b" },
    { name: "no choice", input: "{ type: string, enum: [a, b] }", given: "c", found: "warning" },
    {
      name: "an optional input where one is needed",
      input: "{ type: uri_file }",
      given: '"${{parent.inputs.maybe}}"',
      found: "error",
    },
    {
      name: "an optional input where a registered component needs one",
      component: "azureml:s:1",
      input: "{ type: uri_file }",
      given: '"${{parent.inputs.maybe}}"',
      found: "warning",
    },
    {
      name: "an optional input where none is needed",
      input: "{ type: uri_file, optional: true }",
      given: '"${{parent.inputs.maybe}}"',
    },
    {
      name: "a text around an input",
      input: "{ type: number }",
      given: '"x${{parent.inputs.file}}"',
    },
    { name: "what is not declared", input: "{ type: number }", given: '"${{parent.inputs.none}}"' },
  ])("$name", async (wiring) => {
    expect(await severitiesOf(wiring)).toEqual(
      wiring.found === undefined ? [] : [`${wiring.found} 11:23`],
    );
  });
});
