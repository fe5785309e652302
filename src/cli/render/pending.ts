import type { PendingPromotion } from "../../usecases/app.ts";
import { clean, type Paint } from "../ansi.ts";
import { renderMark } from "./marks.ts";
import { renderDate } from "./time.ts";

const pendingHeads = {
  waiting: "Waiting",
  blocked: "Not promoted",
  undecided: "Asked for without a pull request",
} as const satisfies Record<PendingPromotion["outcome"], string>;

/** Stage files that ask for what the stage does not run, and why it does not. */
export function renderPending(pending: readonly PendingPromotion[], paint: Paint): string {
  const outcomes = ["waiting", "blocked", "undecided"] as const;
  return outcomes
    .map((outcome) => {
      const some = pending.filter((promotion) => promotion.outcome === outcome);
      const lines = some.map((promotion) => renderPromotion(promotion, paint));
      return lines.length === 0 ? "" : [paint("bold", pendingHeads[outcome]), ...lines].join("\n");
    })
    .filter((block) => block !== "")
    .join("\n\n");
}

function renderPromotion(
  { asset, stage, runs, wanted, outcome, until, reason }: PendingPromotion,
  paint: Paint,
): string {
  const step = `${clean(asset)}  ${clean(stage)}  ${clean(runs ?? "nothing")} → ${clean(wanted ?? "nothing")}`;
  const sign = renderMark(outcome === "waiting" ? "waiting" : "failed", paint);
  const when = until === undefined ? [] : [paint("yellow", `until ${clean(renderDate(until))}`)];
  return [`  ${sign} ${step}`, paint("dim", clean(reason)), ...when].join("  ");
}
