import { sha256, type Digest } from "../../shared/digest.ts";
import type { AssetKey } from "../asset.ts";
import { compareVersions, isPrerelease } from "../version.ts";
import type { AcceptedEvent, IncidentEvent, LandingMark, TagMark, WaitingEvent } from "./event.ts";

/** Everything the ledger says, folded; plain data, so that it can be cached by the ledger's head. */
export interface LedgerState {
  /** The ledger commit this is the fold of. */
  readonly head: string;
  readonly registry: string;
  readonly adoptedAt: string;
  readonly baseline: string;
  /** The policy in force, and those before it, newest last. */
  readonly policies: readonly PolicyInForce[];
  /** The last commit of the default branch that is dealt with. */
  readonly processed: string;
  /** Time of the newest event. */
  readonly at: string;
  readonly eventCount: number;
  /** What ran in which stage before Cairn, as adoption was told. */
  readonly adoptedStages: Readonly<Record<string, Readonly<Record<AssetKey, string>>>>;
  /** Tags that were there before adoption. */
  readonly existingTags: readonly TagMark[];
  readonly assets: Readonly<Record<AssetKey, AssetState>>;
  readonly incidents: Readonly<Record<string, IncidentState>>;
  /** Landings whose stage files wait for time alone, by commit, oldest first. */
  readonly waiting: Readonly<Record<string, WaitingEvent>>;
  /** The newest landing that moved, or tried to move, an asset in a stage: by `<stage>/<asset>`. */
  readonly judged: Readonly<Record<string, JudgedMove>>;
  /** Pull requests by number, and the commit that the ledger knows as their landing. */
  readonly landed: Readonly<Record<string, string>>;
}

/** policies/, registry.yaml and workspaces/ as this commit has them, from this moment on. */
export interface PolicyInForce {
  readonly digest: Digest;
  readonly commit: string;
  readonly since: string;
}

export interface JudgedMove {
  readonly outcome: "accepted" | "withdrawn" | "waiting" | "blocked";
  readonly version: string | undefined;
  readonly at: string;
  readonly landing: LandingMark;
  /** What did not pass, in words. */
  readonly reasons: readonly string[];
  readonly until: string | undefined;
}

export interface AssetState {
  /** In the order of publication. */
  readonly versions: readonly PublishedVersion[];
  /** What each stage runs, and everything it ran before, newest last. */
  readonly stages: Readonly<Record<string, readonly StageEntry[]>>;
  /** How many stage tags were written; the N of `#prod#N`. */
  readonly stageTagCount: number;
  /** Versions that the metadata file warns of, with the reason. */
  readonly deprecated: Readonly<Record<string, string>>;
}

export interface PublishedVersion {
  readonly version: string;
  readonly digest: Digest;
  readonly recipe: number;
  readonly objects: Digest;
  readonly evidence: Digest;
  readonly manifest: string;
  /** What it refers to in this registry: `environments/taxi-env@1`. */
  readonly uses: readonly string[];
  readonly sameAs?: string;
  readonly commit: string;
  readonly author: string;
  readonly publishedAt: string;
  readonly tags: readonly TagMark[];
  /** The ledger commit that published it. */
  readonly ledgerCommit: string;
}

export interface StageEntry {
  readonly version: string;
  readonly since: string;
  /** Withdrawn then: from there on the stage runs none. */
  readonly until?: string;
  readonly cause: "followed" | AcceptedEvent["cause"];
  /** The commit whose evidence was judged; the version's own where nothing was. */
  readonly commit: string;
  /** No person asked for it. */
  readonly isAutomatic: boolean;
  readonly tags: readonly TagMark[];
  readonly ledgerCommit: string;
}

export interface IncidentState {
  readonly event: IncidentEvent;
  readonly ledgerCommit: string;
  readonly resolved: { readonly at: string; readonly how: string; readonly by: string } | undefined;
}

/** The policy in force now, or at a moment; the first one before that. */
export function policyInForce(state: LedgerState, at?: string): PolicyInForce {
  const moment = at === undefined ? Number.POSITIVE_INFINITY : Date.parse(at);
  const found = state.policies.findLast(({ since }) => Date.parse(since) <= moment);
  const [first = { digest: sha256(""), commit: state.baseline, since: state.adoptedAt }] =
    state.policies;
  return found ?? first;
}

/** The key of `LedgerState.judged`. */
export function judgedKey(stage: string, asset: AssetKey): string {
  return `${stage}/${asset}`;
}

/** The highest version, the newest where versions have no order; a prerelease never is. */
export function latestVersion(asset: AssetState | undefined): PublishedVersion | undefined {
  let latest: PublishedVersion | undefined;
  for (const candidate of asset?.versions ?? []) {
    if (isPrerelease(candidate.version)) continue;
    if (!latest || compareVersions(candidate.version, latest.version) >= 0) latest = candidate;
  }
  return latest;
}

/** What a stage runs now, or ran at a moment (ISO 8601, any precision and offset). */
export function stageVersion(
  asset: AssetState | undefined,
  stage: string,
  at?: string,
): StageEntry | undefined {
  const moment = at === undefined ? Number.POSITIVE_INFINITY : Date.parse(at);
  const entry = stageEntries(asset, stage).findLast(({ since }) => Date.parse(since) <= moment);
  const isOver = entry?.until !== undefined && Date.parse(entry.until) <= moment;
  return isOver ? undefined : entry;
}

/** A stage may bear the name of what every object has (`constructor`). */
export function stageEntries(asset: AssetState | undefined, stage: string): readonly StageEntry[] {
  if (asset === undefined || !Object.hasOwn(asset.stages, stage)) return [];
  return asset.stages[stage] ?? [];
}

/** Whether a stage took this version, now or before, and did not withdraw it since. */
export function hasAccepted(
  asset: AssetState | undefined,
  stage: string,
  version: string,
): boolean {
  const last = stageEntries(asset, stage).findLast((entry) => entry.version === version);
  return last !== undefined && last.until === undefined;
}

export function findVersion(
  asset: AssetState | undefined,
  version: string,
): PublishedVersion | undefined {
  return asset?.versions.find((published) => published.version === version);
}

export function assetState(state: LedgerState | undefined, key: AssetKey): AssetState | undefined {
  return state !== undefined && Object.hasOwn(state.assets, key) ? state.assets[key] : undefined;
}

/** The keys of all assets that ever had a version, sorted. */
export function stateKeys(state: LedgerState): readonly AssetKey[] {
  return Object.keys(state.assets).filter(isKey).sort();
}

/** The keys of all assets of which a stage runs a version, sorted. */
export function stageKeysOf(state: LedgerState, stage: string): readonly AssetKey[] {
  return stateKeys(state).filter((key) => stageVersion(assetState(state, key), stage));
}

function isKey(text: string): text is AssetKey {
  return text.includes("/");
}

/** An asset before its first version. */
export const emptyAsset: AssetState = {
  versions: [],
  stages: {},
  stageTagCount: 0,
  deprecated: {},
};
