import { renderCheckMarkdown } from "../../usecases/promote/render-check-markdown.ts";
import { checkOneForm, markdownOption } from "../check-form.ts";
import { defineCommand } from "../command.ts";
import { usageError } from "../errors.ts";
import { textOption } from "../given.ts";
import { readNumber } from "../proposing.ts";
import { exitCodeOfCheck, renderCheck } from "../render/check.ts";
import { renderJson } from "../render/json.ts";

export const checkCommand = defineCommand({
  name: "check",
  group: "author",
  summary: "Show what a change would do once merged: findings, versions, gates, deliveries.",
  details:
    "What the pull request's check says, without a pull request. Ends with 1 when something fails; what only waits for time is no failure.",
  arguments: [],
  options: {
    ref: {
      type: "text",
      value: "REV",
      summary: "This commit, branch or tag of the clone; HEAD unless given.",
    },
    pr: { type: "text", value: "N", summary: "This open pull request." },
    ...markdownOption,
  },
  examples: [
    { line: "check", says: "Before you push:" },
    { line: "check --pr 12 --markdown", says: "As a comment for pull request 12:" },
  ],

  async run({ app, values, json, terminal }) {
    const { ref, pr, markdown } = values;
    if (ref !== undefined && pr !== undefined) {
      throw usageError("A commit and a pull request are two changes.", "Give --ref or --pr.");
    }
    checkOneForm({ json, markdown });
    const request = {
      ...textOption("revision", ref),
      ...(pr === undefined ? {} : { pullRequest: readNumber(pr) }),
    };
    const report = await app.check(request);
    const view = { paint: terminal.paint, now: terminal.clock.now() };
    if (json) terminal.out(renderJson(report));
    else terminal.out(markdown ? renderCheckMarkdown(report) : renderCheck(report, view));
    return exitCodeOfCheck(report);
  },
});
