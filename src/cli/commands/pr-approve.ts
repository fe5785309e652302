import { defineCommand } from "../command.ts";
import { textOption } from "../given.ts";
import { asOption, readAs, readNumber, seenOption } from "../proposing.ts";
import { answerPullRequest } from "../pull-request-answer.ts";

export const prApproveCommand = defineCommand({
  name: "pr approve",
  group: "promote",
  summary: "Approve a pull request as it is now.",
  arguments: [{ name: "N", summary: 'As "cairn pr list" shows it.' }],
  options: {
    reason: { type: "text", value: "TEXT", summary: "What convinced you." },
    ...seenOption,
    ...asOption,
  },
  examples: [{ line: "pr approve 12 --as ann", says: "Approve as a person of the policy:" }],

  async run({ app, values, positionals: [typed = ""], json, terminal }) {
    const number = readNumber(typed);
    const detail = await app.reviewPullRequest({
      number,
      verdict: "approved",
      ...textOption("body", values.reason),
      ...textOption("commit", values.commit),
      ...readAs(values.as),
    });
    return answerPullRequest("Approved", detail, { json, terminal });
  },
});
