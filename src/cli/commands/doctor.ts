import { defineCommand } from "../command.ts";
import { clean, type Style } from "../ansi.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";

const signs = {
  ok: { style: "green", sign: "✓" },
  warning: { style: "yellow", sign: "!" },
  failed: { style: "red", sign: "✗" },
} as const satisfies Record<string, { readonly style: Style; readonly sign: string }>;

export const doctorCommand = defineCommand({
  name: "doctor",
  group: "operate",
  summary: "Check that Cairn can do its work here: Git, rights, stores, configuration.",
  details: "Ends with 1 when a check failed.",
  arguments: [],
  options: {},
  examples: [{ line: "doctor", says: "Find out why something does not work:" }],

  async run({ app, json, terminal }) {
    const report = await app.doctor();
    if (json) terminal.out(renderJson(report));
    else {
      const { paint } = terminal;
      for (const { check, outcome, message, hint } of report.checks) {
        const { style, sign } = signs[outcome];
        terminal.out(`${paint(style, sign)} ${paint("bold", clean(check))}  ${clean(message)}`);
        if (hint !== undefined) terminal.out(`  ${paint("cyan", "hint:")} ${clean(hint)}`);
      }
    }
    const hasFailed = report.checks.some(({ outcome }) => outcome === "failed");
    return hasFailed ? ExitCode.findings : ExitCode.ok;
  },
});
