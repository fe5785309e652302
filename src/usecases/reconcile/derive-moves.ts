import type {
  BlockedMove,
  GateMark,
  LandingMark,
  WaitingEvent,
} from "../../domain/ledger/event.ts";
import { judgedKey, policyInForce, type LedgerState } from "../../domain/ledger/state.ts";
import type { GateResult } from "../../domain/gates/gate.ts";
import { sha256 } from "../../shared/digest.ts";
import type { EventDraft } from "../ledger/draft.ts";
import type { Change } from "../promote/change.ts";
import type { JudgedMove, MovesJudgement } from "../promote/judge-moves.ts";
import { toMark } from "../promote/judge-policy.ts";

/** How long a landing may wait for time gates. */
const patienceMs = 30 * 24 * 3_600_000;

/** Letters of a reason that the ledger keeps; its schema allows a few times as many. */
const maxReason = 1000;

/** What the ledger says of the stage files of a landing. */
export function draftMoves(
  change: Change,
  judgement: MovesJudgement,
  now: Date,
): readonly EventDraft[] {
  const { state, landing } = change;
  const processed = state.processed;
  switch (judgement.outcome) {
    case "none":
      return [];
    case "accepted":
      return judgement.moves.map((judged) => draftMove(change, judged));
    case "waiting":
      return [
        {
          type: "waiting",
          processed,
          moves: judgement.moves.map(blockedMove),
          ...(judgement.until === undefined ? {} : { until: judgement.until }),
          expires: new Date(now.getTime() + patienceMs).toISOString(),
          before: change.before,
          landing,
        },
      ];
    case "blocked":
      return [{ type: "blocked", processed, moves: judgement.moves.map(blockedMove), landing }];
  }
}

/** Landings that wait for a stage file which a newer landing changed: they have lost their object. */
export function draftSuperseded(
  state: LedgerState,
  touched: readonly string[],
  landing: LandingMark,
): readonly EventDraft[] {
  const keys = new Set(touched);
  return Object.values(state.waiting).flatMap((waiting) =>
    waiting.landing.commit !== landing.commit &&
    waiting.moves.some(({ stage, asset }) => keys.has(judgedKey(stage, asset)))
      ? [draftGivenUp(state, waiting, `A newer change (${nameOf(landing)}) took its place.`)]
      : [],
  );
}

/** Ends the waiting of a landing. */
export function draftGivenUp(
  state: LedgerState,
  { moves, landing }: WaitingEvent,
  reason: string,
): EventDraft {
  const gates: readonly GateMark[] = [{ gate: "landing", outcome: "failed", reason }];
  return {
    type: "blocked",
    processed: state.processed,
    moves: moves.map((move) => ({ ...move, gates })),
    landing,
  };
}

function nameOf({ commit, pull_request: number }: LandingMark): string {
  return number === undefined ? commit.slice(0, 12) : `pull request #${number}`;
}

/** A move as the ledger has it when it is accepted. */
export function draftMove(
  { state, landing, isAutomatic }: Change,
  { move, decision, facts, digest, evidence }: JudgedMove,
): EventDraft {
  const { asset, stage, version, kind, file } = move;
  // The author's own wish is an approval only where it is enough to go back.
  const counted = (facts?.approvals ?? []).filter(
    ({ verdict, problem, isImplied }) =>
      verdict === "approved" && problem === undefined && !(isImplied && kind === "promotion"),
  );
  const moved = {
    processed: state.processed,
    asset,
    stage,
    version,
    digest: digest ?? sha256(""),
    policy: policyInForce(state).digest,
    approvals: counted.map(toMark),
    gates: decision.results.map((result) => gateMark(result, decision.overridden)),
    landing,
  };
  if (kind === "withdrawal") return { ...moved, type: "withdrawn" };
  const { overridden } = decision;
  return {
    ...moved,
    type: "accepted",
    cause: kind,
    ...(evidence === undefined ? {} : { evidence }),
    ...(overridden.length === 0
      ? {}
      : {
          override: {
            gates: overridden,
            reason: (file?.override?.reason ?? "").slice(0, maxReason),
          },
        }),
    ...(isAutomatic ? { automatic: true } : {}),
  };
}

function blockedMove({ move, decision }: JudgedMove): BlockedMove {
  const { asset, stage, version, kind } = move;
  const stopping = decision.results.filter(({ outcome }) => outcome !== "passed");
  return {
    asset,
    stage,
    ...(kind === "withdrawal" ? {} : { version }),
    gates: stopping.map((result) => gateMark(result, [])),
  };
}

function gateMark({ gate, outcome, reason }: GateResult, overridden: readonly string[]): GateMark {
  const words = reason.slice(0, maxReason);
  return { gate, outcome: overridden.includes(gate) ? "overridden" : outcome, reason: words };
}
