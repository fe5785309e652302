import { defineCommand } from "../command.ts";
import { checkDate } from "../dates.ts";
import { usageError } from "../errors.ts";
import { answerProposal, mergeOption, proposalOptions, readProposal } from "../proposing.ts";

export const holdCommand = defineCommand({
  name: "hold",
  group: "promote",
  summary: "Keep automatic promotions away from what a stage runs, or let them in again.",
  arguments: [{ name: "NAME", summary: "models/taxi-fare or taxi-fare." }],
  options: {
    stage: { type: "text", value: "STAGE", summary: "The stage to hold.", required: true },
    until: { type: "text", value: "DATE", summary: "How long: 2026-12-31; for ever unless given." },
    release: { type: "flag", summary: "End the hold." },
    ...proposalOptions,
    ...mergeOption,
  },
  examples: [
    {
      line: "hold taxi-fare --stage prod --until 2026-12-31 --reason 'holiday season'",
      says: "Keep production as it is:",
    },
    { line: "hold taxi-fare --stage prod --release", says: "Let promotions in again:" },
  ],

  async run({ app, values, positionals: [asset = ""], json, terminal }) {
    const { stage, until, release } = values;
    if (release && until !== undefined) {
      throw usageError(
        "A hold either ends or lasts until a date.",
        "Give --release or --until DATE.",
      );
    }
    const request = {
      asset,
      stage,
      release,
      ...(until === undefined ? {} : { until: checkDate(until) }),
      ...readProposal(values),
    };
    const report = await app.hold(request);
    return answerProposal(report, { json, terminal });
  },
});
