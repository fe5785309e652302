import { defineCommand } from "../command.ts";
import { answerProposal, mergeOption, proposalOptions, readProposal } from "../proposing.ts";

export const withdrawCommand = defineCommand({
  name: "withdraw",
  group: "promote",
  summary: "Open the pull request after which a stage runs no version of an asset any more.",
  arguments: [{ name: "NAME", summary: "models/taxi-fare or taxi-fare." }],
  options: {
    stage: { type: "text", value: "STAGE", summary: "The stage to leave.", required: true },
    ...proposalOptions,
    ...mergeOption,
  },
  examples: [
    { line: "withdraw taxi-fare --stage prod --merge", says: "Take it out of production:" },
  ],

  async run({ app, values, positionals: [asset = ""], json, terminal }) {
    const { stage } = values;
    const report = await app.withdraw({ asset, stage, ...readProposal(values) });
    return answerProposal(report, { json, terminal });
  },
});
