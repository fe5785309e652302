import { describe, expect, it } from "vitest";

import type { Finding } from "../../../src/domain/finding.ts";
import { readExcerpts } from "../../../src/usecases/author/read-excerpts.ts";
import { MemorySourceTree } from "../../support/memory-source-tree.ts";

function at(path: string, line: number | undefined, rule = "schema"): Finding {
  const place = line === undefined ? { path } : { path, line };
  return { rule, severity: "error", message: "No.", ...place };
}

describe("the lines of findings", () => {
  it.each([
    { name: "as they are written", text: "a: 1\n\tb:  2 # x\n", line: 2, shown: "\tb:  2 # x" },
    { name: "as Windows ends them", text: "a: 1\r\nb: 2\r\n", line: 2, shown: "b: 2" },
    { name: "as they once ended", text: "a: 1\rb: 2\r", line: 2, shown: "b: 2" },
    { name: "without a byte order mark", text: "\ufeffa: 1\n", line: 1, shown: "a: 1" },
    { name: "cut where nobody reads on", text: "x".repeat(5000), line: 1, shown: "x".repeat(2000) },
    { name: "that are not there", text: "a: 1\n", line: 7, shown: undefined },
    { name: "of a whole file", text: "a: 1\n", line: undefined, shown: undefined },
    { name: "of a huge file", text: "a: 1\n".repeat(300_000), line: 1, shown: undefined },
  ])("$name", async ({ text, line, shown }) => {
    const excerpts = await readExcerpts(new MemorySourceTree({ "a.yaml": text }), [
      at("a.yaml", line),
    ]);

    expect(excerpts.map((excerpt) => excerpt.text)).toEqual(shown === undefined ? [] : [shown]);
  });

  it("are read once, from files with findings", async () => {
    const tree = new MemorySourceTree({ "a.yaml": "a: 1\n", "b.yaml": "b: 1\n" });
    const excerpts = await readExcerpts(tree, [at("a.yaml", 1), at("a.yaml", 1, "other")]);

    expect(excerpts).toEqual([{ path: "a.yaml", line: 1, text: "a: 1" }]);
    expect(tree.reads).toEqual(["a.yaml"]);
  });

  it("are bounded in number", async () => {
    const tree = new MemorySourceTree({ "a.yaml": "a: 1\n".repeat(5000) });
    const findings = Array.from({ length: 5000 }, (_, index) => at("a.yaml", index + 1));

    expect(await readExcerpts(tree, findings)).toHaveLength(2000);
  });
});

describe("a line that may hold a secret is shown for no finding", () => {
  const text = "a: 1\nkey: |\n  BEGIN\n\n  END\nb: &x sesame\nc: *x\nd: 1\n";
  const all = [1, 2, 3, 5, 6, 7, 8].map((line) => at("a.yaml", line));

  it.each([
    { name: "none", secret: [], shown: [1, 2, 3, 5, 6, 7, 8] },
    {
      name: "with the lines of its text",
      secret: [at("a.yaml", 2, "secret-value")],
      shown: [1, 6, 7, 8],
    },
    {
      name: "an accepted one too",
      secret: [{ ...at("a.yaml", 8, "secret-key"), accepted: { reason: "old" } }],
      shown: [1, 2, 3, 5, 6, 7],
    },
    {
      name: "where the anchor is",
      secret: [{ ...at("a.yaml", 7, "secret-value"), anchor: { line: 6, column: 7 } }],
      shown: [1, 2, 3, 5, 8],
    },
    {
      name: "only in its own file",
      secret: [at("b.yaml", 1, "secret-value")],
      shown: [1, 2, 3, 5, 6, 7, 8],
    },
  ])("$name", async ({ secret, shown }) => {
    const tree = new MemorySourceTree({ "a.yaml": text });
    const excerpts = await readExcerpts(tree, [...all, ...secret]);

    expect(excerpts.map(({ line }) => line)).toEqual(shown);
  });
});

describe("a line that looks like a secret is shown for no finding, though none says so", () => {
  it.each([
    { name: "by its form", text: "a: 1\nb: [AKIAQYLPMN5HFIQR7XYA\n", shown: [1] },
    { name: "by its name", text: "a: 1\n'db_password' : s3same # x\n", shown: [1] },
    { name: "in a list of keys", text: '{"a": 1, "token": "sesame"}\na: 1\n', shown: [2] },
    { name: "as a variable", text: "ENV A=1 API_KEY=sesame\nFORM x\n", shown: [2] },
    { name: "over lines", text: "password: |\n  BEGIN\n\n  END\na: 1\n", shown: [5] },
    { name: "not where nothing is said", text: "tokens: 5\npassword:\n", shown: [1, 2] },
  ])("$name", async ({ text, shown }) => {
    const findings = [1, 2, 4, 5].map((line) => at("a.yaml", line));
    const excerpts = await readExcerpts(new MemorySourceTree({ "a.yaml": text }), findings);

    expect(excerpts.filter((each) => each.text !== "").map(({ line }) => line)).toEqual(shown);
  });
});
