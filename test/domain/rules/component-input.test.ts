import { expect, it } from "vitest";

import { findingsOf } from "../../support/registry-files.ts";

const head = "name: c\nenvironment: azureml://registries/a/environments/b/versions/1\ncommand: x\n";

it.each([
  { name: "a good default", inputs: "a: { type: number, default: 2, min: 1, max: 3 }", found: [] },
  { name: "above max", inputs: "a: { type: number, default: 5, max: 3 }", found: ["5:31"] },
  { name: "below min", inputs: "a: { type: number, default: 0, min: 1 }", found: ["5:31"] },
  { name: "not in enum", inputs: "a: { type: string, default: x, enum: [y] }", found: ["5:31"] },
  { name: "a boolean", inputs: 'a: { type: boolean, default: true, enum: ["True"] }', found: [] },
  { name: "a reserved name", inputs: "home: { type: string }", found: ["5:9"] },
  { name: "names alike", inputs: "a: { type: string }\n  A: { type: string }", found: ["6:6"] },
])("$name", async ({ inputs, found }) => {
  const files = { "c/component.yaml": `${head}inputs:\n  ${inputs}\n` };
  const findings = (await findingsOf(files)).filter((each) => each.startsWith("component-input"));

  expect(findings).toEqual(found.map((at) => `component-input c/component.yaml:${at}`));
});
