import { defineCommand } from "../command.ts";
import { answerProposal, proposalOptions, readProposal } from "../proposing.ts";

export const rollbackCommand = defineCommand({
  name: "rollback",
  group: "promote",
  summary: "Bring a stage back to a version that it ran before, at once.",
  details:
    "Opens the pull request and merges it when nothing fails. Of the gates only the rule's approvals for rollbacks apply.",
  arguments: [
    { name: "NAME", summary: "models/taxi-fare or taxi-fare; with @3 to say to which version." },
  ],
  options: {
    stage: { type: "text", value: "STAGE", summary: "The stage to bring back.", required: true },
    propose: { type: "flag", summary: "Only open the pull request." },
    ...proposalOptions,
  },
  examples: [
    {
      line: "rollback taxi-fare --stage prod --reason 'fares are negative'",
      says: "Back to what production ran before:",
    },
  ],

  async run({ app, values, positionals: [asset = ""], json, terminal }) {
    const { stage, propose } = values;
    const report = await app.rollback({
      asset,
      stage,
      ...readProposal({ ...values, merge: !propose }),
    });
    return answerProposal(report, { json, terminal });
  },
});
