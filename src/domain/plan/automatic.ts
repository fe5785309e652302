import type { AssetKey } from "../asset.ts";
import {
  assetState,
  findVersion,
  stageEntries,
  stageKeysOf,
  stageVersion,
  type LedgerState,
  type StageEntry,
} from "../ledger/state.ts";
import { stageFileOf } from "../lookup.ts";
import type { AutomaticRule } from "../promotion/policy.ts";
import type { Registry, StageFile } from "../registry.ts";

/** A promotion that the policy wants without anybody asking. */
export interface AutomaticPromotion {
  readonly asset: AssetKey;
  readonly version: string;
  readonly to: string;
  readonly merge: AutomaticRule["merge"];
}

/**
 * What automation would propose now: what the stage before runs, forward only, past no
 * hold, and never what was asked for already. After a person chose another version than the newest
 * candidate, a rollback say, it leaves the asset alone until a person chooses the newest again.
 */
export function automaticPromotions(
  { policies, settings, stageFiles }: Pick<Registry, "policies" | "settings" | "stageFiles">,
  state: LedgerState,
  now: string,
): readonly AutomaticPromotion[] {
  const found = new Map<string, AutomaticPromotion>();
  for (const rule of usableRules(policies, settings)) {
    const { to, merge } = rule;
    for (const asset of stageKeysOf(state, rule.from)) {
      const key = `${to}/${asset}`;
      if (found.has(key) || !rule.selects(asset)) continue;
      const version = candidate(state, asset, rule);
      const file = stageFileOf({ stageFiles }, to, asset);
      if (version === undefined || isAsked(file, version) || isHeld(file, now)) continue;
      found.set(key, { asset, version, to, merge });
    }
  }
  return [...found.values()];
}

function usableRules(
  { promotion }: Registry["policies"],
  settings: Registry["settings"],
): readonly AutomaticRule[] {
  const { stages = [], followedStages = [] } = settings ?? {};
  const rules = promotion?.automatic ?? [];
  return rules.filter(({ to }) => stages.includes(to) && !followedStages.includes(to));
}

function candidate(
  state: LedgerState,
  asset: AssetKey,
  { from, to }: AutomaticRule,
): string | undefined {
  const known = assetState(state, asset);
  const version = stageVersion(known, from)?.version;
  const entries = stageEntries(known, to);
  if (known === undefined || version === undefined) return undefined;
  if (entries.some((entry) => entry.version === version)) return undefined;
  const newest = entries.at(-1);
  // What was there before Cairn stays where it was, until something new comes.
  const isOld = findVersion(known, version)?.commit === state.baseline;
  if (newest === undefined) return isOld ? undefined : version;
  const order = known.versions.map((other) => other.version);
  const isForward = order.indexOf(version) > order.indexOf(newest.version);
  const chosenThen = stageVersion(known, from, newest.since)?.version;
  return isForward && !isLeftAlone(newest, chosenThen) ? version : undefined;
}

/** A person's last word that was not the newest candidate, a withdrawal too. */
function isLeftAlone(
  { version, until, isAutomatic, cause }: StageEntry,
  chosenThen: string | undefined,
): boolean {
  if (until !== undefined) return true;
  // Adoption takes over what is there: that was nobody's choice.
  return !isAutomatic && cause !== "adopted" && chosenThen !== version;
}

/** What the branch asks for already, waits, or was refused: the next try is a person's. */
function isAsked(file: StageFile | undefined, version: string): boolean {
  return file !== undefined && (file.isBroken || file.version === version);
}

function isHeld(file: StageFile | undefined, now: string): boolean {
  if (file?.hold === undefined) return false;
  const { until } = file.hold;
  return until === undefined || Date.parse(now) < Date.parse(until);
}
