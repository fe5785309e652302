import { parseJsonObject } from "../../shared/json.ts";
import type { Cache } from "../ledger/cache.ts";

const cacheKey = "quiet-landings.json";

/**
 * The newest landing up to which nothing was to be written or refused, by what this ledger says:
 * looked at again, they would bring nothing again. The ledger itself is only told of landings that
 * it has an event of.
 */
export async function readQuiet(cache: Cache, ledger: string): Promise<string | undefined> {
  // A torn cache is no cache.
  const value = parseJsonObject((await cache.get(cacheKey)) ?? "");
  if (value?.["ledger"] !== ledger) return undefined;
  return typeof value["commit"] === "string" ? value["commit"] : undefined;
}

export async function saveQuiet(cache: Cache, ledger: string, commit: string): Promise<void> {
  await cache.set(cacheKey, JSON.stringify({ ledger, commit }));
}
