import { resolve } from "node:path";
import { defineCommand } from "../command.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";
import { renderPolicyTests } from "../render/policy.ts";

export const policyTestCommand = defineCommand({
  name: "policy test",
  group: "operate",
  summary: "Run the tests that a registry has for its policy.",
  details: "Ends with 1 when one fails.",
  arguments: [
    {
      name: "FOLDER",
      summary: "A registry's folder; the registry's branch unless given.",
      optional: true,
    },
  ],
  options: {},
  examples: [{ line: "policy test .", says: "Before you propose another policy:" }],

  async run({ app, positionals: [folder], json, terminal, options: { cwd } }) {
    const report = await app.policyTest(
      folder === undefined ? {} : { folder: resolve(cwd, folder) },
    );
    terminal.out(json ? renderJson(report) : renderPolicyTests(report, terminal.paint));
    const hasFailed = report.tests.some(({ outcome }) => outcome === "failed");
    return hasFailed ? ExitCode.findings : ExitCode.ok;
  },
});
