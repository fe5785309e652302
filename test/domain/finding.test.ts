import * as fc from "fast-check";
import { expect, it } from "vitest";
import { compareFindings, isBlocking, severities, type Finding } from "../../src/domain/finding.ts";

const finding = (overrides: Partial<Finding>): Finding => ({
  rule: "a",
  severity: "error",
  message: "m",
  path: "models/a/model.yaml",
  ...overrides,
});

it("orders by path, line, column, rule and message", () => {
  const sorted = [
    finding({ path: "B.yaml", line: 9 }),
    finding({ path: "a.yaml" }),
    finding({ path: "a.yaml", line: 2, column: 9, rule: "z" }),
    finding({ path: "a.yaml", line: 10, column: 1, rule: "b" }),
    finding({ path: "a.yaml", line: 10, column: 1, rule: "c", message: "a" }),
    finding({ path: "a.yaml", line: 10, column: 1, rule: "c", message: "b" }),
    finding({ path: "a.yaml", line: 10, column: 2, rule: "a" }),
    finding({ path: "é.yaml" }),
  ];
  const shuffled = [5, 2, 7, 0, 6, 3, 1, 4].flatMap((index) => sorted[index] ?? []);
  expect(shuffled.sort(compareFindings)).toEqual(sorted);
});

it("sorts the same findings alike, in whatever order they were found", () => {
  const position = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined });
  const any = fc
    .tuple(fc.constantFrom("a", "b"), position, position, fc.constantFrom("x", "y"))
    .map(([path, line, column, rule]) =>
      finding({
        path,
        rule,
        ...(line === undefined ? {} : { line }),
        ...(column === undefined ? {} : { column }),
      }),
    );
  fc.assert(
    fc.property(fc.array(any), (findings) => {
      const forwards = findings.toSorted(compareFindings);
      expect(findings.toReversed().sort(compareFindings).map(place)).toEqual(forwards.map(place));
    }),
  );
});

it("lets errors alone hold something back", () => {
  expect(severities.filter((severity) => isBlocking(finding({ severity })))).toEqual(["error"]);
});

function place({ path, line = 0, column = 0, rule }: Finding): string {
  return [path, line, column, rule].join(":");
}
