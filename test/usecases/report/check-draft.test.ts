import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Finding } from "../../../src/domain/finding.ts";
import { draftCheck } from "../../../src/usecases/report/check-draft.ts";
import { checkReport, fullReport } from "../../cli/check-report.ts";

const head = "4".repeat(40);
const finding: Finding = {
  rule: "owner-missing",
  severity: "warning",
  message: "Nobody owns it.",
  path: "a.yaml",
  line: 3,
  column: 5,
};

function draft(...findings: readonly Partial<Finding>[]) {
  return draftCheck({
    report: checkReport({ findings: findings.map((parts) => ({ ...finding, ...parts })) }),
    head,
    hasFile: (path) => path.endsWith(".yaml"),
  });
}

describe("a finding", () => {
  it("is shown at its line, and counted", () => {
    const { annotations, summary } = draft({});
    expect(annotations).toEqual([
      {
        path: "a.yaml",
        line: 3,
        column: 5,
        level: "warning",
        title: "owner-missing",
        message: "Nobody owns it.",
      },
    ]);
    expect(summary).toContain("1 finding is at its line.");
    expect(summary).not.toContain("Nobody owns it.");
  });

  it.each([
    { name: "without a line", parts: { path: "a.yaml", line: undefined } },
    { name: "in a file that the head has otherwise", parts: { path: "gone.txt" } },
    { name: "at a line that is none", parts: { line: 0 } },
    { name: "at half a line", parts: { line: 1.5 } },
  ])("$name is in the summary", ({ parts }) => {
    const { line, ...rest } = { ...finding, ...parts };
    const report = checkReport({ findings: [line === undefined ? rest : { ...rest, line }] });
    const check = draftCheck({ report, head, hasFile: (path) => path.endsWith(".yaml") });
    expect(check.annotations).toEqual([]);
    expect(check.summary).toContain("Nobody owns it.");
  });

  it.each([
    ["error", undefined, "failure"],
    ["warning", undefined, "warning"],
    ["info", undefined, "notice"],
    ["error", { reason: "for now" }, "notice"],
  ] as const)("of severity %s, accepted %j, has the level %s", (severity, accepted, level) => {
    const parts = accepted === undefined ? { severity } : { severity, accepted };
    expect(draft(parts).annotations).toMatchObject([{ level }]);
  });

  it("says where Cairn can correct it", () => {
    const fix = { type: "remove", pointer: ["a"] } as const;
    expect(draft({ fix }).annotations[0]?.message).toBe(
      'Nobody owns it. "cairn validate --fix" corrects it.',
    );
  });

  it("has no column that is none", () => {
    expect(draft({ column: 0 }).annotations[0]).not.toHaveProperty("column");
  });
});

it("shows two hundred notes, the worst first, and the rest in the summary", () => {
  const many = Array.from({ length: 300 }, (_, index) => ({ line: index + 1 }));
  const { annotations, summary } = draft(...many, { severity: "error", message: "It is broken." });
  expect(annotations).toHaveLength(200);
  expect(annotations[0]).toMatchObject({ level: "failure", message: "It is broken." });
  expect(summary).toContain("<summary>Findings (101)</summary>");
  expect(summary).toContain("200 findings are at their lines.");
});

it("has the promotion for its title", () => {
  const { moves, deliveries } = fullReport;
  const { title } = draftCheck({
    report: checkReport({ moves, deliveries }),
    head,
    hasFile: () => true,
  });
  expect(title).toBe(
    "prod: taxi-fare 1 → 2, +0.013 r2 on taxi-holdout, 12.0 MiB to prod-eu, 12.0 MiB to prod-us (1 of 4 gates fails)",
  );
});

it("keeps secrets and control characters out of what is shown, whatever a file says", () => {
  const secret = "ghp_0123456789abcdef0123";
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      const hostile = `${text} https://ann:s3cret@git.example/ ${secret} ${text}\u001B[2J\u202E`;
      const check = draft({ rule: hostile, message: hostile }, { message: hostile, path: "b" });
      const [annotation] = check.annotations;
      const texts = [check.title, annotation?.title, annotation?.message, check.summary];
      for (const shown of texts) {
        expect(shown).not.toMatch(/s3cret|ghp_/);
        expect(shown).not.toMatch(/(?!\n)[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u);
      }
      expect(`${check.title}${annotation?.title}${annotation?.message}`).not.toContain("\n");
    }),
    { numRuns: 200 },
  );
});
