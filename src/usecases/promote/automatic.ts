import { automaticPromotions, type AutomaticPromotion } from "../../domain/plan/automatic.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import { cairnIdentity } from "../../domain/ledger/tag.ts";
import type { PullRequest } from "../../domain/pull-request.ts";
import { hasCode } from "../../shared/errors.ts";
import type { PlannedAction } from "../app.ts";
import { RemoteTags } from "../reconcile/observe.ts";
import type { RegistrySession } from "../session.ts";
import { readInForce } from "./in-force.ts";
import { mergeChecked } from "./merge-checked.ts";
import { slugOf } from "./promote.ts";
import { promotionFiles, withDependencies } from "./promotion-files.ts";
import { isExactly, prepareProposal, propose, type Proposal } from "./propose.ts";
import type { Situation } from "./situation.ts";

/** What one reconcile proposes at most: the next one goes on. */
const proposalsAtOnce = 20;
const automaticLabel = "cairn:automatic";

/**
 * Opens the pull requests that the policy wants without anybody asking, and merges those whose
 * gates pass, where the policy says so. What a person closed is not opened again.
 */
export async function promoteAutomatically(
  session: RegistrySession,
  { head, state }: { readonly head: string; readonly state: LedgerState },
  signal: AbortSignal | undefined,
): Promise<readonly PlannedAction[]> {
  const inForce = await readInForce(session.reader, state);
  if ((inForce.policies.promotion?.automatic ?? []).length === 0) return [];
  const { stageFiles } = await session.reader.registryAt(head);
  const now = session.clock.now().toISOString();
  const wanted = automaticPromotions({ ...inForce, stageFiles }, state, now);
  if (wanted.length === 0) return [];
  const known = await session.forge.list(["open", "closed"], signal);
  const situation: Situation = {
    head,
    state,
    inForce,
    tags: new RemoteTags(session.mirror, signal),
  };
  const done: PlannedAction[] = [];
  for (const promotion of wanted.slice(0, proposalsAtOnce)) {
    signal?.throwIfAborted();
    done.push(...(await promoteOne(session, situation, promotion, known)));
  }
  return done;
}

async function promoteOne(
  session: RegistrySession,
  situation: Situation,
  promotion: AutomaticPromotion,
  known: readonly PullRequest[],
): Promise<readonly PlannedAction[]> {
  const { mirror } = session;
  const proposal = await automaticProposal(session, situation, promotion);
  const prepared = await prepareProposal(mirror, proposal);
  const same = known.filter(({ branch }) => branch === prepared.branch);
  // A name can be taken by anybody: only what is exactly this is merged, or spared when closed.
  let mine: PullRequest | undefined;
  for (const pullRequest of same) {
    const isThis = await isExactly(mirror, situation.head, pullRequest.head, prepared);
    if (isThis) mine ??= pullRequest;
  }
  if (mine?.state === "closed") return [];
  const { pullRequest: opened, created } =
    mine === undefined
      ? await propose(session, situation.head, proposal)
      : { pullRequest: mine, created: false };
  const { number, title } = opened;
  const done: PlannedAction[] = created ? [{ kind: "open-pull-request", number, title }] : [];
  if (promotion.merge !== "when-gates-pass") return done;
  if (await mergeIfReady(session, situation, opened)) {
    done.push({ kind: "merge-pull-request", number, title });
  }
  return done;
}

/** False also when another controller merged it meanwhile, or a person ended it: that is theirs. */
async function mergeIfReady(
  session: RegistrySession,
  situation: Situation,
  pullRequest: PullRequest,
): Promise<boolean> {
  try {
    const { commit } = await mergeChecked(session, situation, {
      pullRequest,
      by: { ...cairnIdentity, isBot: true },
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
  const reason = "automatic, as policies/promotion.yaml says";
  return {
    title: `Promote ${asset} ${version} to ${to}`,
    body: "Proposed by Cairn: the version runs in the stage before.",
    by: { ...cairnIdentity, isBot: true },
    labels: [automaticLabel],
    slug: `automatic-${slugOf(asset)}-${to}`,
    files: await promotionFiles(session, registry, moves, { reason }),
    isOwn: true,
  };
}
