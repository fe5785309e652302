import { defineCommand } from "../command.ts";
import { exitCodeOfApply, renderApply } from "../render/apply.ts";
import { renderJson } from "../render/json.ts";

export const adoptCommand = defineCommand({
  name: "adopt",
  group: "operate",
  summary: "Put a registry under Cairn's care: start its ledger and publish what it has.",
  arguments: [],
  options: {
    withStages: {
      type: "flag",
      summary: "Record what the stage files name as what each stage runs now, without gates.",
    },
  },
  examples: [{ line: "adopt --with-stages", says: "Take a running registry over as it is:" }],

  async run({ app, values, json, terminal }) {
    const report = await app.adopt({ withStages: values.withStages });
    terminal.out(json ? renderJson(report) : renderApply(report, terminal.paint));
    return exitCodeOfApply(report);
  },
});
