import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { renderSarif } from "../../../src/cli/render/sarif.ts";
import type { Finding } from "../../../src/domain/finding.ts";
import { allRules } from "../../../src/domain/rules/catalogue.ts";
import { sarifProblems, type SarifLog } from "../../support/sarif.ts";

const finding: Finding = {
  rule: "schema",
  severity: "error",
  message: '"a" is wrong.',
  path: "m/a.yaml",
  line: 3,
  column: 7,
};

function sarifOf(...findings: readonly Finding[]): SarifLog {
  return JSON.parse(renderSarif(findings)) as SarifLog;
}

function resultOf(of: Partial<Finding>): SarifLog["runs"][number]["results"][number] | undefined {
  return sarifOf({ ...finding, ...of }).runs[0]?.results[0];
}

describe("SARIF", () => {
  it("describes every rule, and each result names its own", () => {
    const [run] = sarifOf(finding, { ...finding, rule: "yaml-syntax" }).runs;
    const rules = run?.tool.driver.rules ?? [];

    expect(rules.map(({ id }) => id)).toEqual(allRules.map(({ id }) => id));
    expect(run?.results.map(({ ruleIndex }) => rules[ruleIndex ?? -1]?.id)).toEqual([
      "schema",
      "yaml-syntax",
    ]);
  });

  it("is valid without a finding", () => {
    expect(sarifProblems(sarifOf())).toEqual([]);
    expect(sarifOf().runs[0]?.results).toEqual([]);
  });

  it.each([
    { severity: "error", level: "error" },
    { severity: "warning", level: "warning" },
    { severity: "info", level: "note" },
  ] as const)("calls $severity $level", ({ severity, level }) => {
    expect(resultOf({ severity })?.level).toBe(level);
  });

  it.each([
    { path: "models/a/model.yaml", uri: "models/a/model.yaml" },
    { path: "a b/ü:1#2?.yaml", uri: "a%20b/%C3%BC%3A1%232%3F.yaml" },
    { path: "100%.yaml", uri: "100%25.yaml" },
    { path: "half\ud800.yaml", uri: "half%EF%BF%BD.yaml" },
  ])("writes the path $uri", ({ path, uri }) => {
    expect(resultOf({ path })?.locations[0]?.physicalLocation.artifactLocation).toEqual({
      uri,
      uriBaseId: "%SRCROOT%",
    });
  });

  it("points at the first line of a file where no line is known", () => {
    const { line: _line, column: _column, ...whole } = finding;

    expect(sarifOf(whole).runs[0]?.results[0]?.locations[0]?.physicalLocation.region).toEqual({
      startLine: 1,
    });
  });

  it("tells where an alias's value is written", () => {
    const result = resultOf({ anchor: { line: 1, column: 4 } });

    expect(result?.relatedLocations?.[0]?.physicalLocation.region).toEqual({
      startLine: 1,
      startColumn: 4,
    });
  });

  it("suppresses what is accepted", () => {
    const { suppressions } = resultOf({ accepted: { reason: "old", until: "2027-03-31" } }) ?? {};

    expect(suppressions).toEqual([{ kind: "external", status: "accepted", justification: "old" }]);
  });

  it("has a fingerprint that stays when the line moves, and differs from all others", () => {
    const print = (of: Partial<Finding>): string | undefined =>
      resultOf(of)?.partialFingerprints["cairn/v1"];
    const [first, second] = sarifOf(finding, { ...finding, line: 9 }).runs[0]?.results ?? [];

    expect(print({ line: 70, column: 1 })).toBe(print({}));
    expect(first?.partialFingerprints["cairn/v1"]).toBe(print({}));
    expect(
      new Set([
        print({}),
        second?.partialFingerprints["cairn/v1"],
        print({ rule: "asset-name" }),
        print({ path: "b.yaml" }),
        print({ message: "Other." }),
      ]).size,
    ).toBe(5);
  });

  it("is valid whatever the texts", () => {
    const text = fc.string({ unit: "binary" });
    const anyFinding = fc.record(
      {
        rule: fc.oneof(fc.constantFrom("schema", "asset-name"), fc.string()),
        severity: fc.constantFrom("error", "warning", "info"),
        message: text,
        path: text,
        line: fc.integer({ min: 1, max: 1e6 }),
        column: fc.integer({ min: 1, max: 1e6 }),
        anchor: fc.constant({ line: 1, column: 1 }),
        accepted: fc.record({ reason: text }),
      },
      { requiredKeys: ["rule", "severity", "message", "path"] },
    );
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 3 }), (findings) => {
        expect(sarifProblems(sarifOf(...findings))).toEqual([]);
      }),
    );
  });

  it.each([
    { name: "another version", change: (log: object) => ({ ...log, version: "2.0.0" }) },
    { name: "no run", change: (log: object) => ({ ...log, runs: [] }) },
    { name: "a member of its own", change: (log: object) => ({ ...log, cairn: 1 }) },
    { name: "a list", change: (log: object) => [log] },
  ])("would be found invalid with $name", ({ change }) => {
    expect(sarifProblems(change(sarifOf(finding)))).toHaveLength(1);
  });
});
