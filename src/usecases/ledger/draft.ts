import type {
  AcceptedEvent,
  AdoptedEvent,
  IncidentEvent,
  LedgerEvent,
  PublishedEvent,
  ResolvedEvent,
} from "../../domain/ledger/event.ts";
import { ledgerFormat } from "../../domain/ledger/event.ts";
import {
  assetState,
  findVersion,
  LedgerFold,
  type LedgerState,
} from "../../domain/ledger/state.ts";
import { acceptedTag, publishedTag, type TagContent } from "../../domain/ledger/tag.ts";

type Drafted<Event> = Omit<Event, "format" | "at" | "tags">;

/** An event that is decided and not yet written: it has no time and its tags have no object. */
export type EventDraft =
  | Drafted<AdoptedEvent>
  | Drafted<PublishedEvent>
  | Drafted<AcceptedEvent>
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
  if (draft.type === "accepted") {
    const event = { ...draft, format: ledgerFormat, at };
    const asset = state === undefined ? undefined : assetState(state, draft.asset);
    const commit = findVersion(asset, draft.version)?.commit ?? draft.landing.commit;
    return {
      event: { ...event, tags: [] },
      tag: acceptedTag(event, commit, (asset?.stageTagCount ?? 0) + 1),
    };
  }
  return { event: { ...draft, format: ledgerFormat, at }, tag: undefined };
}

/** The state as if the drafts were written: what the next decision builds on. */
export function foldDrafts(
  state: LedgerState | undefined,
  drafts: readonly EventDraft[],
  now: Date,
): LedgerState | undefined {
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
    draft.type === "published" || draft.type === "accepted" ? lastTagTime(draft, state) : undefined;
  if (last !== undefined) candidates.push(last + 1000);
  return `${new Date(Math.max(...candidates)).toISOString().slice(0, 19)}Z`;
}

function lastTagTime(
  draft: Drafted<PublishedEvent> | Drafted<AcceptedEvent>,
  state: LedgerState | undefined,
): number | undefined {
  const asset = state === undefined ? undefined : assetState(state, draft.asset);
  if (asset === undefined) return undefined;
  const times = [
    ...asset.versions.map((version) => Date.parse(version.publishedAt)),
    ...Object.values(asset.stages).flatMap((entries) =>
      entries.map((entry) => Date.parse(entry.since)),
    ),
  ];
  return times.length === 0 ? undefined : Math.max(...times);
}
