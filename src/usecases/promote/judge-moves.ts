import type { AssetKey } from "../../domain/asset.ts";
import type { GateResult } from "../../domain/gates/gate.ts";
import { openIncidents } from "../../domain/plan/incidents.ts";
import {
  assetState,
  findVersion,
  type LedgerState,
  type PublishedVersion,
} from "../../domain/ledger/state.ts";
import { stageFileOf } from "../../domain/lookup.ts";
import { decidePromotion, type PromotionDecision } from "../../domain/promotion/decide.ts";
import { deprecation, stageChanges, type Move } from "../../domain/promotion/moves.ts";
import type { PromotionFacts } from "../../domain/promotion/facts.ts";
import type { Digest } from "../../shared/digest.ts";
import type { Change, JudgeContext } from "./change.ts";
import { gatherApprovals } from "./gather-approvals.ts";
import { gatherFacts } from "./gather-facts.ts";
import { readUnderPolicy } from "./in-force.ts";

export interface JudgedMove {
  readonly move: Move;
  readonly decision: PromotionDecision;
  /** Absent where nothing could be looked at: the version does not exist, say. */
  readonly facts: PromotionFacts | undefined;
  readonly digest: Digest | undefined;
  readonly evidence: Digest | undefined;
}

/** All stage files of one change: accepted together or not at all. */
export interface MovesJudgement {
  readonly outcome: "none" | "accepted" | "waiting" | "blocked";
  readonly moves: readonly JudgedMove[];
  /** Every stage file that changed, by `judgedKey`. */
  readonly touched: readonly string[];
  /** When waiting: not before then, if that is known. */
  readonly until: string | undefined;
}

export async function judgeMoves(
  context: JudgeContext,
  change: Change,
  beside: Beside = {},
): Promise<MovesJudgement> {
  const { moves, touched } = stageChanges(change.registryBefore, change.registry, change.state);
  const judged: JudgedMove[] = [];
  for (const move of moves) {
    judged.push(await judgeMove(context, change, { move, moves, beside }));
  }
  return { ...togetherOf(judged), moves: judged, touched };
}

/** What else the same change does, and by which it spoils its stage files. */
export interface Beside {
  readonly isPolicyChanged?: boolean;
  /** Assets that it brings otherwise than they were proposed. */
  readonly unreviewed?: readonly AssetKey[];
}

interface MoveQuestion {
  readonly move: Move;
  readonly moves: readonly Move[];
  readonly beside: Beside;
}

/** One move of a change, by itself. */
async function judgeMove(
  context: JudgeContext,
  change: Change,
  { move, moves, beside }: MoveQuestion,
): Promise<JudgedMove> {
  const published = findVersion(assetState(change.state, move.asset), move.version);
  const landing = [
    ...landingResults(change, move, published),
    ...(await proposedResults(context, change, move)),
    ...besideResults(beside),
  ];
  if (published === undefined || move.problem !== undefined) {
    return {
      move,
      decision: failedBy(landing),
      facts: undefined,
      digest: undefined,
      evidence: undefined,
    };
  }
  const approvals = await gatherApprovals(context, change, move, published);
  const input = { move, moves, published, approvals };
  const { facts, digest, evidence } = await gatherFacts(context, change, input);
  const decision = decidePromotion(facts, change.inForce.policies.promotion, move.file?.override);
  const results = [...landing, ...decision.results];
  const outcome = landing.length > 0 ? "failed" : decision.outcome;
  return {
    move,
    decision: { ...decision, outcome, results },
    facts,
    digest,
    evidence: evidence.digest,
  };
}

function togetherOf(judged: readonly JudgedMove[]): Pick<MovesJudgement, "outcome" | "until"> {
  if (judged.length === 0) return { outcome: "none", until: undefined };
  const outcomes = judged.map(({ decision }) => decision.outcome);
  if (outcomes.includes("failed")) return { outcome: "blocked", until: undefined };
  if (!outcomes.includes("waiting")) return { outcome: "accepted", until: undefined };
  const waiting = judged.filter(({ decision }) => decision.outcome === "waiting");
  const times = waiting.flatMap(({ decision: { until } }) => until ?? []);
  const isKnown = times.length === waiting.length;
  return { outcome: "waiting", until: isKnown ? times.sort().at(-1) : undefined };
}

