import type { AssetKey } from "../asset.ts";
import type {
  AcceptedEvent,
  AdoptedEvent,
  BlockedEvent,
  DeprecatedEvent,
  LandingMark,
  LedgerEntry,
  PublishedEvent,
  ResolvedEvent,
  WaitingEvent,
  WithdrawnEvent,
} from "./event.ts";
import {
  assetState,
  emptyAsset,
  judgedKey,
  latestVersion,
  stageEntries,
  type AssetState,
  type IncidentState,
  type JudgedMove,
  type LedgerState,
  type PublishedVersion,
  type StageEntry,
} from "./state.ts";
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
    if ("landing" in event) rememberLanding(this.#folding, event.landing);
    this.#folding.head = commit;
    this.#folding.at = event.at;
    this.#folding.processed = event.processed;
    this.#folding.eventCount += 1;
  }
}

/** The first is the one that counts. */
function rememberLanding({ landed }: Folding, mark: LandingMark): void {
  if (mark.pull_request !== undefined) landed[String(mark.pull_request)] ??= mark.commit;
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
    landed: {},
  };
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
interface Folding extends Mutable<
  Omit<LedgerState, "assets" | "incidents" | "waiting" | "judged" | "landed">
> {
  assets: Record<AssetKey, AssetState>;
  incidents: Record<string, IncidentState>;
  waiting: Record<string, WaitingEvent>;
  judged: Record<string, JudgedMove>;
  landed: Record<string, string>;
}

function thaw(state: LedgerState): Folding {
  return {
    ...state,
    assets: { ...state.assets },
    incidents: { ...state.incidents },
    waiting: { ...state.waiting },
    judged: { ...state.judged },
    landed: { ...state.landed },
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
