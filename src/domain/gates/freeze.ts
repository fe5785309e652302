import type { Gate } from "./gate.ts";

/** Settings of the freeze gate. */
export type FreezeSettings = {
  readonly active: boolean;
  readonly reason?: string;
  readonly except?: readonly string[];
};

export const freeze: Gate<FreezeSettings> = {
  name: "freeze",
  states: "The stage is not frozen, or the pull request has a label that is let through.",
  bindsRollback: false,

  evaluate({ active, reason, except = [] }, { stage, labels }) {
    if (!active) return { outcome: "passed", reason: `${stage} is not frozen.` };
    const why = reason === undefined ? "" : ` (${reason})`;
    const label = except.find((candidate) => labels.includes(candidate));
    if (label !== undefined) {
      return {
        outcome: "passed",
        reason: `${stage} is frozen${why}; the label ${label} is let through.`,
      };
    }
    const wayThrough =
      except.length === 0
        ? "wait until the freeze is over"
        : `wait until the freeze is over, or give the pull request the label ${except.join(" or ")}`;
    return { outcome: "failed", reason: `${stage} is frozen${why}: ${wayThrough}.` };
  },
};
