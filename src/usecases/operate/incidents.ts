import type { AcceptedEvent, PublishedEvent, WithdrawnEvent } from "../../domain/ledger/event.ts";
import {
  assetState,
  findVersion,
  type IncidentState,
  type LedgerState,
} from "../../domain/ledger/state.ts";
import { cairnIdentity } from "../../domain/ledger/tag.ts";
import {
  acceptedTag,
  publishedTag,
  withdrawnTag,
  type TagContent,
} from "../../domain/ledger/tag.ts";
import { CairnError } from "../../shared/errors.ts";
import { redact } from "../../shared/redact.ts";
import { parseLedgerMessage } from "../../registry/ledger-event-yaml.ts";
import type { IncidentItem, Page, ResolveIncidentRequest } from "../app.ts";
import { isInHistory } from "../ledger/ancestry.ts";
import type { EventDraft } from "../ledger/draft.ts";
import { Races } from "../ledger/races.ts";
import { recordEvents } from "../ledger/record.ts";
import { ledgerUnwritable } from "../errors.ts";
import { observe, type Observation } from "../reconcile/observe.ts";
import { registryNotAdopted, requireState } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";

/** Newest first; open ones before resolved ones. */
export async function listIncidents(session: RegistrySession): Promise<Page<IncidentItem>> {
  const state = await requireState(session);
  const items = Object.values(state.incidents).map(incidentItem).toReversed();
  const open = items.filter((item) => item.resolved === undefined);
  return {
    items: [...open, ...items.filter((item) => item.resolved !== undefined)],
    next: undefined,
  };
}

/**
 * Ends an incident: puts the tag back as the ledger names it, or leaves things as they are. Rejects
 * with `INCIDENT_MISSING`, `INCIDENT_RESOLVED` or `INCIDENT_NOT_RESTORABLE`.
 */
export async function resolveIncident(
  session: RegistrySession,
  request: ResolveIncidentRequest,
): Promise<IncidentItem> {
  const races = new Races();
  for (;;) {
    const observation = await observe(session.mirror, session.cache);
    const { state } = observation;
    if (state === undefined) throw registryNotAdopted(session.url);
    const incident = requireKnown(state, request.id);
    if (incident.resolved !== undefined) {
      // The push that nobody answered was this one.
      if (races.isInDoubt && incident.resolved.by === request.by) return incidentItem(incident);
      throw alreadyResolved(request.id, incident.resolved);
    }
    if (request.how === "restore") await restoreTag(session, observation, state, incident);
    const draft = await draftResolution(session, request, { ...observation, state }, incident);
    const outcome = await recordEvents(session, state, [draft]);
    if (outcome.outcome === "lost-race") {
      await races.lose(outcome);
      continue;
    }
    const [refused] = outcome.refused;
    if (refused !== undefined) throw ledgerUnwritable(refused.reason);
    return incidentItem(requireKnown(outcome.state ?? state, request.id));
  }
}

async function draftResolution(
  { mirror }: RegistrySession,
  request: ResolveIncidentRequest,
  { head, state: { processed } }: Observation & { readonly state: LedgerState },
  { event }: IncidentState,
): Promise<EventDraft> {
  // Only from a branch that is still another: what landed on the old one must not be passed over.
  const goesOn =
    event.kind === "history-rewritten" &&
    head !== undefined &&
    !(await isInHistory(mirror, processed, head));
  return {
    type: "resolved",
    processed: goesOn ? head : processed,
    incident: event.id,
    how: request.how === "restore" ? "restored" : "acknowledged",
    by: request.by,
    ...(request.reason === undefined ? {} : { reason: request.reason }),
  };
}

async function restoreTag(
  session: RegistrySession,
  { tags }: Observation,
  state: LedgerState,
  { event }: IncidentState,
): Promise<void> {
  const { tag, expected } = event;
  if (tag === undefined || expected === undefined) throw notRestorable(event.id);
  const observed = (await tags.all()).get(tag);
  if (observed === expected) return;
  const object = await rebuildTag(session, state, tag);
  if (object !== expected) throw notRestorable(event.id);
  const outcome = await session.mirror.push([
    { ref: `refs/tags/${tag}`, expected: observed, next: object },
  ]);
  if (!outcome.accepted) throw ledgerUnwritable([...outcome.refs.values()].join("; "));
}

/** A tag is a function of its event, so the very same object can be made again. */
async function rebuildTag(
  { mirror }: RegistrySession,
  state: LedgerState,
  name: string,
): Promise<string | undefined> {
  for await (const { id, message } of mirror.readLedger(state.head)) {
    const event = parseLedgerMessage(id, message);
    if (!("tags" in event) || !event.tags.some((mark) => mark.name === name)) continue;
    const content = tagOf(event, state, Number(name.split("#").at(-1)));
    const { target, message: text, timestamp } = content;
    return mirror.writeTag({
      name,
      target,
      message: text,
      tagger: { ...cairnIdentity, timestamp },
    });
  }
  return undefined;
}

function tagOf(
  event: PublishedEvent | AcceptedEvent | WithdrawnEvent,
  state: LedgerState,
  count: number,
): TagContent {
  if (event.type === "published") return publishedTag(event);
  const published = findVersion(assetState(state, event.asset), event.version);
  const commit = published?.commit ?? event.landing.commit;
  return event.type === "accepted"
    ? acceptedTag(event, commit, count)
    : withdrawnTag(event, commit, count);
}

function alreadyResolved(
  id: string,
  { how, by }: NonNullable<IncidentState["resolved"]>,
): CairnError {
  return new CairnError({
    code: "INCIDENT_RESOLVED",
    kind: "invalid",
    message: `The incident ${id} was ${how} by ${by} already.`,
  });
}

function requireKnown(state: LedgerState, id: string): IncidentState {
  const incident = Object.hasOwn(state.incidents, id) ? state.incidents[id] : undefined;
  if (incident !== undefined) return incident;
  throw new CairnError({
    code: "INCIDENT_MISSING",
    kind: "missing",
    message: `There is no incident "${id}".`,
    hint: "cairn incident list shows their ids.",
  });
}

function incidentItem({ event, resolved }: IncidentState): IncidentItem {
  return { id: event.id, kind: event.kind, at: event.at, message: redact(event.message), resolved };
}

function notRestorable(id: string): CairnError {
  return new CairnError({
    code: "INCIDENT_NOT_RESTORABLE",
    kind: "invalid",
    message: `The incident ${id} is not about a tag of the ledger, so there is nothing to put back.`,
    hint: "Remove a foreign tag with git, put a rewritten branch back with git; then resolve with --acknowledge.",
  });
}
