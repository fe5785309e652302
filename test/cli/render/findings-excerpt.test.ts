import * as fc from "fast-check";
import { expect, it } from "vitest";

import { paintPlain } from "../../../src/cli/ansi.ts";
import { renderExcerpt } from "../../../src/cli/render/findings-excerpt.ts";
import type { Finding } from "../../../src/domain/finding.ts";

const finding: Finding = {
  rule: "schema",
  severity: "error",
  message: "No.",
  path: "a.yaml",
  line: 12,
};

const character = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  fc.constantFrom("\t", " ", "a", "版", "🚕", "e\u0301", "\u001b[2J", "\u202e", "\r", "\u200d"),
);
const text = fc.array(character, { maxLength: 300 }).map((parts) => parts.join(""));

it("is two rows that fit, whatever the line, and forges nothing", () => {
  fc.assert(
    fc.property(
      text,
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 30, max: 200 }),
      (line, column, width) => {
        const view = { paint: paintPlain, width };
        const [shown = "", caret = "     | ^", ...others] = renderExcerpt(
          { ...finding, column },
          line,
          view,
        ).split("\n");

        expect(others).toEqual([]);
        expect(shown).toMatch(/^ {2}12 \|/);
        expect(`${shown}${caret}`).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
        expect(caret).toMatch(/^ {5}\| *\^$/);
        expect(caret.length).toBeLessThanOrEqual(width);
        expect(Array.from(shown.replaceAll(/\p{M}/gu, "")).length).toBeLessThanOrEqual(width);
      },
    ),
    { numRuns: 500 },
  );
});

it("has a caret below each character that can be seen", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "b", " ", ":"), minLength: 1, maxLength: 300 }),
      fc.nat(299),
      fc.integer({ min: 30, max: 200 }),
      (line, at, width) => {
        const column = (at % line.length) + 1;
        const marked = `${line.slice(0, column - 1)}X${line.slice(column)}`;
        const [shown = "", caret = ""] = renderExcerpt({ ...finding, column }, marked, {
          paint: paintPlain,
          width,
        }).split("\n");

        expect(shown[caret.indexOf("^")]).toBe("X");
      },
    ),
    { numRuns: 500 },
  );
});
