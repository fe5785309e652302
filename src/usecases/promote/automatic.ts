import type { Finding } from "../../domain/finding.ts";
import { automaticPromotions, type AutomaticPromotion } from "../../domain/plan/automatic.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import { reviewersOf } from "../../domain/promotion/reviewers.ts";
import { isSameLogin, type PullRequest } from "../../domain/pull-request.ts";
import { CairnError, hasCode } from "../../shared/errors.ts";
import type { PlannedAction } from "../app.ts";
import { RemoteTags } from "../reconcile/observe.ts";
import type { RegistrySession } from "../session.ts";
import { readInForce } from "./in-force.ts";
import { mergeChecked, type MergeInput } from "./merge-checked.ts";
import { slugOf } from "./promote.ts";
import { promotionFiles, questionsOf, withDependencies } from "./promotion-files.ts";
import { isExactly, prepareProposal, propose, type Proposal } from "./propose.ts";
import type { Situation } from "./situation.ts";
import { readDeciding } from "./teams.ts";
import { automaticSlug, ownAccount } from "./who.ts";

/** What one reconcile proposes at most: the next one goes on. */
const proposalsAtOnce = 20;
const automaticLabel = "cairn:automatic";

export interface AutomaticOutcome {
  readonly done: readonly PlannedAction[];
  /** What the pull-request host refused: that is no reason to keep workspaces waiting. */
  readonly findings: readonly Finding[];
}

/**
 * Opens the pull requests that the policy wants without anybody asking, and merges those whose
 * gates pass, where the policy says so. What a person closed is not opened again.
 */
export async function promoteAutomatically(
  session: RegistrySession,
  { head, state }: { readonly head: string; readonly state: LedgerState },
  signal: AbortSignal | undefined,
): Promise<AutomaticOutcome> {
  const inForce = await readInForce(session.reader, state);
  const nothing = { done: [], findings: [] };
  if ((inForce.policies.promotion?.automatic ?? []).length === 0) return nothing;
  const { stageFiles } = await session.reader.registryAt(head);
  const now = session.clock.now().toISOString();
  const wanted = automaticPromotions({ ...inForce, stageFiles }, state, now);
  if (wanted.length === 0) return nothing;
  const tags = new RemoteTags(session.mirror, signal);
  return promoteAll(session, { head, state, inForce, tags }, wanted, signal);
}

async function promoteAll(
  session: RegistrySession,
  situation: Situation,
  wanted: readonly AutomaticPromotion[],
  signal: AbortSignal | undefined,
): Promise<AutomaticOutcome> {
  const done: PlannedAction[] = [];
  const findings: Finding[] = [];
  for (const promotion of wanted.slice(0, proposalsAtOnce)) {
    signal?.throwIfAborted();
    try {
      const inForce = await readDeciding(session, situation.state);
      const decided = { ...situation, inForce };
      for await (const action of promoteOne(session, decided, promotion, signal)) {
        done.push(action);
      }
    } catch (error) {
      // Cancelled work looks like a host that is gone.
      signal?.throwIfAborted();
      if (!isOfHost(error)) throw error;
      findings.push(refusedFinding(error, promotion));
      if (error.kind === "unavailable") break;
    }
  }
  return { done, findings };
}

function isOfHost(error: unknown): error is CairnError {
  return error instanceof CairnError && error.code.startsWith("FORGE_");
}

function refusedFinding(
  { message, hint }: CairnError,
  { asset, version, to }: AutomaticPromotion,
): Finding {
  return {
    rule: "automatic-refused",
    severity: "error",
    message: [`${asset} ${version} is not promoted to ${to} by itself: ${message}`, hint ?? ""]
      .join(" ")
      .trim(),
    path: "policies/promotion.yaml",
  };
}

/** What was done so far is told before the host can refuse the rest. */
async function* promoteOne(
  session: RegistrySession,
  situation: Situation,
  promotion: AutomaticPromotion,
  signal: AbortSignal | undefined,
): AsyncIterable<PlannedAction> {
  const { mirror, forge } = session;
  const proposal = await automaticProposal(session, situation, promotion);
  const { by } = proposal;
  const prepared = await prepareProposal(mirror, proposal);
  const same = (await forge.ofBranch(prepared.branch, signal)).filter(
    ({ state }) => state !== "merged",
  );
  // A name can be taken by anybody: only what is exactly this is merged, or spared when closed.
  let mine: PullRequest | undefined;
  for (const pullRequest of same) {
    const { number } = pullRequest;
    // Read whole, so that its commits are there to be compared.
    const whole = await forge.get(number, signal);
    // Where the host vouches for accounts, what somebody else opened and closed speaks for nobody.
    const isOwn = by.login === undefined || isSameLogin(whole.author, by);
    const isThis = isOwn && (await isExactly(mirror, situation.head, whole.head, prepared));
    if (isThis) mine ??= whole;
  }
  if (mine?.state === "closed") return;
  const { pullRequest: opened, created } =
    mine === undefined
      ? await propose(session, situation.head, proposal)
      : { pullRequest: mine, created: false };
  const { number, title } = opened;
  if (created) yield { kind: "open-pull-request", number, title };
  if (promotion.merge !== "when-gates-pass") return;
  if (await mergeIfReady(session, situation, { pullRequest: opened, by })) {
    yield { kind: "merge-pull-request", number, title };
  }
}

/** False also when another controller merged it meanwhile, or a person ended it: that is theirs. */
async function mergeIfReady(
  session: RegistrySession,
  situation: Situation,
  merge: Pick<MergeInput, "pullRequest" | "by">,
): Promise<boolean> {
  try {
    const { commit } = await mergeChecked(session, situation, {
      ...merge,
      method: "merge",
      force: false,
      waits: false,
    });
    return commit !== undefined;
  } catch (error) {
    if (hasCode(error, "FORGE_PULL_REQUEST_ENDED")) return false;
    throw error;
  }
}

async function automaticProposal(
  session: RegistrySession,
  situation: Situation,
  { asset, version, to }: AutomaticPromotion,
): Promise<Proposal> {
  const registry = await session.reader.registryAt(situation.head);
  const moves = withDependencies(situation, { asset, version, to });
  const by = await ownAccount(session.forge);
  const reason = "automatic, as policies/promotion.yaml says";
  return {
    title: `Promote ${asset} ${version} to ${to}`,
    body: "Proposed by Cairn: the version runs in the stage before.",
    by,
    labels: [automaticLabel],
    reviewers: reviewersOf(situation.inForce.policies, questionsOf(moves), by),
    slug: `${automaticSlug}-${slugOf(asset)}-${to}`,
    files: await promotionFiles(session, registry, moves, { reason }),
    isOwn: true,
  };
}
