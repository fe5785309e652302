import { describe, expect, it } from "vitest";

import { movedFiles, validateChange } from "../../src/usecases/validate-change.ts";
import { readRegistry } from "../../src/registry/read-registry.ts";
import { MemorySourceTree, type MemoryFiles } from "../support/memory-source-tree.ts";
import { emptyRegistryFiles, modelFiles } from "../support/registry-files.ts";

const start = { ...emptyRegistryFiles, ...modelFiles };
const now = new Date("2025-01-02T00:00:00Z");

function modelAt(folder: string, files: MemoryFiles = {}): MemoryFiles {
  return {
    [`${folder}/model.yaml`]: "name: cab\npath: ./data\n",
    [`${folder}/model.meta.yaml`]: "owner: fleet\n",
    [`${folder}/data/a.bin`]: "a",
    ...files,
  };
}

it("reads of the second tree only what differs", async () => {
  const base = new MemorySourceTree(start);
  const changed = { "models/bus/model.yaml": "name: bus\npath: ./gone.bin\n" };
  const head = new MemorySourceTree({ ...start, ...changed });
  const report = await validateChange({ base, head, state: undefined, now });
  expect(base.reads).toContain("models/taxi/model.yaml");
  expect(head.reads).toEqual(["models/bus/model.yaml"]);
  expect(report.findings).toMatchObject([
    { rule: "path-missing", path: "models/bus/model.yaml", line: 2 },
  ]);
});

it("answers with the lines of what is new, if asked", async () => {
  const base = new MemorySourceTree(start);
  const changed = { "models/bus/model.yaml": "name: bus\npath: ./gone.bin\n" };
  const head = new MemorySourceTree({ ...start, ...changed });
  const report = await validateChange({ base, head, state: undefined, now, withExcerpts: true });
  expect(report.excerpts).toEqual([
    { path: "models/bus/model.yaml", line: 2, text: "path: ./gone.bin" },
  ]);
});

it("shows no line with a secret, though the secret is not new", async () => {
  const job = (tags: string): MemoryFiles => ({
    "j/job.yml": `$schema: x/commandJob.schema.json\ncommand: echo\ncompute: azureml:c\nenvironment: { image: base:1 }\ntags: { ${tags} }\n`,
  });
  const secret = "name: DB_PASSWORD, value: hunter2";
  const base = new MemorySourceTree({ ...start, ...job(secret) });
  const head = new MemorySourceTree({ ...start, ...job(`${secret}, z: [1]`) });
  const report = await validateChange({ base, head, state: undefined, now, withExcerpts: true });
  expect(report.findings.map(({ rule }) => rule)).toEqual(["schema"]);
  expect(report.excerpts).toEqual([]);
});

describe("files that were moved", () => {
  const rows: Readonly<Record<string, readonly [MemoryFiles, MemoryFiles, readonly string[]]>> = {
    "are those of one asset": [
      modelAt("models/cab"),
      modelAt("teams/cab", {
        "teams/cab/model.yaml": "# Moved.\nname: cab\npath: ./data\n",
        "teams/cab/model.meta.yaml": "owner: others\n",
        "teams/cab/data/a.bin": "b",
      }),
      [
        "models/cab/data > teams/cab/data",
        "models/cab/data/a.bin > teams/cab/data/a.bin",
        "models/cab/model.lock.yaml > teams/cab/model.lock.yaml",
        "models/cab/model.lock.yml > teams/cab/model.lock.yml",
        "models/cab/model.meta.yaml > teams/cab/model.meta.yaml",
        "models/cab/model.meta.yml > teams/cab/model.meta.yml",
        "models/cab/model.yaml > teams/cab/model.yaml",
      ],
    ],
    "are those of one content": [{ "a.txt": "x" }, { "b.txt": "x" }, ["a.txt > b.txt"]],
    "are not those that are still there": [{ "a.txt": "x" }, { "a.txt": "x", "b.txt": "x" }, []],
    "are not guessed among equals": [{ "a.txt": "x", "b.txt": "x" }, { "c.txt": "x" }, []],
    "are not those of another asset": [
      { "models/cab/model.yaml": "name: cab\npath: ./a.bin\n" },
      { "teams/bus/model.yaml": "name: bus\npath: ./a.bin\n" },
      [],
    ],
  };

  it.each(Object.entries(rows))("%s", async (_title, [before, after, expected]) => {
    const [left, right] = await Promise.all(
      [before, after].map((files) =>
        readRegistry(new MemorySourceTree({ ...emptyRegistryFiles, ...files })),
      ),
    );
    const moved = left && right ? [...movedFiles(left, right)] : [];
    expect(moved.map(([from, to]) => `${from} > ${to}`).sort()).toEqual(expected);
  });
});
