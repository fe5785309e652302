import { defineCommand } from "../command.ts";
import { exitCodeOfPlan } from "../render/apply.ts";
import { renderJson } from "../render/json.ts";
import { renderPlan } from "../render/plan.ts";

export const planCommand = defineCommand({
  name: "plan",
  group: "operate",
  summary: 'Show what "cairn apply" would do, and do none of it.',
  details:
    "Ends with 1 when errors in the registry hold something back, or a person must act first.",
  arguments: [],
  options: {},
  examples: [{ line: "plan --json", says: "Read the plan by a program:" }],

  async run({ app, json, terminal }) {
    const report = await app.plan();
    terminal.out(json ? renderJson(report) : renderPlan(report, terminal.paint));
    return exitCodeOfPlan(report);
  },
});
