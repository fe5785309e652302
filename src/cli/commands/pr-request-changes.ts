import { defineCommand } from "../command.ts";
import { textOption } from "../given.ts";
import { asOption, readAs, readNumber, seenOption } from "../proposing.ts";
import { answerPullRequest } from "../pull-request-answer.ts";

export const prRequestChangesCommand = defineCommand({
  name: "pr request-changes",
  group: "promote",
  summary: "Ask for changes; takes an approval of yours back.",
  arguments: [{ name: "N", summary: 'As "cairn pr list" shows it.' }],
  options: {
    reason: { type: "text", value: "TEXT", summary: "What should change.", required: true },
    ...seenOption,
    ...asOption,
  },
  examples: [
    { line: "pr request-changes 12 --reason 'name the owner'", says: "Say what is missing:" },
  ],

  async run({ app, values, positionals: [typed = ""], json, terminal }) {
    const number = readNumber(typed);
    const detail = await app.reviewPullRequest({
      number,
      verdict: "changes-requested",
      body: values.reason,
      ...textOption("commit", values.commit),
      ...readAs(values.as),
    });
    return answerPullRequest("Asked for changes to", detail, { json, terminal });
  },
});