/** What no gate asks, because it holds for every move. */
function landingResults(
  change: Change,
  move: Move,
  published: PublishedVersion | undefined,
): readonly GateResult[] {
  const { pullRequest, inForce } = change;
  const { asset, stage, version, problem } = move;
  const { stages = [], followedStages = [] } = inForce.settings ?? {};
  const reasons: string[] = [];
  if (problem !== undefined) reasons.push(problem);
  if (pullRequest === undefined) {
    reasons.push(
      "No pull request brought this change, and a promotion is a pull request: open one that changes the stage file.",
    );
  }
  if (!stages.includes(stage)) {
    reasons.push(`There is no stage "${stage}": registry.yaml has ${stages.join(", ")}.`);
  } else if (followedStages.includes(stage)) {
    reasons.push(
      `${stage} takes every new version by itself (follow in registry.yaml): remove the stage file.`,
    );
  }
  if (published === undefined && problem === undefined) {
    reasons.push(missingVersion(change.state, move));
  }
  const reason = deprecation(asset, version, change.registry, change.state);
  if (reason !== undefined && move.kind === "promotion") {
    reasons.push(`${asset} ${version} is deprecated (${reason}): promote another version.`);
  }
  reasons.push(...incidentReasons(change.state, move, published));
  return reasons.map((reason) => ({ gate: "landing", outcome: "failed", reason }));
}

/**
 * A merge that brings another stage file than the pull request had moves nothing; nor one that takes
 * back what the branch got since, because the pull request was made before that: nobody who looked
 * at it saw a change of this file.
 */
async function proposedResults(
  { reader }: JudgeContext,
  { pullRequest, registry, registryBefore, registryBase, state }: Change,
  { file, asset, stage }: Move,
): Promise<readonly GateResult[]> {
  if (pullRequest === undefined) return [];
  const proposed = await readUnderPolicy(reader, pullRequest.head, state);
  const path = (file ?? stageFileOf(registryBefore, stage, asset))?.document.path ?? "";
  const isOwn =
    registryBase !== undefined &&
    registryBase.files.objectIdOf(path) === registryBefore.files.objectIdOf(path);
  if (isOwn && registry.files.objectIdOf(path) === proposed.files.objectIdOf(path)) return [];
  const reason = `${path} is not as pull request #${pullRequest.number} proposed it: bring the branch up to date and have it reviewed again.`;
  return [{ gate: "landing", outcome: "failed", reason }];
}

function missingVersion(state: LedgerState, { asset, version }: Move): string {
  const known = assetState(state, asset)?.versions ?? [];
  if (known.length === 0) {
    return `${asset} has no published version: a stage file may name only what was published before this change.`;
  }
  const names = known.slice(-5).map((published) => published.version);
  return `${asset} has no version ${version} that was published before this change: it has ${names.join(", ")}.`;
}

/** A tag that was moved stops the asset; the way back to a version with an intact tag stays open. */
function incidentReasons(
  state: LedgerState,
  { asset, kind }: Move,
  published: PublishedVersion | undefined,
): readonly string[] {
  const open = openIncidents(state).filter(
    ({ event }) =>
      event.asset === asset && (event.kind === "tag-moved" || event.kind === "tag-missing"),
  );
  const own = new Set(published?.tags.map(({ name }) => name));
  const binding =
    kind === "promotion"
      ? open
      : kind === "rollback"
        ? open.filter(({ event }) => event.tag !== undefined && own.has(event.tag))
        : [];
  return binding.map(
    ({ event }) => `An incident is open: ${event.message}. Resolve it first (cairn incident list).`,
  );
}

function besideResults({ isPolicyChanged, unreviewed = [] }: Beside): readonly GateResult[] {
  const results = isPolicyChanged === true ? [policyInSameChange] : [];
  const [first] = unreviewed;
  if (first === undefined) return results;
  const reason = `The same change brings ${first} otherwise than it was proposed, so nothing of it is promoted: open another pull request.`;
  return [...results, { gate: "landing", outcome: "failed", reason }];
}

const policyInSameChange: GateResult = {
  gate: "landing",
  outcome: "failed",
  reason:
    "The same change alters the policy (policies/, workspaces/ or registry.yaml): bring that first, by itself, and then promote.",
};

function failedBy(results: readonly GateResult[]): PromotionDecision {
  return { outcome: "failed", results, until: undefined, overridden: [] };
}
