import { defineCommand } from "../command.ts";
import { textOption } from "../given.ts";
import { asOption, readAs, readNumber } from "../proposing.ts";
import { answerPullRequest } from "../pull-request-answer.ts";

export const prCloseCommand = defineCommand({
  name: "pr close",
  group: "promote",
  summary: "Close a pull request without merging it.",
  arguments: [{ name: "N", summary: 'As "cairn pr list" shows it.' }],
  options: {
    reason: { type: "text", value: "TEXT", summary: "Why; left as a comment." },
    ...asOption,
  },
  examples: [{ line: "pr close 12 --reason 'see #14'", says: "Give it up, and say why:" }],

  async run({ app, values, positionals: [typed = ""], json, terminal }) {
    const request = {
      number: readNumber(typed),
      ...textOption("reason", values.reason),
      ...readAs(values.as),
    };
    const detail = await app.closePullRequest(request);
    return answerPullRequest("Closed", detail, { json, terminal });
  },
});
