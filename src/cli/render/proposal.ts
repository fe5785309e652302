import type { MergeReport, ProposalReport, RegisterReport } from "../../usecases/app.ts";
import { clean, type Paint } from "../ansi.ts";
import { joinBlocks, renderCheck, renderCheckBody, renderCheckLine } from "./check.ts";
import { renderSize } from "./size.ts";
import type { View } from "./view.ts";

/** The pull request that was made, and what it would do or did. */
export function renderProposal(report: ProposalReport, view: View): string {
  const { pullRequest, created, check, merged } = report;
  const { paint } = view;
  const verb = created ? paint("green", "Opened") : paint("yellow", "Already open:");
  const opened = `${verb} #${pullRequest.number} ${clean(pullRequest.title)}`;
  if (merged === undefined) return joinBlocks([opened, renderCheck(check, view)]);
  return joinBlocks([
    `${opened}\n${renderMerged(merged.commit, paint)}`,
    renderCheckBody(check, view),
    renderAfterMerge(paint),
  ]);
}

export function renderMerge({ number, commit, check }: MergeReport, view: View): string {
  const { paint } = view;
  if (commit === undefined) {
    return joinBlocks([`${paint("red", "Not merged:")} #${number}`, renderCheck(check, view)]);
  }
  // What passed has been read before; what fails or waits is what one wants to see again.
  const isPlain = check.outcome === "passed";
  return joinBlocks([
    `${renderMerged(commit, paint)} (#${number})`,
    isPlain ? renderCheckLine(check, paint) : renderCheckBody(check, view),
    renderAfterMerge(paint),
  ]);
}

/** What was stored, what was written, and the pull request that brings it in. */
export function renderRegistration(report: RegisterReport, view: View): string {
  const { asset, files, storedBytes, knownBytes } = report;
  const { paint } = view;
  const known = knownBytes > 0 ? `, ${renderSize(knownBytes)} was there already` : "";
  const stored = `${paint("bold", clean(asset))}  stored ${renderSize(storedBytes)}${known}`;
  const lines = files.map((path) => `  ${paint("green", "+")} ${clean(path)}`);
  return joinBlocks([[stored, ...lines].join("\n"), renderProposal(report, view)]);
}

function renderMerged(commit: string, paint: Paint): string {
  return `${paint("green", "Merged")} as ${clean(commit).slice(0, 10)}`;
}

function renderAfterMerge(paint: Paint): string {
  return `${paint("cyan", "Next:")} the running controller takes it up, or "cairn apply".`;
}
