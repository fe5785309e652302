import { describe, expect, it } from "vitest";

import type { MemoryFiles } from "../../support/memory-source-tree.ts";
import { findingsOf } from "../../support/registry-files.ts";

const model = (mlmodel: string, more: MemoryFiles = {}): MemoryFiles => ({
  "m/model.yaml": "name: m\ntype: mlflow_model\npath: ./model\n",
  "m/model/MLmodel": mlmodel,
  ...more,
});
const flavors = "flavors: { python_function: { loader_module: mlflow.sklearn } }\n";
const signature = (inputs: string, outputs = "[]"): string =>
  `${flavors}signature:\n  inputs: '${inputs}'\n  outputs: '${outputs}'\n`;
const form = (place: string): string => `mlmodel-form m/model/MLmodel:${place}`;

describe("mlmodel-form", () => {
  it.each([
    {
      name: "what MLflow writes",
      text: `${signature('[{"name": "a", "type": "double", "required": true}]')}  params: null\nmodel_size_bytes: 1\nutc_time_created: 2025-04-07 09:30:00.000000\nrun_id: x\n`,
      found: [],
    },
    {
      name: "tensors",
      text: signature(
        '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 28]}}]',
      ),
      found: [],
    },
    {
      name: "nested types and one nobody knows by now",
      text: signature(
        '[{"type": "array", "items": {"type": "string"}, "name": "a"}, {"type": "map", "values": {"type": "any"}, "name": "b"}, {"type": "object", "properties": {}, "name": "c"}]',
        '[{"type": "any"}]',
      ),
      found: [],
    },
    {
      name: "another flavor only",
      text: "flavors: { onnx: { data: x } }\nsignature: { inputs: '[]' }\n",
      found: [],
    },
    {
      name: "no flavor",
      text: "flavors: {}\nsignature: { inputs: '[]' }\n",
      found: [form("1:10")],
    },
    {
      name: "no loader",
      text: "flavors:\n  python_function: { data: x }\nsignature: { inputs: '[]' }\n",
      found: [form("2:3")],
    },
    { name: "no JSON", text: signature("[{]"), found: [form("3:11")] },
    { name: "JSON that is no list", text: signature("{}"), found: [form("3:11")] },
    {
      name: "a YAML list",
      text: `${flavors}signature:\n  inputs: [{ type: double }]\n`,
      found: [form("3:11")],
    },
    { name: "a column that is text", text: signature('["a"]'), found: [form("3:11")] },
    { name: "a column without type", text: signature('[{"name": "a"}]'), found: [form("3:11")] },
    {
      name: "an unknown type",
      text: signature("[]", '[{"type": "number"}]'),
      found: [form("4:12")],
    },
    {
      name: "a tensor without its form",
      text: signature('[{"type": "tensor"}]'),
      found: [form("3:11")],
    },
    {
      name: "parts that are empty",
      text: `${flavors}signature: { inputs: "", outputs: [], params: "[]" }\n`,
      found: [],
    },
    {
      name: "numbers that only Python writes",
      text: `${signature("[]")}  params: '[{"name": "a", "type": "double", "default": NaN}]'\n`,
      found: [],
    },
    {
      name: "names for some columns",
      text: signature('[{"type": "long", "name": "a"}, {"type": "long"}]'),
      found: [form("3:11")],
    },
  ])("$name", async ({ text, found }) => {
    expect(await findingsOf(model(text))).toEqual(found);
  });

  it.each([
    { name: "in one word", env: "conda.yaml", missing: true },
    { name: "in a map", env: "{ conda: ./conda.yaml }", missing: true },
    { name: "which is there", env: "{ conda: requirements.txt }", missing: false },
  ])("looks for the file of packages, named $name", async ({ env, missing }) => {
    const text = `flavors:\n  python_function:\n    loader_module: x\n    env: ${env}\nsignature: { inputs: '[]' }\n`;
    const found = await findingsOf(model(text, { "m/model/requirements.txt": "a==1\n" }));
    expect(found.map((finding) => finding.split(":")[0])).toEqual(
      missing ? ["mlmodel-form m/model/MLmodel"] : [],
    );
  });

  it.each([
    { name: "deep", json: `${"[".repeat(100_000)}${"]".repeat(100_000)}` },
    { name: "wide", json: `[${'{"type":"long"},'.repeat(40_000)}{"type":"long"}]` },
    { name: "broken and long", json: "[".repeat(900_000) },
  ])("reads a signature that is $name once", async ({ json }) => {
    const started = performance.now();
    const found = await findingsOf(model(signature(json)));
    expect(performance.now() - started).toBeLessThan(3000);
    expect(found.every((finding) => finding.startsWith("mlmodel-form"))).toBe(true);
  });
});

describe("mlmodel-signature-missing", () => {
  it.each([
    { name: "a signature", text: signature("[]"), found: [] },
    { name: "none", text: flavors, found: ["mlmodel-signature-missing m/model/MLmodel:1:1"] },
    {
      name: "an empty one",
      text: `${flavors}signature: null\n`,
      found: ["mlmodel-signature-missing m/model/MLmodel:2:12"],
    },
    {
      name: "text",
      text: `${flavors}signature: x\n`,
      found: ["mlmodel-signature-missing m/model/MLmodel:2:12"],
    },
    {
      name: "nothing in it",
      text: `${flavors}signature: { inputs: null, outputs: null }\n`,
      found: ["mlmodel-signature-missing m/model/MLmodel:2:12"],
    },
    { name: "no model at all", text: "run_id: x\n", found: ["path-type m/model/MLmodel:1:1"] },
  ])("$name", async ({ text, found }) => {
    expect(await findingsOf(model(text))).toEqual(found);
  });
});
