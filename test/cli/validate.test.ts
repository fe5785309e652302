import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";

import type { Finding } from "../../src/domain/finding.ts";
import type { App, ValidateReport, ValidateRequest } from "../../src/usecases/app.ts";
import { sarifProblems, type SarifLog } from "../support/sarif.ts";
import { cairn, type RunOutcome } from "./harness.ts";

const error: Finding = {
  rule: "version-mangled",
  severity: "error",
  message: "Quote it.",
  path: "m/a.yaml",
  line: 2,
  column: 10,
  fix: { type: "set", pointer: ["version"], value: "1.10" },
};
const warning: Finding = { rule: "schema", severity: "warning", message: "Odd.", path: "m/b.yaml" };
const accepted: Finding = {
  ...error,
  path: "m/c.yaml",
  accepted: { reason: "old", until: "2027-03-31" },
};
const excerpts = [{ path: "m/a.yaml", line: 2, text: "version: 1.10 # first" }];

async function validate(
  report: Partial<ValidateReport>,
  argv: readonly string[] = [],
  terminal: { readonly isTTY?: boolean; readonly columns?: number } = {},
): Promise<RunOutcome & { readonly requests: readonly ValidateRequest[] }> {
  const requests: ValidateRequest[] = [];
  const app: Pick<App, "validate"> = {
    validate: async (request) => {
      requests.push(request);
      return { findings: [], assets: 2, files: 3, ...report };
    },
  };
  return { ...(await cairn(["validate", ...argv], { app, ...terminal })), requests };
}

