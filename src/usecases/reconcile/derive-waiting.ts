import type { AssetKey } from "../../domain/asset.ts";
import type { WaitingEvent } from "../../domain/ledger/event.ts";
import { policyInForce, type LedgerState } from "../../domain/ledger/state.ts";
import type { Forge } from "../../forge/forge.ts";
import { foldDrafts, type EventDraft } from "../ledger/draft.ts";
import type { JudgeContext } from "../promote/change.ts";
import { judgeMoves } from "../promote/judge-moves.ts";
import { readWaitingChange } from "../promote/read-change.ts";
import { observedIncidents } from "./judge-landing.ts";
import { draftGivenUp, draftMoves } from "./derive-moves.ts";
import type { RemoteTags } from "./observe.ts";
import { avoidTakenTags } from "./taken-tags.ts";

interface WaitingInput {
  /** After the landings of this look. */
  readonly state: LedgerState;
  /** Before them. */
  readonly before: LedgerState;
  readonly tags: RemoteTags;
}

/**
 * Looks again at the landings that wait for time. They are judged as on the first day, by the
 * policy that is in force now: only time may have turned a gate green, anything else that fails now
 * ends the waiting.
 */
export async function deriveWaiting(
  context: JudgeContext & { readonly forge: Forge },
  { state, before, tags }: WaitingInput,
): Promise<readonly EventDraft[]> {
  const drafts: EventDraft[] = [];
  let current = state;
  for (const waiting of Object.values(state.waiting)) {
    // What began to wait in this very look was judged a moment ago.
    if (!Object.hasOwn(before.waiting, waiting.landing.commit)) continue;
    const next = await deriveOne(context, { waiting, state: current, tags });
    drafts.push(...next);
    current = foldDrafts(current, next, context.clock.now()) ?? current;
  }
  return drafts;
}

interface OneInput {
  readonly waiting: WaitingEvent;
  readonly state: LedgerState;
  readonly tags: RemoteTags;
}

async function deriveOne(
  context: JudgeContext & { readonly forge: Forge },
  { waiting, state: known, tags }: OneInput,
): Promise<readonly EventDraft[]> {
  const now = context.clock.now();
  if (now.getTime() >= Date.parse(waiting.expires)) {
    const reason = "It waited for 30 days: open a new pull request.";
    return [draftGivenUp(known, waiting, reason)];
  }
  if (isTooEarly(waiting, known, now)) return [];
  const keys = [...new Set(waiting.moves.map(({ asset }): AssetKey => asset))];
  const incidents = await observedIncidents(keys, known, tags);
  const state = foldDrafts(known, incidents, now) ?? known;
  const change = await readWaitingChange(context, waiting, state);
  const judgement = await judgeMoves(context, change);
  if (judgement.outcome === "waiting") return incidents;
  const drafts = await avoidTakenTags(draftMoves(change, judgement, now), state, tags);
  const ended =
    drafts.length > 0 ? drafts : [draftGivenUp(state, waiting, "Its stages run that already.")];
  return [...incidents, ...ended];
}

/**
 * Nothing but time was missing, and it is not over: what else could fail is looked at then. Another
 * policy may have another opinion of how long it takes.
 */
function isTooEarly({ until, at }: WaitingEvent, state: LedgerState, now: Date): boolean {
  if (until === undefined || now.getTime() >= Date.parse(until)) return false;
  return Date.parse(policyInForce(state).since) < Date.parse(at);
}
