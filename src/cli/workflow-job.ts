import { randomUUID } from "node:crypto";

import type { HostCheckReport } from "../usecases/app.ts";
import { renderCheckMarkdown } from "../usecases/promote/render-check-markdown.ts";
import { paintPlain } from "./ansi.ts";
import { ExitCode } from "./exit-codes.ts";
import { renderWorkflowLog } from "./render/workflow-log.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Answers as a job of GitHub Actions: Markdown for the summary on standard output, the rest in the
 * log. What waits for time fails the job unless a check of its own shows it: a job cannot wait.
 */
export function answerJob(answer: HostCheckReport, terminal: Terminal): ExitCode {
  const { report, published } = answer;
  terminal.out(renderCheckMarkdown(report));
  const view = { paint: paintPlain, now: terminal.clock.now() };
  terminal.err(renderWorkflowLog(answer, randomUUID(), view));
  const isGood = report.outcome === "passed" || (report.outcome === "pending" && published);
  return isGood ? ExitCode.ok : ExitCode.findings;
}
