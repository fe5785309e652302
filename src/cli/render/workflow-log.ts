import type { CheckReport, HostCheckReport } from "../../usecases/app.ts";
import { escapeData, renderAnnotations } from "./annotations.ts";
import { renderCheck, renderCheckLine } from "./check.ts";
import { latestWait } from "./next-step.ts";
import type { View } from "./view.ts";

/**
 * The log of a job. Between the first and the last line of the text GitHub takes no line for a
 * command, because nobody knows the token:
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions#stopping-and-starting-workflow-commands
 */
export function renderWorkflowLog(
  { outcome, summary, findings, report, published, refusal }: HostCheckReport,
  token: string,
  view: View,
): string {
  const lines = [
    `::stop-commands::${token}`,
    // Commands in the style of before begin anywhere in a line.
    textOf({ outcome, summary, report }, view).replaceAll("##[", "# #["),
    `::${token}::`,
    ...(findings.length === 0 ? [] : [renderAnnotations(findings)]),
  ];
  if (refusal !== undefined) {
    lines.push(command("notice", `It is shown here only: ${refusal}`));
  }
  if (outcome === "failed") lines.push(command("error", summary));
  if (outcome === "pending" && !published) {
    const until = latestWait(report?.moves ?? []);
    const when = until === undefined ? "when the time has come" : `after ${until}`;
    lines.push(
      command(
        "error",
        `Only time is missing: ${summary}. A job cannot wait: choose "Re-run jobs" ${when}.`,
      ),
    );
  }
  return lines.join("\n");
}

function textOf(
  {
    outcome,
    summary,
    report,
  }: Pick<HostCheckReport, "outcome" | "summary"> & {
    readonly report: CheckReport | undefined;
  },
  view: View,
): string {
  if (report !== undefined) return renderCheck(report, view);
  return renderCheckLine({ outcome, summary }, view.paint);
}

function command(name: "notice" | "error", text: string): string {
  return `::${name} title=Cairn::${escapeData(text)}`;
}
