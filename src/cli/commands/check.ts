import { renderCheckMarkdown } from "../../usecases/promote/render-check-markdown.ts";
import type { CheckReport, HostCheckReport } from "../../usecases/app.ts";
import { clean } from "../ansi.ts";
import { checkOneForm, markdownOption } from "../check-form.ts";
import { defineCommand, type CommandContext, type Values } from "../command.ts";
import { usageError } from "../errors.ts";
import type { ExitCode } from "../exit-codes.ts";
import { textOption } from "../given.ts";
import { readNumber } from "../proposing.ts";
import { exitCodeOfCheck, renderCheck, renderCheckLine } from "../render/check.ts";
import { renderJson } from "../render/json.ts";
import { answerJob } from "../workflow-job.ts";

const options = {
  ref: {
    type: "text",
    value: "REV",
    summary: "This commit, branch or tag of the clone; HEAD unless given.",
  },
  pr: { type: "text", value: "N", summary: "This open pull request." },
  mergeGroup: {
    type: "text",
    value: "COMMIT",
    summary: "This commit that the host's merge queue has made.",
  },
  publish: {
    type: "flag",
    summary: "Also show it on the host, as a check and a comment, if the token may.",
  },
  workflow: {
    type: "flag",
    summary:
      "For a job of GitHub Actions: Markdown as the answer, annotations beside it, and 1 as the end while only time is missing.",
  },
  ...markdownOption,
} as const;

export const checkCommand = defineCommand({
  name: "check",
  group: "author",
  summary: "Show what a change would do once merged: findings, versions, gates, deliveries.",
  details:
    "What the pull request's check says, without a pull request. Ends with 1 when something fails; what only waits for time is no failure.",
  arguments: [],
  options,
  examples: [
    { line: "check", says: "Before you push:" },
    { line: "check --pr 12 --markdown", says: "As a comment for pull request 12:" },
    { line: "check --pr 12 --publish --forge github", says: "Anew, where people look for it:" },
  ],

  async run(context) {
    const { app, values, json, terminal } = context;
    checkOneForm({ json, markdown: values.markdown || values.workflow });
    const { ref, pr, mergeGroup, publish, workflow } = values;
    if ([ref, pr, mergeGroup].filter((each) => each !== undefined).length > 1) {
      throw usageError("Each of them is another change.", "Give --ref, --pr or --merge-group.");
    }
    if (publish || workflow || mergeGroup !== undefined) {
      const answer = await app.checkOnHost({ ...readSubject(values), publish });
      return workflow ? answerJob(answer, terminal) : showHosted(answer, context);
    }
    const subject = pr === undefined ? {} : { pullRequest: readNumber(pr) };
    return show(await app.check({ ...textOption("revision", ref), ...subject }), context);
  },
});

type Shower = Pick<CommandContext<typeof options>, "values" | "json" | "terminal">;

function showHosted(answer: HostCheckReport, context: Shower): ExitCode {
  const { json, terminal, values } = context;
  if (json) terminal.out(renderJson(answer));
  else if (answer.report !== undefined) show(answer.report, context);
  else terminal.out(values.markdown ? answer.markdown : renderCheckLine(answer, terminal.paint));
  if (answer.refusal !== undefined) terminal.err(`Not shown on the host: ${clean(answer.refusal)}`);
  return exitCodeOfCheck(answer);
}

function show(report: CheckReport, { values, json, terminal }: Shower): ExitCode {
  const view = { paint: terminal.paint, now: terminal.clock.now() };
  if (json) terminal.out(renderJson(report));
  else terminal.out(values.markdown ? renderCheckMarkdown(report) : renderCheck(report, view));
  return exitCodeOfCheck(report);
}

/** What the host knows: words of an event may stand here, so nothing else gets through. */
function readSubject({ pr, mergeGroup }: Values<typeof options>) {
  if (pr !== undefined) return { pullRequest: readNumber(pr) };
  if (mergeGroup !== undefined && /^[0-9a-f]{40}$/.test(mergeGroup)) return { mergeGroup };
  throw usageError(
    mergeGroup === undefined
      ? "A host knows pull requests and merge groups."
      : "A merge group is named by the full id of its commit.",
    "Give --pr N or --merge-group COMMIT.",
  );
}
