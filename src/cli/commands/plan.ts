import { isBlocking } from "../../domain/finding.ts";
import { defineCommand } from "../command.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";
import { renderPlan } from "../render/plan.ts";

export const planCommand = defineCommand({
  name: "plan",
  group: "operate",
  summary: 'Show what "cairn apply" would do, and do none of it.',
  details: "Ends with 1 when errors in the registry hold something back.",
  arguments: [],
  options: {},
  examples: [{ line: "plan --json", says: "Read the plan by a program:" }],

  async run({ app, json, terminal }) {
    const report = await app.plan();
    terminal.out(json ? renderJson(report) : renderPlan(report, terminal.paint));
    return report.findings.some(isBlocking) ? ExitCode.findings : ExitCode.ok;
  },
});
