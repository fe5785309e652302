import { randomUUID } from "node:crypto";

import type { HostCheckReport } from "../usecases/app.ts";
import { paintPlain } from "./ansi.ts";
import { ExitCode } from "./exit-codes.ts";
import { renderWorkflowLog } from "./render/workflow-log.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Answers as a job of GitHub Actions: Markdown for the summary on standard output, the rest in the
 * log. What waits for time fails the job unless a check of its own shows it: a job cannot wait.
 */
export function answerJob(answer: HostCheckReport, terminal: Terminal): ExitCode {
  const { outcome, markdown, published } = answer;
  terminal.out(markdown);
  const view = { paint: paintPlain, now: terminal.clock.now() };
  terminal.err(renderWorkflowLog(answer, randomUUID(), view));
  const isGood = outcome === "passed" || (outcome === "pending" && published);
  return isGood ? ExitCode.ok : ExitCode.findings;
}
