import type { PromotionFacts, Stay } from "../promotion/facts.ts";
import type { Gate, GateVerdict } from "./gate.ts";
import { earliest, formatInstant, parseInstant } from "./instant.ts";
import { stageBefore, staysOfVersion, unknownStage } from "./stage-history.ts";

/** Settings of the soak gate. */
export type SoakSettings = { readonly hours: number };

const hourMs = 3_600_000;

export const soak: Gate<SoakSettings> = {
  name: "soak",
  states: "The version has run in the stage before for a time, without a break.",
  bindsRollback: false,

  evaluate({ hours }, facts) {
    const before = stageBefore(facts);
    if (before === undefined) return failed(unknownStage(facts));
    if (before.isFirst) {
      return failed(
        `${facts.stage} is the first stage, so a version cannot run in a stage before it: take soak out of this rule in policies/promotion.yaml.`,
      );
    }
    const stays = staysOfVersion(facts, before.name);
    if (stays.length === 0) {
      return failed(
        `Version ${facts.version} of ${facts.asset} never ran in ${before.name}: promote it to ${before.name} first.`,
      );
    }
    return ofStays(stays, before.name, { hours, facts });
  },
};

interface SoakQuestion {
  readonly hours: number;
  readonly facts: PromotionFacts;
}

function ofStays(
  stays: readonly Stay[],
  stage: string,
  { hours, facts }: SoakQuestion,
): GateVerdict {
  const { version, clockProblem } = facts;
  const now = parseInstant(facts.now);
  if (clockProblem !== undefined || now === undefined) {
    return {
      outcome: "waiting",
      reason: `How long version ${version} has run in ${stage} cannot be told: ${clockProblem ?? "Cairn's clock gives no time"}.`,
    };
  }
  const readyAt = earliest(stays.map((stay) => readyAfter(stay, hours * hourMs)));
  if (readyAt === undefined) {
    return failed(
      `Version ${version} ran in ${stage} for less than ${hours} h and does not run there any more: promote it to ${stage} again and let it run.`,
    );
  }
  if (now >= readyAt) {
    return { outcome: "passed", reason: `Version ${version} has run in ${stage} for ${hours} h.` };
  }
  const shown = formatInstant(Math.ceil(readyAt / 1000) * 1000);
  return {
    outcome: "waiting",
    reason: `Version ${version} has run in ${stage} for less than ${hours} h: it will have on ${shown}.`,
    until: formatInstant(readyAt),
  };
}

/**
 * When a stay has lasted long enough, absent if it ended before. A moment instead of a length, so
 * that a clock that stands before the stay began gives no credit, and a later clock never takes any.
 */
function readyAfter(stay: Stay, neededMs: number): number | undefined {
  const since = parseInstant(stay.since);
  if (since === undefined) return undefined;
  const readyAt = since + neededMs;
  if (stay.until === undefined) return readyAt;
  const until = parseInstant(stay.until);
  return until !== undefined && until >= readyAt ? readyAt : undefined;
}

function failed(reason: string): GateVerdict {
  return { outcome: "failed", reason };
}
