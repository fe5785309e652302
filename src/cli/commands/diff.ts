import { defineCommand } from "../command.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderDiff } from "../render/diff.ts";
import { renderJson } from "../render/json.ts";

export const diffCommand = defineCommand({
  name: "diff",
  group: "author",
  summary: "Show what differs between two versions of an asset: values and files.",
  arguments: [
    { name: "A", summary: "The older one: models/taxi-fare@2." },
    { name: "B", summary: "The newer one: models/taxi-fare@3, …@prod." },
  ],
  options: {},
  examples: [
    {
      line: "diff models/taxi-fare@prod models/taxi-fare@latest",
      says: "What a promotion would change:",
    },
  ],

  async run({ app, positionals: [from = "", to = ""], json, terminal }) {
    const report = await app.diff({ from, to });
    terminal.out(json ? renderJson(report) : renderDiff(report, terminal.paint));
    return ExitCode.ok;
  },
});
