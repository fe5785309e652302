import type { Review, ReviewVerdict } from "../../../domain/pull-request.ts";
import { answerBroken } from "../../errors.ts";
import { byTime } from "./by-time.ts";
import { readFields } from "./shapes.ts";
import { cutText } from "./texts.ts";

const verdicts: Readonly<Record<string, ReviewVerdict>> = {
  APPROVED: "approved",
  CHANGES_REQUESTED: "changes-requested",
  COMMENTED: "commented",
  DISMISSED: "dismissed",
};

/**
 * Reviews as GitHub tells them, oldest first; `commit` is what they are bound to now, which need
 * not be what was seen. Those that were not sent yet are nobody's word. Rejects with
 * `FORGE_ANSWER_BROKEN`.
 */
export function readReviews(entries: readonly unknown[]): readonly Review[] {
  return entries
    .flatMap((entry): readonly Review[] => {
      const review = readFields(entry, "a review");
      const state = review.string("state");
      if (state === "PENDING") return [];
      const verdict = Object.hasOwn(verdicts, state) ? verdicts[state] : undefined;
      if (verdict === undefined) {
        throw answerBroken(`a review is ${JSON.stringify(state.slice(0, 50))}.`);
      }
      return [
        {
          id: review.id("id"),
          by: review.account("user"),
          verdict,
          commit: review.optionalCommit("commit_id"),
          at: review.date("submitted_at"),
          body: cutText(review.optionalString("body") ?? ""),
        },
      ];
    })
    .sort(byTime);
}
