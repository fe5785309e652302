import type { Digest } from "../../shared/digest.ts";
import type { AssetKey } from "../asset.ts";
import { compareVersions, isPrerelease } from "../version.ts";
import type {
  AcceptedEvent,
  AdoptedEvent,
  IncidentEvent,
  LedgerEntry,
  PublishedEvent,
  TagMark,
} from "./event.ts";

/** Everything the ledger says, folded; plain data, so that it can be cached by the ledger's head. */
export interface LedgerState {
  /** The ledger commit this is the fold of. */
  readonly head: string;
  readonly registry: string;
  readonly adoptedAt: string;
  readonly baseline: string;
  readonly policy: Digest;
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
}

export interface AssetState {
  /** In the order of publication. */
  readonly versions: readonly PublishedVersion[];
  /** What each stage runs, and everything it ran before, newest last. */
  readonly stages: Readonly<Record<string, readonly StageEntry[]>>;
  /** How many stage tags were written; the N of `#prod#N`. */
  readonly stageTagCount: number;
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
  readonly cause: "followed" | AcceptedEvent["cause"];
  readonly tags: readonly TagMark[];
  readonly ledgerCommit: string;
}

export interface IncidentState {
  readonly event: IncidentEvent;
  readonly ledgerCommit: string;
  readonly resolved: { readonly at: string; readonly how: string; readonly by: string } | undefined;
}

/**
 * Continues a fold: `entries` in the order of the ledger, oldest first. Without a state to go on
 * from, the first entry must be the adoption; `undefined` means the registry is not adopted.
 */
export function foldLedger(
  state: LedgerState | undefined,
  entries: Iterable<LedgerEntry>,
): LedgerState | undefined {
  const fold = new LedgerFold(state);
  for (const entry of entries) fold.add(entry);
  return fold.state;
}

/** A fold that is asked between its events, as whoever writes a long batch does. */
export class LedgerFold {
  #folding: Folding | undefined;

  constructor(state: LedgerState | undefined) {
    this.#folding = state === undefined ? undefined : thaw(state);
  }

  /** A view that later events change; who wants to keep it stops adding. */
  get state(): LedgerState | undefined {
    return this.#folding;
  }

  add({ commit, event }: LedgerEntry): void {
    if (event.type === "adopted") this.#folding ??= adoptedState(commit, event);
    if (this.#folding === undefined) return;
    applyEvent(this.#folding, commit, event);
    this.#folding.head = commit;
    this.#folding.at = event.at;
    this.#folding.processed = event.processed;
    this.#folding.eventCount += 1;
  }
}

function adoptedState(commit: string, event: AdoptedEvent): Folding {
  return {
    head: commit,
    registry: event.registry,
    adoptedAt: event.at,
    baseline: event.commit,
    policy: event.policy,
    processed: event.processed,
    at: event.at,
    eventCount: 0,
    adoptedStages: event.stages,
    existingTags: event.existing_tags,
    assets: {},
    incidents: {},
  };
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
  const entries = stageEntries(asset, stage);
  if (at === undefined) return entries.at(-1);
  const moment = Date.parse(at);
  return entries.findLast((entry) => Date.parse(entry.since) <= moment);
}

/** A stage may bear the name of what every object has (`constructor`). */
function stageEntries(asset: AssetState | undefined, stage: string): readonly StageEntry[] {
  if (asset === undefined || !Object.hasOwn(asset.stages, stage)) return [];
  return asset.stages[stage] ?? [];
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

function isKey(text: string): text is AssetKey {
  return text.includes("/");
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
interface Folding extends Mutable<Omit<LedgerState, "assets" | "incidents">> {
  assets: Record<AssetKey, AssetState>;
  incidents: Record<string, IncidentState>;
}

function thaw(state: LedgerState): Folding {
  return { ...state, assets: { ...state.assets }, incidents: { ...state.incidents } };
}

function applyEvent(state: Folding, ledgerCommit: string, event: LedgerEntry["event"]): void {
  switch (event.type) {
    case "adopted":
      return;
    case "published":
      applyPublished(state, ledgerCommit, event);
      return;
    case "accepted":
      applyAccepted(state, ledgerCommit, event);
      return;
    case "incident":
      state.incidents[event.id] = { event, ledgerCommit, resolved: undefined };
      return;
    case "resolved": {
      const incident = state.incidents[event.incident];
      if (incident === undefined) return;
      const resolved = { at: event.at, how: event.how, by: event.by };
      state.incidents[event.incident] = { ...incident, resolved };
    }
  }
}

function applyPublished(state: Folding, ledgerCommit: string, event: PublishedEvent): void {
  const asset = assetState(state, event.asset) ?? emptyAsset;
  const published: PublishedVersion = {
    version: event.version,
    digest: event.digest,
    recipe: event.recipe,
    objects: event.objects,
    evidence: event.evidence,
    manifest: event.manifest,
    uses: event.uses,
    ...(event.same_as === undefined ? {} : { sameAs: event.same_as }),
    commit: event.landing.commit,
    author: event.landing.author,
    publishedAt: event.at,
    tags: event.tags,
    ledgerCommit,
  };
  const stages = { ...asset.stages };
  const latest = latestVersion({ ...asset, versions: [...asset.versions, published] });
  for (const stage of latest === published ? event.stages : []) {
    const entry = {
      version: event.version,
      since: event.at,
      cause: "followed",
      tags: [],
      ledgerCommit,
    } as const;
    stages[stage] = [...stageEntries(asset, stage), entry];
  }
  state.assets[event.asset] = { ...asset, versions: [...asset.versions, published], stages };
}

function applyAccepted(state: Folding, ledgerCommit: string, event: AcceptedEvent): void {
  const asset = assetState(state, event.asset) ?? emptyAsset;
  const { version, at: since, cause, tags } = event;
  const entries = [
    ...stageEntries(asset, event.stage),
    { version, since, cause, tags, ledgerCommit },
  ];
  state.assets[event.asset] = {
    ...asset,
    stages: { ...asset.stages, [event.stage]: entries },
    stageTagCount: asset.stageTagCount + tags.length,
  };
}

const emptyAsset: AssetState = { versions: [], stages: {}, stageTagCount: 0 };
