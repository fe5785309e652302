import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { validateManifest } from "../../src/usecases/validate.ts";
import { MemorySourceTree } from "../support/memory-source-tree.ts";
import { askPython, firstThatRuns } from "../support/programs.ts";
import { cairnKinds, rows, type Row } from "./rows.ts";

/** Where `.ci/run` installs the client; anybody may have it elsewhere. */
const python = await firstThatRuns([
  process.env["CAIRN_AZUREML_PYTHON"],
  fileURLToPath(new URL("../../.ci/peers-azureml/bin/python", import.meta.url)),
]);

describe("what Cairn says of a manifest", () => {
  it.each(rows)("$table: $name", async (row) => {
    const { errors, warnings } = await findingsOf(row);

    expect(errors).toEqual([...(row.cairn ?? [])].sort());
    expect(warnings).toEqual(expect.arrayContaining([...(row.warns ?? [])]));
  });

  it("is an error wherever Azure ML's client refuses", () => {
    const lenient = rows.filter(({ client, cairn = [] }) => client === "refuses" && !cairn.length);

    expect(lenient.map(({ table, name }) => `${table}: ${name}`)).toEqual([]);
  });

  it("is in the table once for each name", () => {
    const names = rows.map(({ table, name }) => `${table}: ${name}`);

    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

describe("Azure ML's own client", () => {
  // Without the client this is reported as skipped; in CI it must be there.
  it.skipIf(python === undefined && process.env["CI"] === undefined)(
    "says what the rows have of it (needs azure-ai-ml)",
    async () => {
      if (python === undefined) throw new Error("azure-ai-ml is not installed: see .ci/run");
      const answers = await askClient(python);
      const measured = rows.map(({ table, name }, index) => {
        const { refuses, message } = answers[index] ?? { refuses: false, message: "no answer" };
        return { row: `${table}: ${name}`, client: refuses ? "refuses" : "accepts", message };
      });

      expect(measured.filter(({ client }, index) => client !== rows[index]?.client)).toEqual([]);
    },
    120_000,
  );
});

async function findingsOf({ kind, text, files = {} }: Row): Promise<{
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}> {
  const tree = new MemorySourceTree({ "manifest.yml": text, ...files });
  const { findings } = await validateManifest(tree, {
    path: "manifest.yml",
    kind: cairnKinds[kind],
  });
  const rulesOf = (severity: string): readonly string[] => {
    const rules = findings.filter((finding) => finding.severity === severity);
    return [...new Set(rules.map(({ rule }) => rule))].sort();
  };
  return { errors: rulesOf("error"), warnings: rulesOf("warning") };
}

interface Answer {
  readonly refuses: boolean;
  readonly message: string;
}

/** One process for all rows: loading the client takes seconds. */
async function askClient(program: string): Promise<readonly Answer[]> {
  const script = fileURLToPath(new URL("load.py", import.meta.url));
  return (await askPython(program, script, rows)) as readonly Answer[];
}
