import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { renderAnnotations } from "../../../src/cli/render/annotations.ts";
import type { Finding } from "../../../src/domain/finding.ts";

const finding: Finding = {
  rule: "schema",
  severity: "error",
  message: '"a" is wrong.',
  path: "m/a.yaml",
  line: 3,
  column: 7,
};

describe("GitHub's annotations", () => {
  it.each([
    {
      name: "an error",
      of: {},
      line: '::error file=m/a.yaml,line=3,col=7,title=schema::"a" is wrong.',
    },
    {
      name: "a warning",
      of: { severity: "warning" },
      line: '::warning file=m/a.yaml,line=3,col=7,title=schema::"a" is wrong.',
    },
    {
      name: "an info",
      of: { severity: "info" },
      line: '::notice file=m/a.yaml,line=3,col=7,title=schema::"a" is wrong.',
    },
    {
      name: "a message with a command of its own",
      of: { message: "100%\n::error::gotcha\r\n::stop-commands::x" },
      line: "::error file=m/a.yaml,line=3,col=7,title=schema::100%25%0A::error::gotcha\ufffd%0A::stop-commands::x",
    },
    {
      name: "a path that would add properties",
      of: { path: "a,line=9:b%2C\n::debug::x.yaml" },
      line: '::error file=a%2Cline=9%3Ab%252C%0A%3A%3Adebug%3A%3Ax.yaml,line=3,col=7,title=schema::"a" is wrong.',
    },
  ] as const)("$name", ({ of, line }) => {
    expect(renderAnnotations([{ ...finding, ...of }])).toBe(line);
  });

  it("say the file where no line is known", () => {
    const { line: _line, column: _column, ...whole } = finding;

    expect(renderAnnotations([whole])).toBe('::error file=m/a.yaml,title=schema::"a" is wrong.');
  });

  it.each([
    { count: 10, lines: 10 },
    { count: 11, lines: 12 },
  ])("are all printed, $count of them in $lines lines", ({ count, lines }) => {
    const rows = renderAnnotations(Array.from({ length: count }, () => finding)).split("\n");

    expect(rows).toHaveLength(lines);
    expect(rows.filter((row) => row.startsWith("::error "))).toHaveLength(count);
  });

  it("never print a line that was not meant, whatever the texts", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("\n::error::x", "\r::set-output", "::", "%0A::error::x", ",line=1::"),
    );
    fc.assert(
      fc.property(text, text, text, (path, rule, message) => {
        const printed = renderAnnotations([{ ...finding, path, rule, message }]);

        expect(printed).not.toMatch(/[\r\n\u2028\u2029\u0085]/);
        expect(printed.slice(2).split("::")[0]).toMatch(
          /^error file=[^:,]*,line=3,col=7,title=[^:,]*$/,
        );
      }),
    );
  });
});
