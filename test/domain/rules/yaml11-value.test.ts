import { describe, expect, it } from "vitest";

import { yaml11Value } from "../../../src/domain/rules/yaml11-value.ts";
import { runRules } from "../../../src/domain/rules/rule.ts";
import { readRegistry } from "../../../src/registry/read-registry.ts";
import { MemorySourceTree, type MemoryFiles } from "../../support/memory-source-tree.ts";
import { emptyRegistryFiles } from "../../support/registry-files.ts";

async function found(files: MemoryFiles): Promise<readonly string[]> {
  const registry = await readRegistry(new MemorySourceTree({ ...emptyRegistryFiles, ...files }));
  return runRules([yaml11Value], { registry, state: undefined }).map(
    ({ path, line, column, fix }) =>
      `${path}:${line}:${column}${fix?.type === "set" ? ` ${fix.pointer.join(".")}=${JSON.stringify(fix.value)}` : ""}`,
  );
}

describe("texts that PyYAML would change", () => {
  it.each([
    { text: "no", changed: true },
    { text: "Off", changed: true },
    { text: "010", changed: true },
    { text: "1_000", changed: true },
    { text: "12:30", changed: true },
    { text: "1.10", changed: true },
    { text: "0x1F", changed: true },
    { text: "2024-1-1", changed: true },
    { text: "2024-02-30", changed: true },
    { text: "2024-02-29", changed: false },
    { text: "2024-01-01 24:00:00", changed: true },
    { text: "0x_", changed: true },
    { text: "7", changed: false },
    { text: "1.5", changed: false },
    { text: "1e3", changed: false },
    { text: "true", changed: false },
    { text: "2024-01-01", changed: false },
    { text: "0o17", changed: false },
    { text: '"no"', changed: false },
    { text: "nope", changed: false },
  ])("$text: $changed", async ({ text, changed }) => {
    const files = { "models/a/model.yaml": `name: a\ntype: custom_model\ntags:\n  x: ${text}\n` };

    expect(await found(files)).toEqual(changed ? [`models/a/model.yaml:4:6 tags.x="${text}"`] : []);
  });
});

const component = "name: c\ncommand: echo\nenvironment: azureml:e:1\n";

describe("where", () => {
  it.each([
    { name: "properties", text: "properties: { x: off }", at: ['4:18 properties.x="off"'] },
    { name: "a description is the schema's", text: "description: no", at: [] },
    { name: "tags of a component are the schema's", text: "tags: { x: no }", at: [] },
    {
      name: "a default of a text",
      text: "inputs: { x: { type: string, default: 010 } }",
      at: ['4:39 inputs.x.default="010"'],
    },
    {
      name: "a default of a number, of which nobody knows what was meant",
      text: "inputs: { x: { type: integer, default: 010 } }",
      at: ["4:40"],
    },
    {
      name: "a default of a number that both read alike",
      text: "inputs: { x: { type: number, default: 1.10 } }",
      at: [],
    },
    { name: "a description of an input", text: "inputs: { x: { description: 1 } }", at: [] },
  ])("$name", async ({ text, at }) => {
    const files = { "components/c/component.yaml": `${component}${text}\n` };

    expect(await found(files)).toEqual(at.map((each) => `components/c/component.yaml:${each}`));
  });

  it("is a job's input too", async () => {
    const files = {
      "jobs/j.yml": "type: command\ncommand: echo\ninputs:\n  a: no\n  b: 1.10\n  tags: yes\n",
    };

    expect(await found(files)).toEqual(["jobs/j.yml:4:6", "jobs/j.yml:6:9"]);
  });

  it("says what it becomes", async () => {
    const files = { "models/a/model.yaml": "name: a\ntype: custom_model\ntags:\n  x: 12:30\n" };
    const registry = await readRegistry(new MemorySourceTree({ ...emptyRegistryFiles, ...files }));

    expect(runRules([yaml11Value], { registry, state: undefined })).toEqual([
      {
        rule: "yaml11-value",
        severity: "warning",
        message: "Azure ML's client reads 12:30 as 750: put it in quotes.",
        path: "models/a/model.yaml",
        line: 4,
        column: 6,
        fix: { type: "set", pointer: ["tags", "x"], value: "12:30" },
      },
    ]);
  });
});
