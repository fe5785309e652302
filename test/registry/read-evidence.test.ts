import { expect, it } from "vitest";

import type { Evaluation } from "../../src/domain/promotion/facts.ts";
import { readEvaluations } from "../../src/registry/read-evidence.ts";
import { readRegistry } from "../../src/registry/read-registry.ts";
import { CairnError } from "../../src/shared/errors.ts";
import { MemorySourceTree, type MemoryFiles } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles, modelFiles } from "../support/registry-files.ts";

/** Keeps the promise of `SourceTree.read` about `maxBytes`. */
class BoundedTree extends MemorySourceTree {
  override async read(path: string, options?: { readonly maxBytes: number }): Promise<Uint8Array> {
    const bytes = await super.read(path);
    if (bytes.byteLength <= (options?.maxBytes ?? Number.POSITIVE_INFINITY)) return bytes;
    throw new CairnError({ code: "SOURCE_FILE_TOO_LARGE", kind: "invalid", message: path });
  }
}

async function evaluationsOf(
  evaluations: string,
  files: MemoryFiles = {},
): Promise<{ readonly evaluations: readonly Evaluation[]; readonly reads: readonly string[] }> {
  const tree = new BoundedTree({
    ...emptyRegistryFiles,
    ...modelFiles,
    "models/taxi/model.meta.yaml": `evaluations: ${evaluations}\n`,
    ...files,
  });
  const registry = await readRegistry(tree);
  const [asset] = registry.assets;
  if (asset === undefined) throw new Error("there is a model");
  tree.reads.length = 0;
  return { evaluations: await readEvaluations(asset, registry, tree), reads: tree.reads };
}

const metricFile = (text: string | Uint8Array): MemoryFiles => ({ "models/taxi/m.json": text });

it("reads what the metadata file says itself", async () => {
  const metrics = [["r2", 0.9] as const, ["rows", 3] as const, ["constructor", 1] as const];
  const { evaluations, reads } = await evaluationsOf(
    "[{ data: holdout, split: test, metrics: { r2: 0.9, rows: 3, constructor: 1 } }, { data: other, metrics: {} }]",
  );

  const expected: readonly Evaluation[] = [
    { data: "holdout", split: "test", metrics: Object.fromEntries(metrics) },
    { data: "other", metrics: {} },
  ];
  expect(evaluations).toEqual(expected);
  expect(reads).toEqual([]);
});

it.each<{ name: string; text: string; metrics: object }>([
  { name: "numbers at the top", text: '{"r2": 0.9, "rows": 160}', metrics: { r2: 0.9, rows: 160 } },
  {
    name: "numbers under metrics, beside other things",
    text: '{"metrics": {"r2": 0.9}, "host": "x", "tags": [1]}',
    metrics: { r2: 0.9 },
  },
  { name: "a metric called metrics", text: '{"metrics": 1}', metrics: { metrics: 1 } },
  { name: "a byte order mark", text: '\ufeff{"r2": -1e-3}', metrics: { r2: -0.001 } },
  { name: "nothing", text: "{}", metrics: {} },
])("reads a file with $name", async ({ text, metrics }) => {
  const { evaluations } = await evaluationsOf("[{ data: x, file: m.json }]", metricFile(text));

  expect(evaluations).toEqual([{ data: "x", metrics }]);
});

it("keeps a name that every object has", async () => {
  const text = '{"__proto__": 1, "toString": 2}';
  const { evaluations } = await evaluationsOf("[{ data: x, file: m.json }]", metricFile(text));

  expect(Object.entries(evaluations[0]?.metrics ?? {})).toEqual([
    ["__proto__", 1],
    ["toString", 2],
  ]);
});

it.each<{ name: string; files: MemoryFiles; problem: RegExp }>([
  { name: "that is not there", files: {}, problem: /no file models\/taxi\/m\.json/ },
  { name: "that is empty", files: metricFile(""), problem: /not JSON/ },
  { name: "with Python's NaN", files: metricFile('{"r2": NaN}'), problem: /not JSON/ },
  { name: "with too large a number", files: metricFile('{"r2": 1e999}'), problem: /"r2"/ },
  { name: "with a number in words", files: metricFile('{"r2": "0.9"}'), problem: /"r2"/ },
  { name: "with nothing for a number", files: metricFile('{"r2": null}'), problem: /"r2"/ },
  { name: "with nested numbers", files: metricFile('{"test": {"r2": 1}}'), problem: /"test"/ },
  { name: "with a list", files: metricFile("[0.9]"), problem: /not an object/ },
  { name: "of a number alone", files: metricFile("0.9"), problem: /not an object/ },
  { name: "that is deep", files: metricFile("[".repeat(500_000)), problem: /deep/ },
  {
    name: "of bytes that are no text",
    files: metricFile(new Uint8Array([0xff, 0xfe, 0])),
    problem: /not JSON/,
  },
  {
    name: "that is too large",
    files: metricFile(`{"r2": 1${" ".repeat(1024 * 1024)}}`),
    problem: /more than 1048576 bytes/,
  },
  {
    name: "of too many metrics",
    files: metricFile(
      JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, at) => [`m${at}`, at]))),
    ),
    problem: /more than 1000/,
  },
  {
    name: "that only points to its bytes",
    files: metricFile(
      `version https://git-lfs.github.com/spec/v1\noid sha256:${"a".repeat(64)}\nsize 12\n`,
    ),
    problem: /LFS/,
  },
])("has a problem with a file $name", async ({ files, problem }) => {
  const { evaluations } = await evaluationsOf("[{ data: x, split: s, file: m.json }]", files);

  expect(evaluations).toMatchObject([{ data: "x", split: "s", metrics: {} }]);
  expect(evaluations[0]?.problem).toMatch(problem);
  expect(evaluations[0]?.problem).toMatch(/^[^A-Z].*[^.]$/s);
});

it("reads a file once, and not more than a bounded number of bytes", async () => {
  const padding = " ".repeat(1024 * 1024 - 10);
  const names = Array.from({ length: 30 }, (_, index) => `m${index}.json`);
  const files = Object.fromEntries(
    names.map((name) => [`models/taxi/${name}`, `{"r2": 1${padding}}`]),
  );
  const list = [...names, ...names].map((name) => `{ data: x, file: ${name} }`).join(", ");
  const { evaluations, reads } = await evaluationsOf(`[${list}]`, files);

  expect(reads).toHaveLength(16);
  expect(evaluations.filter(({ problem }) => problem === undefined)).toHaveLength(32);
  expect(evaluations).toHaveLength(60);
});

it("does not take a failing disk for a missing metric", async () => {
  const tree = new MemorySourceTree({
    ...emptyRegistryFiles,
    ...modelFiles,
    ...metricFile("{}"),
    "models/taxi/model.meta.yaml": "evaluations: [{ data: x, file: m.json }]\n",
  });
  const registry = await readRegistry(tree);
  const [asset] = registry.assets;
  if (asset === undefined) throw new Error("there is a model");

  await expect(readEvaluations(asset, registry, new MemorySourceTree({}))).rejects.toMatchObject({
    code: "SOURCE_FILE_MISSING",
  });
});
