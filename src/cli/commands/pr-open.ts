import { defineCommand } from "../command.ts";
import { listOption, textOption } from "../given.ts";
import { answerProposal, asOption, readAs } from "../proposing.ts";

export const prOpenCommand = defineCommand({
  name: "pr open",
  group: "promote",
  summary: "Open a pull request with what is committed in this clone.",
  details: "Ends with 1 when its check fails: the pull request is open nevertheless.",
  arguments: [],
  options: {
    ref: { type: "text", value: "REV", summary: "The commit to propose; HEAD unless given." },
    branch: {
      type: "text",
      value: "NAME",
      summary: "The branch it comes from; the one that is checked out unless given.",
    },
    title: {
      type: "text",
      value: "TEXT",
      summary: "The subject of the newest commit unless given.",
    },
    body: { type: "text", value: "TEXT", summary: "The rest of its message unless given." },
    label: { type: "list", value: "LABEL", summary: "A label of the pull request." },
    ...asOption,
  },
  examples: [{ line: "pr open --title 'Retrain on March'", says: "Propose what you committed:" }],

  async run({ app, values, json, terminal }) {
    const report = await app.openPullRequest({
      ...textOption("revision", values.ref),
      ...textOption("branch", values.branch),
      ...textOption("title", values.title),
      ...textOption("body", values.body),
      ...listOption("labels", values.label),
      ...readAs(values.as),
    });
    return answerProposal(report, { json, terminal });
  },
});
