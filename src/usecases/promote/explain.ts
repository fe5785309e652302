import {
  assetState,
  judgedKey,
  latestVersion,
  stageVersion,
  type LedgerState,
} from "../../domain/ledger/state.ts";
import { stageFileOf } from "../../domain/lookup.ts";
import { rolesOf } from "../../domain/promotion/people.ts";
import type { AccessPolicy, PromotionRule } from "../../domain/promotion/policy.ts";
import { rolesThatApprove } from "../../domain/promotion/reviewers.ts";
import { emptyTeams, teamName } from "../../domain/promotion/teams.ts";
import type { AssetKey } from "../../domain/asset.ts";
import { stageChanges } from "../../domain/promotion/moves.ts";
import type { StageFile } from "../../domain/registry.ts";
import type { CairnError } from "../../shared/errors.ts";
import type { ExplainReport, ExplainRequest, MoveReport } from "../app-promote.ts";
import type { RegistrySession } from "../session.ts";
import { judgeMoves, type JudgedMove } from "./judge-moves.ts";
import { moveReport } from "./move-report.ts";
import { previewChange, unopened } from "./preview.ts";
import { candidateOf, requireStage } from "./promote.ts";
import { readWaitingChange } from "./read-change.ts";
import { readSituation, type Situation } from "./situation.ts";
import { moveStageFile } from "./stage-file-text.ts";
import { nothingToPropose } from "./errors.ts";

/** Gate by gate, what a version lacks for a stage, and what to do next. */
export async function explain(
  session: RegistrySession,
  request: ExplainRequest,
): Promise<ExplainReport> {
  const situation = await readSituation(session);
  requireStage(situation, request.to);
  const wanted = { ...candidateOf(situation, request.asset, request.to), stage: request.to };
  const { state, inForce, head } = situation;
  if (stageVersion(assetState(state, wanted.asset), wanted.stage)?.version === wanted.version) {
    throw nothingToPropose(
      `${wanted.stage} runs ${wanted.asset} ${wanted.version} already.`,
      newerHint(state, wanted),
    );
  }
  const { judged, number, next } = await judgeWanted(session, situation, wanted);
  const move = moveReport(judged);
  const registry = await session.reader.registryAt(head);
  const held = stageFileOf(registry, wanted.stage, wanted.asset)?.hold;
  return {
    move,
    pullRequest: number,
    lastTry: lastTry(state, wanted),
    hold: held === undefined ? undefined : holdText(held),
    approvers: approversOf(inForce.policies.access, wanted.asset, rulesFor(situation, wanted)),
    next: next ?? nextStep(move, number),
  };
}

function holdText({ reason, until }: NonNullable<StageFile["hold"]>): string {
  return `${reason}${until === undefined ? "" : `, until ${until}`}`;
}

function newerHint(state: LedgerState, { asset, version, stage }: Wanted): string {
  const newest = latestVersion(assetState(state, asset))?.version;
  return newest === undefined || newest === version
    ? "There is no newer version."
    : `The newest version is ${newest}: cairn explain ${asset}@${newest} --to ${stage}.`;
}

interface Wanted {
  readonly asset: AssetKey;
  readonly version: string;
  readonly stage: string;
}

interface Judged {
  readonly judged: JudgedMove;
  /** Of the open pull request that asks for it. */
  readonly number?: number;
  /** Where that does not follow from the gates. */
  readonly next?: string;
}

async function judgeWanted(
  session: RegistrySession,
  situation: Situation,
  wanted: Wanted,
): Promise<Judged> {
  return (
    (await findProposal(session, situation, wanted)) ??
    (await judgeWaiting(session, situation.state, wanted)) ?? {
      judged: await judgeUnproposed(session, situation, wanted),
    }
  );
}

/** The open pull request that asks for this very move. */
async function findProposal(
  session: RegistrySession,
  situation: Situation,
  { asset, version, stage }: Wanted,
): Promise<Judged | undefined> {
  for (const { number } of await session.forge.list(["open"])) {
    const pullRequest = await session.forge.get(number);
    const preview = await previewChange(session, situation, pullRequest);
    if (preview.outcome === "conflict") continue;
    const { registryBefore, registry, state } = preview.change;
    const { moves } = stageChanges(registryBefore, registry, state);
    const isMeant = moves.some(
      (move) => move.asset === asset && move.stage === stage && move.version === version,
    );
    if (!isMeant) continue;
    const judgement = await judgeMoves(session, preview.change);
    const judged = judgement.moves.find(({ move }) => move.asset === asset && move.stage === stage);
    if (judged !== undefined) return { judged, number };
  }
  return undefined;
}

