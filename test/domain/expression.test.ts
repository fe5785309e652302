import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  findExpressions,
  onlyExpression,
  unclosedExpression,
} from "../../src/domain/expression.ts";

describe("expressions of a text", () => {
  it.each([
    { text: "echo ${{inputs.x}}", found: ["inputs.x"] },
    { text: "echo ${{ inputs.x }}", found: ["inputs.x"] },
    { text: "${{inputs.x}}${{outputs.y}}", found: ["inputs.x", "outputs.y"] },
    { text: "$[[--x ${{inputs.x}}]] ${{inputs.y}}", found: ["inputs.x?", "inputs.y"] },
    { text: "$[[--x ${{inputs.x}} ${{inputs.y}}]]", found: ["inputs.x?", "inputs.y?"] },
    { text: "$[[ ]] ${{inputs.x}}", found: ["inputs.x"] },
    { text: "echo $$ ${HOME} {{x}} ${{ a b }} ${{}}", found: [] },
    { text: "echo ${{inputs.x}", found: [] },
  ])("$text", ({ text, found }) => {
    const shown = findExpressions(text).map(
      ({ path, isOptional }) => path + (isOptional ? "?" : ""),
    );

    expect(shown).toEqual(found);
  });

  it("are none where they are longer than any name, however many start there", () => {
    const found = findExpressions(`${"${{".repeat(300_000)}inputs.x}}`);

    expect(found.length).toBeLessThan(400);
    expect(found.at(-1)?.path).toBe("inputs.x");
  });

  it("are found in whatever stands around them", () => {
    const anyFiller = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[${}[\]]/g, ""));
    fc.assert(
      fc.property(fc.array(fc.tuple(anyFiller, fc.stringMatching(/^[a-z.]{1,9}$/))), (parts) => {
        const text = parts.map(([filler, path]) => `${filler}\${{${path}}}`).join("");

        expect(findExpressions(text).map(({ path }) => path)).toEqual(
          parts.map(([, path]) => path),
        );
      }),
    );
  });
});

it.each([
  { text: "${{parent.inputs.x}}", path: "parent.inputs.x" },
  { text: "${{ parent.inputs.x }}", path: "parent.inputs.x" },
  { text: "${{parent.inputs.x}}/a", path: undefined },
  { text: "${{parent.inputs.x}}${{parent.inputs.y}}", path: undefined },
  { text: "x", path: undefined },
])("only an expression: $text", ({ text, path }) => {
  expect(onlyExpression(text)).toBe(path);
});

it.each([
  { text: "a ${{inputs.x", start: "${{inputs.x" },
  { text: "a ${{inputs.x}", start: "${{inputs.x" },
  { text: "a ${{inputs.x}} b", start: undefined },
  { text: "a", start: undefined },
])("not closed: $text", ({ text, start }) => {
  expect(unclosedExpression(text)).toBe(start);
});
