import { describe, expect, it } from "vitest";

import type { ChangeReport, ChangeRequest } from "../../src/usecases/validate-change.ts";
import { cairn } from "./harness.ts";

const warning = {
  rule: "owner-missing",
  severity: "warning",
  message: "Nobody owns it.",
  path: "models/a/model.yaml",
  line: 3,
} as const;
const error = { ...warning, severity: "error" } as const;
const counts = { before: 14, resolved: 3, assets: 12, files: 30 };

async function validate(report: ChangeReport, ...words: readonly string[]) {
  const asked: ChangeRequest[] = [];
  const app = {
    validateChange: async (request: ChangeRequest) => {
      asked.push(request);
      return report;
    },
  };
  return { ...(await cairn(["validate", ...words], { app })), asked };
}

describe("validate --base", () => {
  it("shows what is new, and how much was there", async () => {
    const { code, out, asked } = await validate({ findings: [error], ...counts }, "--base", "main");
    expect(asked).toEqual([{ base: "main", withExcerpts: true }]);
    expect(code).toBe(1);
    expect(out).toBe(
      "models/a/model.yaml:3 error Nobody owns it. [owner-missing]\n\n1 error in 12 assets.\nAll of this is new. Before: 14 findings, of which the change resolves 3.\n",
    );
  });

  it("ends well where nothing is new that blocks, whatever was there", async () => {
    const none = await validate({ findings: [], ...counts }, "--base", "main", "--strict");
    expect(none.code).toBe(0);
    expect(none.out).toBe(
      "The change introduces no finding in 12 assets. Before: 14 findings, of which the change resolves 3.\n",
    );
    const some = { findings: [warning], ...counts };
    expect((await validate(some, "--base", "main")).code).toBe(0);
    expect((await validate(some, "--base", "main", "--strict")).code).toBe(1);
    const accepted = { findings: [{ ...error, accepted: { reason: "known" } }], ...counts };
    expect((await validate(accepted, "--base", "main", "--strict")).code).toBe(0);
  });

  it("says that nothing changed", async () => {
    const nothing = { findings: [], resolved: 0, assets: 0, files: 0 };
    const { code, out } = await validate(nothing, "--base", "main");
    expect({ code, out }).toEqual({
      code: 0,
      out: "The change changes no file of the registry.\n",
    });
  });

  it("answers programs with the counts", async () => {
    const report = { findings: [error], ...counts };
    const args = ["./ml", "--base", "main", "--head", "change", "--json"];
    const { out, asked, code } = await validate(report, ...args);
    expect(asked).toEqual([{ base: "main", head: "change", path: "./ml" }]);
    expect(JSON.parse(out)).toEqual(report);
    expect(code).toBe(1);
    expect((await validate(report, "--base", "main", "--format", "github")).out).toContain(
      "::error file=models/a/model.yaml,line=3",
    );
  });

  it.each([
    [["--head", "change"]],
    [["--base", "main", "--ref", "HEAD"]],
    [["--base", "main", "--kind", "model"]],
    [["--base", "main", "--fix"]],
    [["--base", "main", "--accept-existing", "--until", "2027-01-01", "--reason", "known"]],
    [["--base", "main", "a", "b"]],
  ])("cannot be asked for with %j", async (words) => {
    const { code, asked } = await validate({ findings: [], ...counts }, ...words);
    expect({ code, asked }).toEqual({ code: 2, asked: [] });
  });
});
