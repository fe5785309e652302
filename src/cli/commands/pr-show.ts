import { renderCheckMarkdown } from "../../usecases/promote/render-check-markdown.ts";
import { checkOneForm, markdownOption } from "../check-form.ts";
import { defineCommand } from "../command.ts";
import { usageError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { readNumber } from "../proposing.ts";
import { exitCodeOfCheck } from "../render/check.ts";
import { renderJson } from "../render/json.ts";
import { renderPullRequest } from "../render/pull-request.ts";

export const prShowCommand = defineCommand({
  name: "pr show",
  group: "promote",
  summary: "Show a pull request: who said what, and what it would do.",
  details: "Ends with 1 when the check of an open one fails.",
  arguments: [{ name: "N", summary: 'As "cairn pr list" shows it.' }],
  options: { ...markdownOption },
  examples: [{ line: "pr show 12", says: "Before you review it:" }],

  async run({ app, values: { markdown }, positionals: [typed = ""], json, terminal }) {
    checkOneForm({ json, markdown });
    const request = { number: readNumber(typed) };
    const detail = await app.pullRequest(request);
    const { check, state } = detail;
    if (markdown && check === undefined) {
      throw usageError(`A ${state} pull request has no check any more.`, "Leave out --markdown.");
    }
    const view = { paint: terminal.paint, now: terminal.clock.now() };
    if (json) terminal.out(renderJson(detail));
    else if (markdown && check !== undefined) terminal.out(renderCheckMarkdown(check));
    else terminal.out(renderPullRequest(detail, view));
    return check === undefined ? ExitCode.ok : exitCodeOfCheck(check);
  },
});
