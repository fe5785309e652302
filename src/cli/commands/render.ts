import { defineCommand } from "../command.ts";
import { clean } from "../ansi.ts";
import { ExitCode } from "../exit-codes.ts";
import { renderFindings } from "../render/findings.ts";
import { renderJson } from "../render/json.ts";

export const renderCommand = defineCommand({
  name: "render",
  group: "author",
  summary: "Print a job as YAML that a workspace can run, for az ml job create --file.",
  details:
    "Compute and data are those that the workspace binds, references are versions that it has. Ends with 1 and prints no YAML when something cannot be resolved.",
  arguments: [{ name: "JOB", summary: "The file of a job, or of a schedule with its job." }],
  options: {
    workspace: {
      type: "text",
      value: "W",
      summary: "The workspace that runs it.",
      required: true,
    },
    output: {
      type: "text",
      value: "FILE",
      summary: "Write to this file, with paths relative to it; else they are absolute.",
    },
  },
  examples: [
    {
      line: "render jobs/train.yml --workspace prod --output train.prod.yml",
      says: "Make a job for production:",
    },
    { line: "render jobs/train.yml --workspace dev", says: "Look at it first:" },
  ],

  async run({ app, values, positionals: [job = ""], json, terminal }) {
    const { workspace, output } = values;
    const report = await app.render({
      job,
      workspace,
      ...(output === undefined ? {} : { output }),
    });
    if (json) terminal.out(renderJson(report));
    else if (report.findings.length > 0) {
      terminal.err(renderFindings(report.findings, terminal.paintErr));
    }
    for (const { path, text } of json ? [] : report.documents) {
      if (path === undefined) terminal.out(text.trimEnd());
      else terminal.out(`${terminal.paint("green", "+")} ${clean(path)}`);
    }
    return report.findings.length > 0 ? ExitCode.findings : ExitCode.ok;
  },
});
