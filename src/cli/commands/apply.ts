import { defineCommand } from "../command.ts";
import { exitCodeOfApply, renderApply } from "../render/apply.ts";
import { renderJson } from "../render/json.ts";

export const applyCommand = defineCommand({
  name: "apply",
  group: "operate",
  summary: "Reconcile once: publish versions, decide stages, bring the workspaces up to date.",
  details:
    "Ends with 1 when errors in the registry hold something back or a person must act first, with 3 when a workspace could not be brought up to date. Running it again takes up where it was.",
  arguments: [],
  options: {},
  examples: [{ line: "apply", says: "Make the registry around this folder true:" }],

  async run({ app, json, terminal, signal }) {
    const progress = terminal.startProgress();
    const report = await app
      .apply({ signal, onProgress: progress.onProgress })
      .finally(progress.end);
    terminal.out(json ? renderJson(report) : renderApply(report, terminal.paint));
    return exitCodeOfApply(report);
  },
});
