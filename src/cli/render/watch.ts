import type { Finding } from "../../domain/finding.ts";
import type { CairnError } from "../../shared/errors.ts";
import type { WatchRun } from "../../usecases/watch.ts";
import { clean, type Paint } from "../ansi.ts";
import { renderError, renderErrorJson } from "./error.ts";
import { renderFinding, renderFindingCounts } from "./findings.ts";

export interface WatchView {
  readonly paint: Paint;
  /** Says after each block that it goes on; where lines are kept, only once. */
  readonly isTty: boolean;
}

/** The time, what is new and what is gone, and how much there is now. */
export function renderWatchRun(run: WatchRun, { paint, isTty }: WatchView): string {
  const { at, added, resolved, findings, assets, isFirst, folder } = run;
  const lines = [
    ...resolved
      .filter(isShown)
      .map((finding) => `${paint("green", "-")} ${renderFinding(finding, paint)}`),
    ...added
      .filter(isShown)
      .map((finding) => `${paint("red", "+")} ${renderFinding(finding, paint)}`),
  ];
  const counts = renderFindingCounts(findings, assets, paint);
  const isSame = !isFirst && lines.length === 0;
  const time = paint("dim", timeOf(at));
  const block = isSame ? [`${time} Nothing new: ${counts}`] : [...indent(time, lines), counts];
  const goesOn = isTty || isFirst ? [paint("dim", renderWatching(folder))] : [];
  return [...block, ...goesOn].join("\n");
}

export function renderWatchProblem(problem: CairnError, at: Date, { paint }: WatchView): string {
  return `${paint("dim", timeOf(at))} ${renderError(problem, paint, false)}`;
}

/** One line, as a program reads them. */
export function renderWatchRunJson(run: WatchRun): string {
  const { at, added, resolved, findings, assets, files } = run;
  return JSON.stringify({ at, added, resolved, findings, assets, files });
}

export function renderWatchProblemJson(problem: CairnError, at: Date): string {
  return JSON.stringify({ at, ...renderErrorJson(problem) });
}

/** What registry.yaml accepts is not worked on. */
function isShown({ accepted }: Finding): boolean {
  return accepted === undefined;
}

function renderWatching(folder: string): string {
  return `Watching ${clean(folder)} (Ctrl-C ends)`;
}

function indent(time: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [time] : [time, ...lines.map((line) => `  ${line}`)];
}

function timeOf(at: Date): string {
  return at.toTimeString().slice(0, 8);
}
