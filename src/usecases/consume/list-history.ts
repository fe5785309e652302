import type { LedgerEvent } from "../../domain/ledger/event.ts";
import { eventSubject } from "../../domain/ledger/event.ts";
import { formatAssetKey } from "../../domain/asset.ts";
import { parseLedgerMessage } from "../../registry/ledger-event-yaml.ts";
import { redact } from "../../shared/redact.ts";
import type { HistoryItem, Page } from "../app.ts";
import { observe } from "../reconcile/observe.ts";
import { registryNotAdopted } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { findAsset } from "./find-asset.ts";

/** What the ledger recorded, newest first; of one asset if asked. The cursor is a ledger commit. */
export async function listHistory(
  session: RegistrySession,
  request: { readonly asset?: string; readonly limit: number; readonly cursor?: string },
): Promise<Page<HistoryItem>> {
  const { ledger, state } = await observe(session.mirror, session.cache);
  if (state === undefined || ledger === undefined) throw registryNotAdopted(session.url);
  const asset =
    request.asset === undefined ? undefined : formatAssetKey(findAsset(state, request.asset).id);
  const items: HistoryItem[] = [];
  for await (const { id, message } of session.mirror.readLedger(ledger)) {
    const event = parseLedgerMessage(id, message);
    if (asset === undefined || isAbout(event, asset)) items.push(historyItem(id, event, asset));
  }
  items.reverse();
  const after = items.findIndex((item) => item.ledger === request.cursor) + 1;
  const page = items.slice(after, after + request.limit);
  return {
    items: page,
    next: after + request.limit < items.length ? page.at(-1)?.ledger : undefined,
  };
}

function isAbout(event: LedgerEvent, asset: string): boolean {
  if ("moves" in event) return event.moves.some((move) => move.asset === asset);
  return "asset" in event && event.asset === asset;
}

function historyItem(ledger: string, event: LedgerEvent, asked: string | undefined): HistoryItem {
  return {
    at: event.at,
    type: event.type,
    subject: redact(eventSubject(event)),
    ...subjectOf(event, asked),
    author: "landing" in event ? (event.landing.requester ?? event.landing.author) : undefined,
    commit: "landing" in event ? event.landing.commit : undefined,
    ledger,
  };
}

/** Of an event about several stage files what was asked for, or nothing: one would stand for all. */
function subjectOf(
  event: LedgerEvent,
  asked: string | undefined,
): Pick<HistoryItem, "asset" | "version" | "stage"> {
  if ("moves" in event) {
    const moves = event.moves.filter(({ asset }) => asked === undefined || asset === asked);
    const [only, ...others] = moves;
    const { asset, version, stage } = others.length === 0 ? (only ?? none) : none;
    return { asset: asset ?? asked, version, stage };
  }
  return {
    asset: "asset" in event ? event.asset : undefined,
    version: "version" in event ? event.version : undefined,
    stage: "stage" in event ? event.stage : undefined,
  };
}

const none = { asset: undefined, version: undefined, stage: undefined };
