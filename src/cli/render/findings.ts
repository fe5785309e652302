import type { Finding, Severity } from "../../domain/finding.ts";
import { clean, type Paint, type Style } from "../ansi.ts";
import { renderCount } from "./size.ts";

const styleOf = {
  error: "red",
  warning: "yellow",
  info: "blue",
} as const satisfies Record<Severity, Style>;

/** One finding a line, `path:line:column` first so that editors and terminals can jump there. */
export function renderFindings(findings: readonly Finding[], paint: Paint): string {
  return findings.map((finding) => renderFinding(finding, paint)).join("\n");
}

/** The last line of `validate`: how many of what, or that there is nothing to fix. */
export function renderFindingCounts(
  findings: readonly Finding[],
  assets: number,
  paint: Paint,
): string {
  const where = `in ${renderCount(assets, "asset")}`;
  if (findings.length === 0) return paint("green", `No finding ${where}.`);
  const counts = (["error", "warning", "info"] as const).flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    const text = severity === "info" ? `${count} info` : renderCount(count, severity);
    return count === 0 ? [] : [paint(styleOf[severity], text)];
  });
  return `${counts.join(", ")} ${where}.`;
}

function renderFinding(finding: Finding, paint: Paint): string {
  const { severity, rule, message } = finding;
  return `${paint("bold", renderPlace(finding))} ${paint(styleOf[severity], severity)} ${clean(message)} ${paint("dim", `[${clean(rule)}]`)}`;
}

function renderPlace({ path, line, column }: Finding): string {
  const position = [line, column].filter((part) => part !== undefined).join(":");
  return position === "" ? clean(path) : `${clean(path)}:${position}`;
}
