import type { LedgerEntry } from "../../domain/ledger/event.ts";
import { foldLedger } from "../../domain/ledger/fold.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import type { GitMirror } from "../../git/git.ts";
import { parseLedgerMessage } from "../../registry/ledger-event-yaml.ts";
import { isJsonObject, parseJsonObject } from "../../shared/json.ts";
import { isKnownAncestor } from "./ancestry.ts";
import type { Cache } from "./cache.ts";

/** Bumped when a cached fold of an older Cairn would be read wrongly. */
const cacheFormat = 3;
const cacheKey = "ledger-state.json";

/**
 * The newest state of each open registry: asked again about the same tip, the answer is the same
 * object, so that what was found out about it is known by it.
 */
const loaded = new WeakMap<Cache, LedgerState>();

/**
 * The state that the ledger's tip stands for; `undefined` before adoption. The fold is cached by
 * the tip it belongs to and continued from there, so a reconcile reads only what is new.
 */
export async function loadState(
  mirror: GitMirror,
  tip: string | undefined,
  cache: Cache,
): Promise<LedgerState | undefined> {
  if (tip === undefined) return undefined;
  const cached = loaded.get(cache) ?? (await readCached(cache));
  if (cached?.head === tip) {
    loaded.set(cache, cached);
    return cached;
  }
  const start =
    cached !== undefined && (await isKnownAncestor(mirror, cached.head, tip)) ? cached : undefined;
  const entries: LedgerEntry[] = [];
  for await (const { id, message } of mirror.readLedger(tip, start?.head)) {
    entries.push({ commit: id, event: parseLedgerMessage(id, message) });
  }
  const state = foldLedger(start, entries);
  if (state !== undefined) await saveState(state, cache);
  return state;
}

/** Does nothing when it was the last one to be saved, or what was loaded last. */
export async function saveState(state: LedgerState, cache: Cache): Promise<void> {
  if (loaded.get(cache)?.head === state.head) return;
  loaded.set(cache, state);
  await cache.set(cacheKey, JSON.stringify({ format: cacheFormat, state }));
}

async function readCached(cache: Cache): Promise<LedgerState | undefined> {
  // A torn cache is no cache.
  const value: unknown = parseJsonObject((await cache.get(cacheKey)) ?? "");
  return isCachedState(value) ? value.state : undefined;
}

function isCachedState(value: unknown): value is { readonly state: LedgerState } {
  return (
    isJsonObject(value) &&
    value["format"] === cacheFormat &&
    isJsonObject(value["state"]) &&
    typeof value["state"]["head"] === "string"
  );
}
