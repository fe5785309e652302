import type { MergePullRequestRequest } from "../../usecases/app.ts";
import { defineCommand } from "../command.ts";
import { ExitCode } from "../exit-codes.ts";
import { asOption, readAs, readNumber } from "../proposing.ts";
import { exitCodeOfCheck } from "../render/check.ts";
import { renderJson } from "../render/json.ts";
import { renderMerge } from "../render/proposal.ts";

export const prMergeCommand = defineCommand({
  name: "pr merge",
  group: "promote",
  summary: "Merge a pull request whose check does not fail.",
  details:
    "Ends with 1 when it cannot be merged because something fails. What only waits for time may be merged: it takes effect when the time has come.",
  arguments: [{ name: "N", summary: 'As "cairn pr list" shows it.' }],
  options: {
    squash: { type: "flag", summary: "Make one commit of it." },
    force: {
      type: "flag",
      summary: "Merge although the check fails: nothing that failed takes effect.",
    },
    ...asOption,
  },
  examples: [{ line: "pr merge 12 --squash", says: "Bring it in as one commit:" }],

  async run({ app, values, positionals: [typed = ""], json, terminal }) {
    const { squash, force } = values;
    const request: MergePullRequestRequest = {
      number: readNumber(typed),
      method: squash ? "squash" : "merge",
      force,
      ...readAs(values.as),
    };
    const report = await app.mergePullRequest(request);
    const view = { paint: terminal.paint, now: terminal.clock.now() };
    terminal.out(json ? renderJson(report) : renderMerge(report, view));
    return report.commit === undefined ? exitCodeOfCheck(report.check) : ExitCode.ok;
  },
});
