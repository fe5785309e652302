import type { Finding } from "../../domain/finding.ts";
import type { LandingMark } from "../../domain/ledger/event.ts";
import { policyInForce, type LedgerState } from "../../domain/ledger/state.ts";
import {
  isKnownIncident,
  openIncidents,
  recordableId,
  type ObservedIncident,
} from "../../domain/plan/incidents.ts";
import type { Registry } from "../../domain/registry.ts";
import { foldDrafts, type EventDraft } from "../ledger/draft.ts";
import type { Change, JudgeContext } from "../promote/change.ts";
import type { ContentJudgement } from "../promote/judge-content.ts";
import type { PolicyJudgement } from "../promote/judge-policy.ts";
import { readChange } from "../promote/read-change.ts";
import { draftDeprecations } from "./derive-deprecations.ts";
import { draftMoves, draftSuperseded } from "./derive-moves.ts";
import { draftIncident, judgeLanding } from "./judge-landing.ts";
import type { Landing } from "./landings.ts";
import type { RemoteTags } from "./observe.ts";
import { avoidTakenTags } from "./taken-tags.ts";

/** What one landing brings to the ledger. */
export interface Landed {
  readonly commit: string;
  /** Under the policy that was in force before it. */
  readonly registry: Registry;
  /** In the order in which they are written; the last one says that the landing is dealt with. */
  readonly drafts: readonly EventDraft[];
  /** What publishing met; the registry's own findings are judged when everything is published. */
  readonly findings: readonly Finding[];
}

interface LandingInput {
  readonly landing: Landing;
  readonly state: LedgerState;
  readonly tags: RemoteTags;
}

export async function deriveLanding(
  context: JudgeContext,
  { landing, state, tags }: LandingInput,
): Promise<Landed> {
  const before = await readChange(context, { ...landing, state });
  const { registry } = before;
  const commit = landing.commit.id;
  if (registry.settings === undefined) return { commit, registry, drafts: [], findings: [] };
  const judgement = await judgeLanding(context, before, tags);
  const { change, incidents, content, publications, policy, moves, findings } = judgement;
  const published =
    foldDrafts(change.state, publications.drafts, context.clock.now()) ?? change.state;
  const drafts: readonly EventDraft[] = [
    ...incidents,
    ...unreviewedIncidents(change, content).map((incident) => draftIncident(incident, state)),
    ...content.ended.map(({ id, how }) => draftResolved(state, change.landing, id, how)),
    ...publications.drafts,
    ...draftPolicy(change, policy),
    // A version may come with its warning.
    ...draftDeprecations({ ...change, state: published }),
    ...draftSuperseded(change.state, moves.touched, change.landing),
    ...(await avoidTakenTags(draftMoves(change, moves, context.clock.now()), change.state, tags)),
  ];
  return { commit, registry, drafts: markProcessed(drafts, commit), findings };
}

/**
 * Only the last event of a landing says that the landing is dealt with: killed in between, the
 * next reconcile looks at it again, and what is recorded already is found unchanged.
 */
function markProcessed(drafts: readonly EventDraft[], commit: string): readonly EventDraft[] {
  return drafts.map((draft, index) =>
    index === drafts.length - 1 ? { ...draft, processed: commit } : draft,
  );
}

function unreviewedIncidents(
  { state, after, landing }: Change,
  { unreviewed }: ContentJudgement,
): readonly ObservedIncident[] {
  const incidents = unreviewed.map(({ asset, reason }): ObservedIncident => ({
    id: recordableId(`unreviewed-content/${asset.key}/${after.slice(0, 12)}`, state),
    kind: "unreviewed-content",
    asset: asset.key,
    observed: after,
    message: `${reason} It came with ${landing.commit.slice(0, 12)} by ${landing.author} and gets no version`,
  }));
  return incidents.filter(({ id }) => !isKnownIncident(id, state));
}

function draftResolved(
  { processed }: LedgerState,
  landing: LandingMark,
  incident: string,
  how: "reviewed" | "restored",
): EventDraft {
  const { pull_request: number, author, commit } = landing;
  const by = number === undefined ? author : `pull request #${number}`;
  const reason = `landed as ${commit.slice(0, 12)}`;
  return { type: "resolved", processed, incident, how, by, reason };
}

/** A change of the policy takes effect, or is an incident without any. */
function draftPolicy(change: Change, policy: PolicyJudgement): readonly EventDraft[] {
  const { state, landing, after: commit } = change;
  const { processed } = state;
  const open = openIncidents(state).filter(({ event }) => event.kind === "policy-unaccepted");
  const end = (how: "reviewed" | "restored"): readonly EventDraft[] =>
    open.map(({ event }) => draftResolved(state, landing, event.id, how));
  if (policy.outcome === "none") return policy.isInForce ? end("restored") : [];
  if (policy.outcome === "refused") return draftUnaccepted(change, policy);
  const { digest, approvals } = policy;
  const cause = "pull-request";
  return [
    { type: "policy-accepted", processed, policy: digest, commit, cause, approvals, landing },
    ...end("reviewed"),
  ];
}

function draftUnaccepted(
  { state, after }: Change,
  { paths, reasons }: PolicyJudgement,
): readonly EventDraft[] {
  const id = recordableId(`policy-unaccepted/${after.slice(0, 12)}`, state);
  if (isKnownIncident(id, state)) return [];
  const what = paths.slice(0, 3).join(", ") || "the policy";
  const incident: ObservedIncident = {
    id,
    kind: "policy-unaccepted",
    expected: policyInForce(state).commit,
    observed: after,
    message: `the change of ${what} is not in force. ${reasons.join(" ")}`,
  };
  return [draftIncident(incident, state)];
}
