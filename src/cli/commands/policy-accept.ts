import { defineCommand } from "../command.ts";
import { clean } from "../ansi.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";
import { renderPolicy } from "../render/policy.ts";

export const policyAcceptCommand = defineCommand({
  name: "policy accept",
  group: "operate",
  summary: "Put the branch's policy in force without a pull request; recorded in the ledger.",
  details: "For operators, when nobody is left who could approve it as the policy asks.",
  arguments: [],
  options: {
    by: { type: "text", value: "NAME", summary: "Who decides.", required: true },
    reason: { type: "text", value: "TEXT", summary: "Why.", required: true },
  },
  examples: [
    {
      line: "policy accept --by ann --reason 'the last owner left'",
      says: "Take over a registry without owners:",
    },
  ],

  async run({ app, values: { by, reason }, json, terminal }) {
    const report = await app.policyAccept({ by, reason });
    const { paint, clock } = terminal;
    const done = `${paint("green", "Accepted")} by ${clean(by)}.`;
    const policy = renderPolicy(report, { paint, now: clock.now() });
    terminal.out(json ? renderJson(report) : `${done}\n\n${policy}`);
    return ExitCode.ok;
  },
});
