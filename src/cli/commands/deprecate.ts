import { defineCommand, type Values } from "../command.ts";
import { checkDate } from "../dates.ts";
import { usageError } from "../errors.ts";
import { textOption } from "../given.ts";
import {
  answerProposal,
  checkVersioned,
  mergeOption,
  proposalOptions,
  readProposal,
} from "../proposing.ts";

const options = {
  successor: { type: "text", value: "REF", summary: "What to use instead: models/taxi-fare@4." },
  sunset: { type: "text", value: "DATE", summary: "When it goes away: 2026-12-31." },
  undo: { type: "flag", summary: "Take the deprecation back." },
  ...proposalOptions,
  ...mergeOption,
} as const;

export const deprecateCommand = defineCommand({
  name: "deprecate",
  group: "promote",
  summary: "Warn everybody off a version, and keep it from being promoted any further.",
  details: "It stays usable where it is. --reason is needed, except with --undo.",
  arguments: [{ name: "NAME@VERSION", summary: "models/taxi-fare@3 or taxi-fare@3." }],
  options,
  examples: [
    {
      line: "deprecate taxi-fare@3 --reason 'wrong at night' --successor taxi-fare@4",
      says: "Name the reason and what to use instead:",
    },
    { line: "deprecate taxi-fare@3 --undo", says: "Take it back:" },
  ],

  async run({ app, values, positionals: [asset = ""], json, terminal }) {
    const { successor, sunset, undo } = values;
    checkWords(values);
    const request = {
      asset: checkVersioned(asset),
      undo,
      ...textOption("successor", successor),
      ...(sunset === undefined ? {} : { sunset: checkDate(sunset) }),
      ...readProposal(values),
    };
    const report = await app.deprecate(request);
    return answerProposal(report, { json, terminal });
  },
});

function checkWords({ undo, reason, successor, sunset }: Values<typeof options>): void {
  if (undo && (successor ?? sunset) !== undefined) {
    throw usageError(
      "What is taken back has no successor and no end.",
      "Leave out --successor and --sunset.",
    );
  }
  if (!undo && (reason ?? "") === "") {
    throw usageError("It is not said what is wrong with the version.", "Give --reason TEXT.");
  }
}
