import { isFixable, type Finding, type Severity } from "../../domain/finding.ts";
import { clean, type Paint, type Style } from "../ansi.ts";
import { renderCount } from "./size.ts";

export const styleOf = {
  error: "red",
  warning: "yellow",
  info: "blue",
} as const satisfies Record<Severity, Style>;

/**
 * One finding a line, `path:line:column` first so that editors and terminals can jump there. What
 * the registry accepts is left out.
 */
export function renderFindings(findings: readonly Finding[], paint: Paint): string {
  return findings
    .filter(({ accepted }) => accepted === undefined)
    .map((finding) => renderFinding(finding, paint))
    .join("\n");
}

export function renderFinding(finding: Finding, paint: Paint): string {
  const { severity, rule, message, accepted } = finding;
  const line = `${paint("bold", renderPlace(finding))} ${paint(styleOf[severity], severity)} ${clean(message)} ${paint("dim", `[${clean(rule)}]`)}`;
  if (accepted === undefined) return line;
  const until = accepted.until === undefined ? "" : ` until ${clean(accepted.until)}`;
  return `${line} ${paint("dim", `(accepted${until}: ${clean(accepted.reason)})`)}`;
}

/**
 * The last line of `validate`: how many of what, or that there is nothing to do; then what is
 * accepted, and what need not be done by hand.
 */
export function renderFindingCounts(
  findings: readonly Finding[],
  assets: number,
  paint: Paint,
): string {
  const open = findings.filter(({ accepted }) => accepted === undefined);
  const where = `in ${renderCount(assets, "asset")}`;
  const counts = (["error", "warning", "info"] as const).flatMap((severity) => {
    const count = open.filter((finding) => finding.severity === severity).length;
    const text = severity === "info" ? `${count} info` : renderCount(count, severity);
    return count === 0 ? [] : [paint(styleOf[severity], text)];
  });
  const first =
    counts.length === 0 ? paint("green", `No finding ${where}.`) : `${counts.join(", ")} ${where}.`;
  const fixable = findings.filter(isFixable).length;
  return [
    first,
    ...renderAcceptedCount(findings),
    ...(fixable === 0 ? [] : [`${fixable} can be corrected with --fix.`]),
  ].join(" ");
}

/** `12 accepted until 2027-03-31.`: the first day that counts, if there are several. */
function renderAcceptedCount(findings: readonly Finding[]): readonly string[] {
  const accepted = findings.flatMap((finding) => finding.accepted ?? []);
  if (accepted.length === 0) return [];
  const days = [...new Set(accepted.flatMap(({ until }) => until ?? []))].sort();
  const [first] = days;
  if (first === undefined) return [`${accepted.length} accepted.`];
  const until = days.length === 1 ? `until ${clean(first)}` : `(the first until ${clean(first)})`;
  return [`${accepted.length} accepted ${until}.`];
}

function renderPlace({ path, line, column }: Finding): string {
  const position = [line, column].filter((part) => part !== undefined).join(":");
  return position === "" ? clean(path) : `${clean(path)}:${position}`;
}
