import { formatAssetKey, parseAssetKey, type AssetKey } from "../../domain/asset.ts";
import {
  assetState,
  findVersion,
  hasAccepted,
  stageEntries,
  stageVersion,
  type AssetState,
  type LedgerState,
  type PublishedVersion,
} from "../../domain/ledger/state.ts";
import type { Approval, Dependency, PromotionFacts, Stay } from "../../domain/promotion/facts.ts";
import { matchingRules } from "../../domain/promotion/decide.ts";
import type { Move } from "../../domain/promotion/moves.ts";
import { approvingRoles } from "../../domain/promotion/rules-of-move.ts";
import { emptyTeams } from "../../domain/promotion/teams.ts";
import type { Digest } from "../../shared/digest.ts";
import type { Evidence } from "../registry-reader.ts";
import type { Change, JudgeContext } from "./change.ts";
import { evidenceOf, type EvidenceSource } from "./evidence.ts";

/** The facts of one move, and what the decision will be recorded with. */
export interface Gathered {
  readonly facts: PromotionFacts;
  readonly digest: Digest;
  readonly evidence: Evidence;
}

/** Reads everything that the gates of one move look at. `moves` are all of the same change. */
export async function gatherFacts(
  context: JudgeContext,
  change: Change,
  { move, moves, published, approvals }: MoveInput,
): Promise<Gathered> {
  const { asset, stage, version, kind, runs } = move;
  const { state, inForce, after, pullRequest } = change;
  const known = assetState(state, asset);
  const source = { reader: context.reader, state };
  const evidence = await evidenceOf(source, after, asset, published);
  return {
    digest: published.digest,
    evidence,
    facts: {
      asset,
      stage,
      move: kind,
      version,
      runs,
      stages: inForce.settings?.stages ?? [],
      now: context.clock.now().toISOString(),
      clockProblem: context.clockProblem(),
      history: historyOf(known),
      metadata: evidence.metadata,
      evaluations: evidence.evaluations,
      runsEvaluations: await runsEvaluations(source, known, move),
      dependencies: dependenciesOf(published, state, { stage, moves }),
      approvals,
      labels: pullRequest?.labels ?? [],
      checks: await checksOf(context, change, move),
      emptyTeams: emptyTeamsFor(change, move),
    },
  };
}

/** Asked only where a gate will look: the host counts requests. */
async function checksOf(
  { host }: JudgeContext,
  { pullRequest, inForce }: Change,
  { stage, asset, kind }: Move,
): Promise<PromotionFacts["checks"]> {
  const rules = matchingRules(inForce.policies.promotion, stage, asset);
  const isAsked = kind === "promotion" && rules.some(({ gates }) => gates.checks !== undefined);
  if (host === undefined || !isAsked) return undefined;
  // Of what nobody proposed yet, the host does not even have the commit.
  const isProposed = pullRequest !== undefined && pullRequest.number > 0;
  return isProposed ? host.statusesOf(pullRequest.head) : [];
}

/** Of the roles that the rules name, and of those that may approve the asset where one names none. */
function emptyTeamsFor(
  { inForce: { policies } }: Change,
  { stage, asset }: Move,
): PromotionFacts["emptyTeams"] {
  return emptyTeams(policies.access, approvingRoles(policies, stage, asset));
}

export interface MoveInput {
  readonly move: Move;
  readonly moves: readonly Move[];
  readonly published: PublishedVersion;
  readonly approvals: readonly Approval[];
}

/** Of what runs now the evidence that it was accepted with: nobody can make it worse afterwards. */
async function runsEvaluations(
  source: EvidenceSource,
  known: AssetState | undefined,
  { asset, stage }: Move,
): Promise<Evidence["evaluations"]> {
  const entry = stageVersion(known, stage);
  const published = entry === undefined ? undefined : findVersion(known, entry.version);
  if (entry === undefined || published === undefined) return [];
  return (await evidenceOf(source, entry.commit, asset, published)).evaluations;
}

/** When versions ran: each stay ends with the next one's begin, or with a withdrawal. */
function historyOf(known: AssetState | undefined): Readonly<Record<string, readonly Stay[]>> {
  const stages = Object.keys(known?.stages ?? {}).map((stage) => {
    const entries = stageEntries(known, stage);
    const stays = entries.map(({ version, since, until }, index): Stay => {
      const end = until ?? entries[index + 1]?.since;
      return { version, since, ...(end === undefined ? {} : { until: end }) };
    });
    return [stage, stays] as const;
  });
  return Object.fromEntries(stages);
}

function dependenciesOf(
  { uses }: PublishedVersion,
  state: LedgerState,
  { stage, moves }: { readonly stage: string; readonly moves: readonly Move[] },
): readonly Dependency[] {
  return uses.flatMap((text) => {
    const at = text.lastIndexOf("@");
    const id = parseAssetKey(text.slice(0, at));
    if (!id.ok) return [];
    const asset = formatAssetKey(id.value);
    const version = text.slice(at + 1);
    const isAlongside = moves.some(
      (move) =>
        move.asset === asset &&
        move.version === version &&
        move.stage === stage &&
        move.kind !== "withdrawal",
    );
    return [{ asset, version, acceptedIn: acceptedIn(state, asset, version), isAlongside }];
  });
}

/** Stages that accepted this version and did not withdraw it since. */
function acceptedIn(state: LedgerState, asset: AssetKey, version: string): readonly string[] {
  const known = assetState(state, asset);
  return Object.keys(known?.stages ?? {}).filter((stage) => hasAccepted(known, stage, version));
}
