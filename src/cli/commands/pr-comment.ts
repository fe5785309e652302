import { defineCommand } from "../command.ts";
import { usageError } from "../errors.ts";
import { asOption, readAs, readNumber } from "../proposing.ts";
import { answerPullRequest } from "../pull-request-answer.ts";

export const prCommentCommand = defineCommand({
  name: "pr comment",
  group: "promote",
  summary: "Say something about a pull request without a verdict.",
  arguments: [
    { name: "N", summary: 'As "cairn pr list" shows it.' },
    { name: "TEXT", summary: "What you have to say." },
  ],
  options: { ...asOption },
  examples: [{ line: "pr comment 12 'which data was this?'", says: "Ask a question:" }],

  async run({ app, values, positionals: [typed = "", body = ""], json, terminal }) {
    if (body.trim() === "") throw usageError("The comment is empty.", "Write it after the number.");
    const request = {
      number: readNumber(typed),
      body,
      ...readAs(values.as),
    };
    const detail = await app.commentOnPullRequest(request);
    return answerPullRequest("Commented on", detail, { json, terminal });
  },
});
