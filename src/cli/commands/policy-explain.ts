import { defineCommand } from "../command.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";
import { renderPolicy } from "../render/policy.ts";

export const policyExplainCommand = defineCommand({
  name: "policy explain",
  group: "operate",
  summary: "Show the policy in force: what each stage asks for, and who owns it.",
  arguments: [],
  options: {},
  examples: [{ line: "policy explain", says: "What production asks for:" }],

  async run({ app, json, terminal }) {
    const report = await app.policyExplain();
    const view = { paint: terminal.paint, now: terminal.clock.now() };
    terminal.out(json ? renderJson(report) : renderPolicy(report, view));
    return ExitCode.ok;
  },
});
