import { defineCommand } from "../command.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderJson } from "../render/json.ts";
import { renderVerification } from "../render/verification.ts";

export const verifyCommand = defineCommand({
  name: "verify",
  group: "operate",
  summary: "Hash again what the workspaces hold, and compare it with the ledger.",
  details: "Ends with 1 when something is missing or damaged and was not repaired.",
  arguments: [],
  options: {
    workspace: { type: "list", value: "GLOB", summary: "Only workspaces whose name matches." },
    repair: { type: "flag", summary: "Deliver again what is damaged or missing." },
  },
  examples: [{ line: "verify --repair", says: "Check every byte and mend what is broken:" }],

  async run({ app, values, json, terminal, signal }) {
    const { workspace: workspaces, repair } = values;
    const { onProgress, end } = terminal.startProgress();
    const report = await app.verify({ workspaces, repair, signal, onProgress }).finally(end);
    terminal.out(json ? renderJson(report) : renderVerification(report, terminal.paint));
    const isBad = report.workspaces.some(({ problems }) =>
      problems.some(({ repaired }) => !repaired),
    );
    return isBad ? ExitCode.findings : ExitCode.ok;
  },
});
