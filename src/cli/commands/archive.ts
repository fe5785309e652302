import { defineCommand } from "../command.ts";
import {
  answerProposal,
  checkVersioned,
  mergeOption,
  proposalOptions,
  readProposal,
} from "../proposing.ts";

export const archiveCommand = defineCommand({
  name: "archive",
  group: "promote",
  summary: "Hide a version from the lists; it stays usable.",
  arguments: [{ name: "NAME@VERSION", summary: "models/taxi-fare@3 or taxi-fare@3." }],
  options: {
    undo: { type: "flag", summary: "Show it again." },
    ...proposalOptions,
    ...mergeOption,
  },
  examples: [{ line: "archive taxi-fare@1 --merge", says: "Hide an old version:" }],

  async run({ app, values, positionals: [asset = ""], json, terminal }) {
    const { undo } = values;
    const request = {
      asset: checkVersioned(asset),
      undo,
      ...readProposal(values),
    };
    const report = await app.archive(request);
    return answerProposal(report, { json, terminal });
  },
});