/** The merged change that asks for this very move and waits for time: judged as it will be again. */
async function judgeWaiting(
  session: RegistrySession,
  state: LedgerState,
  { asset, version, stage }: Wanted,
): Promise<Judged | undefined> {
  const waiting = Object.values(state.waiting).find(({ moves }) =>
    moves.some((move) => move.asset === asset && move.stage === stage && move.version === version),
  );
  if (waiting === undefined) return undefined;
  const { until } = waiting;
  const { moves } = await judgeMoves(session, await readWaitingChange(session, waiting, state));
  const judged = moves.find(({ move }) => move.asset === asset && move.stage === stage);
  if (judged === undefined) return undefined;
  const from = until === undefined ? "when the time has come" : `from ${until} on`;
  const next =
    judged.decision.outcome === "failed"
      ? `It will be refused as things are: cairn promote ${asset}@${version} --to ${stage} opens another pull request.`
      : `Nothing is to be done: it is merged, and accepted ${from}.`;
  return { judged, next };
}

/** As if `cairn promote` had just been run. */
async function judgeUnproposed(
  session: RegistrySession,
  situation: Situation,
  { asset, version, stage }: Wanted,
): Promise<JudgedMove> {
  const { mirror, reader, clock } = session;
  const registry = await reader.registryAt(situation.head);
  const wanted = { asset, version, stage, reason: "explained", override: undefined };
  const { path, text } = await moveStageFile(session, registry, wanted);
  const objectId = await mirror.writeBlob(new TextEncoder().encode(text));
  const author = { name: "somebody", email: "somebody@invalid", timestamp: 0 };
  const head = await mirror.writeCommit({
    tree: await mirror.writeTree(situation.head, new Map([[path, { mode: "100644", objectId }]])),
    parents: [situation.head],
    author,
    message: "Explain a promotion",
  });
  const preview = await previewChange(
    session,
    situation,
    unopened(head, { name: author.name, email: author.email }, clock.now()),
  );
  if (preview.outcome === "conflict") throw stale();
  const judgement = await judgeMoves(session, preview.change);
  const judged = judgement.moves.find(({ move }) => move.asset === asset && move.stage === stage);
  if (judged === undefined) throw stale();
  return judged;
}

function stale(): CairnError {
  return nothingToPropose("The branch moved in the meantime.", "Ask again.");
}

function lastTry(state: LedgerState, { asset, stage }: Wanted): string | undefined {
  const key = judgedKey(stage, asset);
  const last = Object.hasOwn(state.judged, key) ? state.judged[key] : undefined;
  if (last === undefined) return undefined;
  const { outcome, version = "the withdrawal", at, landing, reasons } = last;
  const by =
    landing.pull_request === undefined
      ? landing.commit.slice(0, 12)
      : `pull request #${landing.pull_request}`;
  const why = reasons.length === 0 ? "" : `: ${reasons.join(" ")}`;
  return `${version} by ${by} was ${outcome} at ${at}${why}`;
}

function rulesFor({ inForce }: Situation, { asset, stage }: Wanted): readonly PromotionRule[] {
  const rules = inForce.policies.promotion?.rules ?? [];
  return rules.filter((rule) => rule.stage === stage && rule.selects(asset));
}

function approversOf(
  access: AccessPolicy | undefined,
  asset: AssetKey,
  rules: readonly PromotionRule[],
): readonly string[] {
  const named = rules.flatMap(({ gates: { approvals } }) => approvals?.["from"] ?? []);
  const roles = named.length === 0 ? rolesThatApprove(access, asset) : named.map(String);
  const people = (access?.people ?? [])
    .filter((person) => rolesOf(person, access).some((role) => roles.includes(role)))
    .map(({ id }) => id);
  return [...people.sort(), ...teamsOf(access, roles)];
}

/** Their names, and of those that nobody is in, why. */
function teamsOf(access: AccessPolicy | undefined, roles: readonly string[]): readonly string[] {
  const problems = new Map(emptyTeams(access, roles).map(({ team, problem }) => [team, problem]));
  const members = roles.flatMap((role) => access?.roles.get(role) ?? []);
  const teams = members.filter((member) => teamName(member) !== undefined);
  return [...new Set(teams)].sort().map((team) => {
    const problem = problems.get(team);
    return problem === undefined ? team : `${team} (${problem})`;
  });
}

function nextStep(
  { outcome, gates, asset, version, stage, until }: MoveReport,
  number: number | undefined,
): string {
  const failed = gates.filter((gate) => gate.outcome === "failed");
  const others = failed.filter(({ gate }) => gate !== "approvals");
  const [first] = others;
  if (first !== undefined) return `${first.gate}: ${first.reason}`;
  if (number === undefined)
    return `cairn promote ${asset}@${version ?? ""} --to ${stage} opens the pull request.`;
  if (failed.length > 0)
    return `Have pull request #${number} approved: cairn pr approve ${number}.`;
  if (outcome === "waiting") {
    return until === undefined
      ? `Merge it now or later: cairn pr merge ${number}. It is accepted when the time has come.`
      : `Merge it now or later: cairn pr merge ${number}. It is accepted from ${until} on.`;
  }
  return `cairn pr merge ${number}`;
}
