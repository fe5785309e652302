import { parseAssetKey } from "../asset.ts";
import { isPrerelease } from "../version.ts";
import { compareEntries, entryId, type IndexDocument, type IndexEntry } from "./index-document.ts";

/**
 * What a workspace has under `models/taxi-fare@3`, `@prod` (the stage it follows), `@latest` or
 * without any of these (the stage's version, else the newest); `undefined` when it has none.
 */
export function resolveInIndex(document: IndexDocument, reference: string): IndexEntry | undefined {
  const at = reference.indexOf("@");
  const asset = at < 0 ? reference : reference.slice(0, at);
  const selector = at < 0 ? undefined : reference.slice(at + 1);
  if (!parseAssetKey(asset).ok) return undefined;
  const entries = document.assets.filter((entry) => entryId(entry).asset === asset);
  const exact = entries.find((entry) => entry.version === selector);
  if (exact !== undefined) return exact;
  const current = entries.filter((entry) => entry.state === "current").sort(compareEntries);
  const ofStage = current.find((entry) => entry.roles.includes("stage"));
  const latest = current.findLast((entry) => !isPrerelease(entry.version)) ?? current.at(-1);
  if (selector === undefined) return ofStage ?? latest;
  if (selector === document.stage) return ofStage;
  return selector === "latest" ? latest : undefined;
}
