import type { ExplainReport } from "../../usecases/app.ts";
import { clean } from "../ansi.ts";
import { joinBlocks } from "./check.ts";
import { renderOutcome } from "./marks.ts";
import { renderMove } from "./move.ts";
import { renderMoment } from "./time.ts";
import type { View } from "./view.ts";

/** What keeps a version from a stage, gate by gate, who can help, and what to do. */
export function renderExplanation(report: ExplainReport, view: View): string {
  const { move, pullRequest, lastTry, hold, approvers, next } = report;
  const { paint, now } = view;
  const when =
    move.outcome === "waiting" && move.until !== undefined
      ? `  until ${clean(renderMoment(move.until, now))}`
      : "";
  const facts = [
    ...(pullRequest === undefined ? [] : [["asked for", `in pull request #${pullRequest}`]]),
    ...(lastTry === undefined ? [] : [["last try", clean(lastTry)]]),
    ...(hold === undefined ? [] : [["hold", clean(hold)]]),
    ...(approvers.length === 0 ? [] : [["approvers", clean(approvers.join(", "))]]),
  ].map(([name = "", text = ""]) => `${paint("dim", name.padEnd(11))}${text}`);
  return joinBlocks([
    `${renderOutcome(move.outcome, paint)}${when}`,
    renderMove(move, view),
    facts.join("\n"),
    `${paint("cyan", "Next:")} ${clean(next)}`,
  ]);
}
