import type { ChangeReport, ChangeRequest } from "../usecases/validate-change.ts";
import type { OptionSpecs, Values } from "./command.ts";
import { usageError } from "./errors.ts";
import { textOption } from "./given.ts";
import { renderReport, type ReportView } from "./render/findings-report.ts";
import { renderCount } from "./render/size.ts";

export const changeOptions = {
  base: {
    type: "text",
    value: "REV",
    summary: "Report only what a change introduces since it parted from this commit or branch.",
  },
  head: {
    type: "text",
    value: "REV",
    summary: "With --base: the change; the files with all that is not committed unless given.",
  },
} as const satisfies OptionSpecs;

/** `undefined` when the whole registry is meant. `others` are options that ask for something else. */
export function changeRequestOf(
  { base, head }: Values<typeof changeOptions>,
  paths: readonly string[],
  others: Readonly<Record<string, unknown>>,
): ChangeRequest | undefined {
  if (base === undefined) {
    if (head !== undefined) throw usageError("--head goes with --base.", "Add --base REV.");
    return undefined;
  }
  const [path, second] = paths;
  if (second !== undefined) {
    throw usageError("A change is one of one registry.", "Give one folder, or none.");
  }
  for (const [name, value] of Object.entries(others)) {
    if (value === undefined || value === false) continue;
    throw usageError(`--base and --${name} do not go together.`, "Leave one of them out.");
  }
  return { base, ...textOption("head", head), ...textOption("path", path) };
}

/** The findings, and how many there were before. */
export function renderChangedFindings(report: ChangeReport, view: ReportView): string {
  const { findings, before, resolved, assets } = report;
  const { paint } = view;
  if (before === undefined) return paint("green", "The change changes no file of the registry.");
  const counts = `Before: ${renderCount(before, "finding")}, of which the change resolves ${resolved}.`;
  return findings.length === 0
    ? `${paint("green", `The change introduces no finding in ${renderCount(assets, "asset")}.`)} ${counts}`
    : `${renderReport(report, view)}\nAll of this is new. ${counts}`;
}
