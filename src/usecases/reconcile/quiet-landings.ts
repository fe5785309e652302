import { isJsonObject } from "../../shared/json.ts";
import type { Cache } from "../ledger/cache.ts";

const cacheKey = "quiet-landings.json";

/**
 * The newest landing up to which nothing was to be written or refused, by what this ledger says:
 * looked at again, they would bring nothing again. The ledger itself is only told of landings that
 * it has an event of.
 */
export async function readQuiet(cache: Cache, ledger: string): Promise<string | undefined> {
  const text = await cache.get(cacheKey);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!isJsonObject(value) || value["ledger"] !== ledger) return undefined;
    return typeof value["commit"] === "string" ? value["commit"] : undefined;
  } catch {
    return undefined; // A torn cache is no cache.
  }
}

export async function saveQuiet(cache: Cache, ledger: string, commit: string): Promise<void> {
  await cache.set(cacheKey, JSON.stringify({ ledger, commit }));
}
