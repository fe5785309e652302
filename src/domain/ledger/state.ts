import { sha256, type Digest } from "../../shared/digest.ts";
import type { AssetKey } from "../asset.ts";
import { compareVersions, isPrerelease } from "../version.ts";
import type {
  AcceptedEvent,
  AdoptedEvent,
  BlockedEvent,
  DeprecatedEvent,
  IncidentEvent,
  LandingMark,
  LedgerEntry,
  PublishedEvent,
  ResolvedEvent,
  TagMark,
  WaitingEvent,
  WithdrawnEvent,
} from "./event.ts";

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
    policies: [{ digest: event.policy, commit: event.commit, since: event.at }],
    processed: event.processed,
    at: event.at,
    eventCount: 0,
    adoptedStages: event.stages,
    existingTags: event.existing_tags,
    assets: {},
    incidents: {},
    waiting: {},
    judged: {},
  };
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
interface Folding extends Mutable<
  Omit<LedgerState, "assets" | "incidents" | "waiting" | "judged">
> {
  assets: Record<AssetKey, AssetState>;
  incidents: Record<string, IncidentState>;
  waiting: Record<string, WaitingEvent>;
  judged: Record<string, JudgedMove>;
}

function thaw(state: LedgerState): Folding {
  return {
    ...state,
    assets: { ...state.assets },
    incidents: { ...state.incidents },
    waiting: { ...state.waiting },
    judged: { ...state.judged },
  };
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
    case "withdrawn":
      applyWithdrawn(state, event);
      return;
    case "waiting":
      applyJudged(state, event, event.until);
      state.waiting[event.landing.commit] = event;
      return;
    case "blocked":
      applyJudged(state, event, undefined);
      delete state.waiting[event.landing.commit];
      return;
    case "policy-accepted": {
      const inForce = { digest: event.policy, commit: event.commit, since: event.at };
      state.policies = [...state.policies, inForce];
      return;
    }
    case "deprecated":
      applyDeprecated(state, event);
      return;
    case "incident":
      state.incidents[event.id] = { event, ledgerCommit, resolved: undefined };
      return;
    case "resolved":
      applyResolved(state, event);
  }
}

function applyResolved(state: Folding, { incident: id, at, how, by }: ResolvedEvent): void {
  const incident = Object.hasOwn(state.incidents, id) ? state.incidents[id] : undefined;
  if (incident !== undefined) state.incidents[id] = { ...incident, resolved: { at, how, by } };
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
    const entry: StageEntry = {
      version: event.version,
      since: event.at,
      cause: "followed",
      commit: event.landing.commit,
      isAutomatic: true,
      tags: [],
      ledgerCommit,
    };
    stages[stage] = [...stageEntries(asset, stage), entry];
  }
  state.assets[event.asset] = { ...asset, versions: [...asset.versions, published], stages };
}

function applyAccepted(state: Folding, ledgerCommit: string, event: AcceptedEvent): void {
  const asset = assetState(state, event.asset) ?? emptyAsset;
  const { version, at: since, cause, tags, landing, automatic: isAutomatic = false } = event;
  const { commit } = landing;
  const entries = [
    ...stageEntries(asset, event.stage),
    { version, since, cause, commit, isAutomatic, tags, ledgerCommit },
  ];
  state.assets[event.asset] = {
    ...asset,
    stages: { ...asset.stages, [event.stage]: entries },
    stageTagCount: asset.stageTagCount + tags.length,
  };
  delete state.waiting[commit];
  if (cause === "adopted") return;
  state.judged[judgedKey(event.stage, event.asset)] = {
    outcome: "accepted",
    version,
    at: since,
    landing,
    reasons: [],
    until: undefined,
  };
}

function applyWithdrawn(state: Folding, event: WithdrawnEvent): void {
  const asset = assetState(state, event.asset) ?? emptyAsset;
  const { stage, at, tags, landing } = event;
  const entries = stageEntries(asset, stage);
  const ended = entries
    .slice(-1)
    .map((last) => ({ ...last, until: last.until ?? at, tags: [...last.tags, ...tags] }));
  state.assets[event.asset] = {
    ...asset,
    stages: { ...asset.stages, [stage]: [...entries.slice(0, -1), ...ended] },
    // Their numbers are taken, whatever the stage ran.
    stageTagCount: asset.stageTagCount + tags.length,
  };
  delete state.waiting[landing.commit];
  state.judged[judgedKey(stage, event.asset)] = {
    outcome: "withdrawn",
    version: undefined,
    at,
    landing,
    reasons: [],
    until: undefined,
  };
}

function applyJudged(
  state: Folding,
  { type, at, landing, moves }: WaitingEvent | BlockedEvent,
  until: string | undefined,
): void {
  const isKnown = Object.hasOwn(state.waiting, landing.commit);
  for (const { stage, asset, version, gates } of moves) {
    const reasons = gates.map(({ reason }) => reason);
    const known = state.judged[judgedKey(stage, asset)];
    // What a newer landing brought stays, whatever becomes of an older one that waits.
    if (isKnown && known !== undefined && known.landing.commit !== landing.commit) continue;
    state.judged[judgedKey(stage, asset)] = { outcome: type, version, at, landing, reasons, until };
  }
}

function applyDeprecated(state: Folding, event: DeprecatedEvent): void {
  const asset = assetState(state, event.asset);
  if (asset === undefined) return;
  const { [event.version]: _, ...others } = asset.deprecated;
  const { reason } = event;
  const deprecated = reason === undefined ? others : { ...others, [event.version]: reason };
  state.assets[event.asset] = { ...asset, deprecated };
}

/** An asset before its first version. */
export const emptyAsset: AssetState = {
  versions: [],
  stages: {},
  stageTagCount: 0,
  deprecated: {},
};
