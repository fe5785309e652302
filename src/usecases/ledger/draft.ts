import type { AssetKey } from "../../domain/asset.ts";
import type {
  AcceptedEvent,
  AdoptedEvent,
  BlockedEvent,
  DeprecatedEvent,
  IncidentEvent,
  LedgerEvent,
  PolicyAcceptedEvent,
  PublishedEvent,
  ResolvedEvent,
  WaitingEvent,
  WithdrawnEvent,
} from "../../domain/ledger/event.ts";
import { ledgerFormat } from "../../domain/ledger/event.ts";
import { LedgerFold } from "../../domain/ledger/fold.ts";
import {
  assetState,
  findVersion,
  type AssetState,
  type LedgerState,
} from "../../domain/ledger/state.ts";
import {
  acceptedTag,
  publishedTag,
  withdrawnTag,
  type TagContent,
} from "../../domain/ledger/tag.ts";

type Drafted<Event> = Omit<Event, "format" | "at" | "tags">;

/** A tag with a running number, and names that it must pass over because others took them. */
interface Numbered {
  readonly takenTags?: readonly string[];
}

/** An event that is decided and not yet written: it has no time and its tags have no object. */
export type EventDraft =
  | Drafted<AdoptedEvent>
  | Drafted<PublishedEvent>
  | (Drafted<AcceptedEvent> & Numbered)
  | (Drafted<WithdrawnEvent> & Numbered)
  | Drafted<WaitingEvent>
  | Drafted<BlockedEvent>
  | Drafted<PolicyAcceptedEvent>
  | Drafted<DeprecatedEvent>
  | Drafted<IncidentEvent>
  | Drafted<ResolvedEvent>;

/** The event as it will stand in the ledger, and the tag it makes, if any. */
export interface DatedEvent {
  readonly event: LedgerEvent;
  readonly tag: TagContent | undefined;
}

/**
 * Gives a draft its time: Cairn's clock, never before the ledger's newest event, and a second
 * after the asset's last tag, so that tag dates grow strictly (GTO orders by them).
 */
export function dateDraft(
  draft: EventDraft,
  state: LedgerState | undefined,
  now: Date,
): DatedEvent {
  const at = eventTime(draft, state, now);
  if (draft.type === "published") {
    const event = { ...draft, format: ledgerFormat, at };
    return { event: { ...event, tags: [] }, tag: publishedTag(event) };
  }
  if (draft.type === "accepted" || draft.type === "withdrawn") {
    return dateMove(draft, state, at);
  }
  return { event: { ...draft, format: ledgerFormat, at }, tag: undefined };
}

function dateMove(
  draft: Extract<EventDraft, { readonly type: "accepted" | "withdrawn" }>,
  state: LedgerState | undefined,
  at: string,
): DatedEvent {
  const asset = state === undefined ? undefined : assetState(state, draft.asset);
  const commit = findVersion(asset, draft.version)?.commit ?? draft.landing.commit;
  const count = nextStageTag(asset, draft);
  if (draft.type === "accepted") {
    const { takenTags: _, ...decided } = draft;
    const event = { ...decided, format: ledgerFormat, at };
    return { event: { ...event, tags: [] }, tag: acceptedTag(event, commit, count) };
  }
  const { takenTags: _, ...decided } = draft;
  const event = { ...decided, format: ledgerFormat, at };
  return { event: { ...event, tags: [] }, tag: withdrawnTag(event, commit, count) };
}

/** One above every number that the ledger gave to this asset, past those that others took. */
function nextStageTag(asset: AssetState | undefined, { takenTags = [] }: Numbered): number {
  const own = Object.values(asset?.stages ?? {}).flatMap((entries) =>
    entries.flatMap(({ tags }) => tags.map(({ name }) => numberOf(name))),
  );
  const taken = new Set(takenTags.map(numberOf));
  let next = Math.max(0, ...own) + 1;
  while (taken.has(next)) next += 1;
  return next;
}

function numberOf(tag: string): number {
  const digits = /#([0-9]{1,9})(?:\/|$)/.exec(tag)?.[1];
  return Number(digits ?? 0);
}

/** Drafts of one such group are written in one push: accepted together or not at all. */
export function groupOf(draft: EventDraft): string | undefined {
  if (draft.type === "withdrawn") return draft.landing.commit;
  return draft.type === "accepted" && draft.cause !== "adopted" ? draft.landing.commit : undefined;
}

/** The state as if the drafts were written: what the next decision builds on. */
export function foldDrafts(
  state: LedgerState | undefined,
  drafts: readonly EventDraft[],
  now: Date,
): LedgerState | undefined {
  // The very same state: what was found out about it is known by it.
  if (drafts.length === 0) return state;
  const fold = new LedgerFold(state);
  for (const draft of drafts) {
    const { event } = dateDraft(draft, fold.state, now);
    fold.add({ commit: fold.state?.head ?? "", event });
  }
  return fold.state;
}

function eventTime(draft: EventDraft, state: LedgerState | undefined, now: Date): string {
  const candidates = [now.getTime(), state === undefined ? 0 : Date.parse(state.at)];
  const last =
    draft.type === "published" || draft.type === "accepted" || draft.type === "withdrawn"
      ? lastTagTime(draft.asset, state)
      : undefined;
  if (last !== undefined) candidates.push(last + 1000);
  return `${new Date(Math.max(...candidates)).toISOString().slice(0, 19)}Z`;
}

function lastTagTime(key: AssetKey, state: LedgerState | undefined): number | undefined {
  const asset = state === undefined ? undefined : assetState(state, key);
  if (asset === undefined) return undefined;
  const times = [
    ...asset.versions.map((version) => Date.parse(version.publishedAt)),
    ...Object.values(asset.stages).flatMap((entries) =>
      entries.map(({ since, until }) => Date.parse(until ?? since)),
    ),
  ];
  return times.length === 0 ? undefined : Math.max(...times);
}
