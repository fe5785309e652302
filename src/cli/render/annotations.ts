import type { Finding, Severity } from "../../domain/finding.ts";
import { redact } from "../../shared/redact.ts";

const commandOf = {
  error: "error",
  warning: "warning",
  info: "notice",
} as const satisfies Record<Severity, string>;

/** Of each level GitHub shows so many for one step. */
const shownByLevel = 10;

/**
 * GitHub's workflow commands, one finding a line:
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function renderAnnotations(findings: readonly Finding[]): string {
  const lines = findings.map(renderAnnotation);
  const isCut = (["error", "warning", "info"] as const).some(
    (level) => findings.filter((finding) => levelOf(finding) === level).length > shownByLevel,
  );
  if (isCut) {
    lines.push(
      `GitHub shows the first ${shownByLevel} annotations of each level; all ${findings.length} findings are in this log.`,
    );
  }
  return lines.join("\n");
}

function renderAnnotation(finding: Finding): string {
  const { rule, message, path, line, column } = finding;
  const properties = [
    `file=${escapeProperty(path)}`,
    ...(line === undefined ? [] : [`line=${line}`]),
    ...(column === undefined ? [] : [`col=${column}`]),
    `title=${escapeProperty(rule)}`,
  ];
  return `::${commandOf[levelOf(finding)]} ${properties.join(",")}::${escapeData(message)}`;
}

/** What is accepted fails nothing. */
function levelOf({ severity, accepted }: Finding): Severity {
  return accepted === undefined ? severity : "info";
}

/** A line break would start a command of its own. */
export function escapeData(text: string): string {
  return redact(text).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
