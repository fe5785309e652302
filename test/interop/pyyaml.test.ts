import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import * as fc from "fast-check";
import { expect, it } from "vitest";

import { writePortableYaml } from "../../src/registry/portable-yaml.ts";
import type { JsonValue } from "../../src/shared/json.ts";

const execute = promisify(execFile);

/** Azure ML's client reads with PyYAML: where the one is, the other is too. */
const python = await firstThatReads([
  process.env["CAIRN_AZUREML_PYTHON"],
  fileURLToPath(new URL("../../.ci/peers-azureml/bin/python", import.meta.url)),
  "python3",
]);

// Without PyYAML this is reported as skipped; in CI it must be there.
it.skipIf(python === undefined && process.env["CI"] === undefined)(
  "PyYAML reads the values that Cairn wrote (needs PyYAML)",
  async () => {
    if (python === undefined) throw new Error("PyYAML is not installed: see .ci/run");
    const values = fc.sample(fc.record({ key: anyValue }), { numRuns: 3000, seed: 20_240_501 });
    const texts = values.map((value) => writePortableYaml(value));

    const script = `import json, sys, yaml
def read(text):
    try:
        return yaml.safe_load(text)
    except Exception as error:
        return {"refused": str(error), "text": text}
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout, default=str)`;
    const run = execute(python, ["-c", script], { maxBuffer: 256 * 1024 * 1024 });
    run.child.stdin?.end(JSON.stringify(texts));
    const read = JSON.parse((await run).stdout) as readonly unknown[];

    const wrong = values.flatMap((value, index) =>
      JSON.stringify(read[index]) === JSON.stringify(value) ? [] : [{ value, read: read[index] }],
    );
    expect(read.length).toBe(values.length);
    expect(wrong).toEqual([]);
  },
);

const words = fc.constantFrom(
  ..."yes No ~ = << 1e3 0x1F 010 0o7 1_000 12:30:45 .5 1. 2024-01-01 .inf --- ...".split(" "),
  "2024-01-01T10:00:00Z",
  "- a",
  "a: b",
  "a #b",
  "\t",
  " ",
);
const characters = fc.constantFrom(
  ...Array.from(
    " \t\n:#-?,[]{}&*!|>'\"%@`=<~.0123456789_+eExXabn\\/\u0001\u007F\u0085\u2028\uFEFFé😀",
  ),
);
const text = fc.oneof(words, fc.string({ unit: characters, maxLength: 12 }), fc.string());
const { anyValue } = fc.letrec<{ anyValue: JsonValue; object: JsonValue; list: JsonValue }>(
  (tie) => ({
    anyValue: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer().map(noMinusZero),
      fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
      fc.boolean(),
      tie("object"),
      tie("list"),
    ),
    // PyYAML keeps the order, and JSON in JavaScript puts whole numbers first.
    object: fc.dictionary(
      text.filter((key) => !/^\d+$|^__proto__$/.test(key)),
      tie("anyValue"),
      {
        maxKeys: 4,
      },
    ),
    list: fc.array(tie("anyValue"), { maxLength: 4 }),
  }),
);

function noMinusZero(number: number): number {
  return number === 0 ? 0 : number;
}

async function firstThatReads(
  programs: readonly (string | undefined)[],
): Promise<string | undefined> {
  for (const program of programs) {
    if (program === undefined) continue;
    const ran = await execute(program, ["-c", "import yaml"]).catch(() => undefined);
    if (ran !== undefined) return program;
  }
  return undefined;
}