describe("text", () => {
  it("shows the line with a caret, file by file, then the counts", async () => {
    const findings = [error, { ...error, rule: "asset-name", column: 1 }, warning, accepted];
    const { out } = await validate({ findings, excerpts });

    expect(out).toMatchInlineSnapshot(`
      "m/a.yaml:2:10 error Quote it. [version-mangled]
        2 | version: 1.10 # first
          |          ^
      m/a.yaml:2:1 error Quote it. [asset-name]
        2 | version: 1.10 # first
          | ^

      m/b.yaml warning Odd. [schema]

      2 errors, 1 warning in 2 assets. 1 accepted until 2027-03-31. 2 can be corrected with --fix.
      "
    `);
  });

  it("shows what is accepted when asked, with the reason", async () => {
    const { out, code } = await validate({ findings: [accepted] }, ["--show-accepted"]);

    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "m/c.yaml:2:10 error Quote it. [version-mangled] (accepted until 2027-03-31: old)

      No finding in 2 assets. 1 accepted until 2027-03-31.
      "
    `);
  });

  it.each([
    { name: "one day", days: ["2027-03-31", "2027-03-31"], says: "2 accepted until 2027-03-31." },
    {
      name: "several days",
      days: ["2027-03-31", "2026-12-31"],
      says: "2 accepted (the first until 2026-12-31).",
    },
    { name: "no day", days: [undefined], says: "1 accepted." },
  ])("says until when, with $name", async ({ days, says }) => {
    const findings = days.map((until) => ({
      ...error,
      accepted: until === undefined ? { reason: "old" } : { reason: "old", until },
    }));

    expect((await validate({ findings })).out).toContain(says);
  });

  it.each([
    {
      name: "a tab",
      text: "\ta:\tx",
      column: 5,
      shown: ["    a:  x", "        ^"],
    },
    { name: "wide characters", text: "版本: x", column: 5, shown: ["版本: x", "      ^"] },
    { name: "a taxi", text: "🚕: x", column: 5, shown: ["🚕: x", "    ^"] },
    { name: "a mark above a letter", text: "e\u0301: x", column: 5, shown: ["e\u0301: x", "   ^"] },
    { name: "the end of the line", text: "a:", column: 3, shown: ["a:", "  ^"] },
    { name: "no such column", text: "a:", column: 9, shown: ["a:"] },
    {
      name: "a line that would paint the terminal",
      text: "\u001b[31ma\u202e: x",
      column: 9,
      shown: ["\ufffd[31ma\ufffd: x", "        ^"],
    },
    {
      name: "a token",
      text: "url: https://me:hunter2@host/x # y",
      column: 6,
      shown: ["url: https://***@host/x # y", "     ^"],
    },
  ])("keeps the caret below $name", async ({ text, column, shown }) => {
    const findings = [{ ...error, column }];
    const { out } = await validate({ findings, excerpts: [{ path: "m/a.yaml", line: 2, text }] });
    const rows = out.split("\n").slice(1, 1 + shown.length);

    expect(rows.map((row) => row.slice(6))).toEqual(shown);
    expect(out.split("\n")[1 + shown.length]).toBe("");
  });

  it.each([
    { name: "at its start", column: 4, width: 40, caretBelow: "x" },
    { name: "in its middle", column: 1000, width: 40, caretBelow: "x" },
    { name: "at its end", column: 1999, width: 40, caretBelow: "x" },
    { name: "in wide text", column: 1000, width: 40, caretBelow: "x", fill: "版" },
  ])("cuts a line to the terminal: $name", async ({ column, width, caretBelow, fill = "." }) => {
    const text = `${fill.repeat(column - 1)}x${fill.repeat(2000 - column)}`;
    const { out } = await validate(
      { findings: [{ ...error, column }], excerpts: [{ path: "m/a.yaml", line: 2, text }] },
      [],
      { isTTY: true, columns: width },
    );
    const [, line = "", caret = ""] = stripVTControlCharacters(out).split("\n");
    const wide = (shown: string): string => shown.replaceAll("版", "版\0");

    expect(wide(line).length).toBeLessThanOrEqual(width);
    expect(wide(line)[caret.indexOf("^")]).toBe(caretBelow);
    expect(line).toContain("…");
  });

  it("says where the value behind an alias is written", async () => {
    const findings = [{ ...error, anchor: { line: 1, column: 4 } }];

    expect((await validate({ findings, excerpts })).out).toContain(
      "= the value is written in line 1",
    );
  });

  it("paints on a terminal, and nowhere else", async () => {
    const findings = [error];
    const painted = await validate({ findings, excerpts }, [], { isTTY: true });
    const plain = await validate({ findings, excerpts });

    expect(painted.out).toContain("\u001b[31m^\u001b[39m");
    expect(stripVTControlCharacters(painted.out)).toBe(plain.out);
  });
});

describe("what counts", () => {
  it.each([
    { name: "accepted", findings: [accepted], argv: [], code: 0 },
    { name: "accepted, strictly", findings: [accepted], argv: ["--strict"], code: 0 },
    { name: "a warning", findings: [warning, accepted], argv: [], code: 0 },
    { name: "a warning, strictly", findings: [warning, accepted], argv: ["--strict"], code: 1 },
    { name: "an error", findings: [error, accepted], argv: [], code: 1 },
  ])("ends with $code: $name", async ({ findings, argv, code }) => {
    for (const format of ["text", "json", "sarif", "github"]) {
      expect((await validate({ findings }, [...argv, "--format", format])).code).toBe(code);
    }
  });
});

describe("formats", () => {
  const findings = [error, accepted];

  it.each([["--json"], ["--format", "json"], ["--format", "json", "--json"]])(
    "%s %s prints everything but the lines",
    async (...argv) => {
      const { out, requests } = await validate({ findings, excerpts }, argv);

      expect(JSON.parse(out)).toEqual({ findings, assets: 2, files: 3 });
      expect(requests).toEqual([{ paths: [] }]);
    },
  );

  it("sarif is one document, with what is accepted suppressed", async () => {
    const { out, requests } = await validate({ findings }, ["--format", "sarif"]);
    expect(requests).toEqual([{ paths: [], isNamedFromHere: true }]);
    const log = JSON.parse(out) as SarifLog;
    const results = log.runs[0]?.results ?? [];

    expect(sarifProblems(log)).toEqual([]);
    expect(results.map(({ suppressions = [] }) => suppressions.length)).toEqual([0, 1]);
  });

  it.each([
    { argv: [], commands: 1 },
    { argv: ["--show-accepted"], commands: 2 },
  ])("github annotates, with $argv", async ({ argv, commands }) => {
    const { out } = await validate({ findings }, ["--format", "github", ...argv]);
    const rows = out.trimEnd().split("\n");

    expect(rows.filter((row) => row.startsWith("::"))).toHaveLength(commands);
    expect(rows.filter((row) => row.startsWith("::error "))).toHaveLength(1);
    expect(rows.at(-1)).toBe(
      "1 error in 2 assets. 1 accepted until 2027-03-31. 1 can be corrected with --fix.",
    );
  });
});

describe("changes", () => {
  it("asks for corrections and shows them like a diff", async () => {
    const { out, requests } = await validate(
      {
        fixes: [
          {
            rule: "version-mangled",
            path: "m/a.yaml",
            line: 2,
            outcome: "fixed",
            before: ["version: 1.10"],
            after: ['version: "1.10"'],
          },
          { rule: "schema", path: "m/b.yaml", outcome: "left", before: [], after: [] },
        ],
      },
      ["--fix"],
    );

    expect(requests).toEqual([{ paths: [], fix: { isDryRun: false }, withExcerpts: true }]);
    expect(out).toMatchInlineSnapshot(`
      "Corrected
        m/a.yaml:2 [version-mangled]
        - version: 1.10
        + version: "1.10"

      Left for a person
        m/b.yaml [schema]

      No finding in 2 assets.
      "
    `);
  });

  it("asks to see them only", async () => {
    const { requests } = await validate({}, ["--fix", "--dry-run", "--json"]);

    expect(requests).toEqual([{ paths: [], fix: { isDryRun: true } }]);
  });

  it("accepts, and says what is not published all the same", async () => {
    const argv = ["--accept-existing", "--until", "2027-03-31", "--reason", "as it was"];
    const unpublished = ["a", "b", "c", "d", "e", "f", "g"];
    const { out, requests, code } = await validate(
      { acceptance: { findings: 9, entries: 7, until: "2027-03-31", unpublished } },
      argv,
    );

    expect(code).toBe(0);
    expect(requests).toMatchObject([{ accept: { until: "2027-03-31", reason: "as it was" } }]);
    expect(out).toMatchInlineSnapshot(`
      "Accepted 9 findings until 2027-03-31: 7 entries of accept in registry.yaml.
      Not published before it is corrected, whatever is accepted: a, b, c, d, e and 2 more.

      No finding in 2 assets.
      "
    `);
  });

  it.each([
    [["--fix", "--ref", "HEAD"]],
    [["--accept-existing", "--until", "2027-01-01", "--reason", "x", "--ref", "HEAD"]],
    [["--dry-run"]],
    [["--fix", "--dry-run", "--accept-existing", "--until", "2027-01-01", "--reason", "x"]],
    [["--accept-existing"]],
    [["--accept-existing", "--until", "2027-01-01"]],
    [["--accept-existing", "--until", "2027-01-01", "--reason", " "]],
    [["--accept-existing", "--reason", "x"]],
    [["--until", "2027-01-01"]],
    [["--reason", "x"]],
    [["--base", "main", "--dry-run"]],
    [["--base", "main", "--until", "2027-01-01"]],
    [["--json", "--format", "sarif"]],
    [["--format", "xml"]],
  ])("refuses %j as a usage error, with a hint, and asks nothing", async (argv) => {
    const { code, err, requests } = await validate({}, argv);

    expect(code).toBe(2);
    expect(err).toMatch(/^error: .+\[CLI_USAGE\]\nhint: .+/);
    expect(requests).toEqual([]);
  });
});
