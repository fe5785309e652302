import { defineCommand } from "../command.ts";
import { usageError } from "../errors.ts";
import { listOption } from "../given.ts";
import { answerProposal, mergeOption, proposalOptions, readProposal } from "../proposing.ts";

export const promoteCommand = defineCommand({
  name: "promote",
  group: "promote",
  summary: "Open the pull request that moves a version to a stage.",
  details:
    "Takes the version that runs in the stage before unless one is named, and with it everything that it refers to. Ends with 1 while a gate fails: the pull request is open nevertheless.",
  arguments: [
    { name: "NAME", summary: "models/taxi-fare or taxi-fare; with @3 to say which version." },
  ],
  options: {
    to: { type: "text", value: "STAGE", summary: "Where it is to run.", required: true },
    only: { type: "flag", summary: "Leave out what the asset refers to." },
    override: {
      type: "list",
      value: "GATE",
      summary: "Break glass: skip this gate once; a second person with the right must approve.",
    },
    ...proposalOptions,
    ...mergeOption,
  },
  examples: [
    { line: "promote taxi-fare --to test", says: "Move what runs in dev to test:" },
    {
      line: "promote models/taxi-fare@4 --to prod --reason 'better recall at weekends'",
      says: "Move one version to production, and say why:",
    },
  ],

  async run({ app, values, positionals: [asset = ""], json, terminal }) {
    const { to, only, override } = values;
    if (override.length > 0 && values.reason === undefined) {
      throw usageError("Gates are not skipped without a reason.", "Say why with --reason TEXT.");
    }
    const report = await app.promote({
      asset,
      to,
      only,
      ...listOption("override", override),
      ...readProposal(values),
    });
    return answerProposal(report, { json, terminal });
  },
});
