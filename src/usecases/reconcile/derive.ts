import { compareFindings, isBlocking, type Finding } from "../../domain/finding.ts";
import type { LandingMark } from "../../domain/ledger/event.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import {
  isForeignTag,
  ledgerTags,
  observeRewrittenHistory,
  observeTagIncidents,
} from "../../domain/plan/incidents.ts";
import type { Registry } from "../../domain/registry.ts";
import type { CommitInfo, GitMirror } from "../../git/git.ts";
import type { Clock } from "../../shared/clock.ts";
import { redact } from "../../shared/redact.ts";
import type { PendingPromotion } from "../app.ts";
import { isInHistory } from "../ledger/ancestry.ts";
import type { Cache } from "../ledger/cache.ts";
import { foldDrafts, type EventDraft } from "../ledger/draft.ts";
import type { RegistryReader } from "../registry-reader.ts";
import { findProblems } from "../validate.ts";
import { changedAssets, derivePublications, type PublishedDraft } from "./derive-publications.ts";
import type { Observation, TagSchedule } from "./observe.ts";
import { draftAdoptedStages, pendingPromotions } from "./stages.ts";
import { readQuiet, saveQuiet } from "./quiet-landings.ts";

export interface DeriveContext {
  readonly mirror: GitMirror;
  readonly reader: RegistryReader;
  readonly clock: Clock;
  readonly tagSchedule: TagSchedule;
  readonly cache: Cache;
}

/** What the ledger should say next, and why some things cannot be said. Data; nothing is done yet. */
export interface LedgerPlan {
  readonly drafts: readonly EventDraft[];
  /** Of the registry as it is now, sorted. */
  readonly findings: readonly Finding[];
  readonly pending: readonly PendingPromotion[];
  /** The registry at the head; absent when there is no usable one. */
  readonly registry: Registry | undefined;
  /** Set when nothing can be decided until a person acts. */
  readonly stalled: { readonly reason: string; readonly message: string } | undefined;
}

/**
 * Compares the branch with the ledger (DESIGN 4). Pure but for reads: asked twice about the same
 * world it answers the same, and after its drafts are recorded it answers with none.
 */
export async function deriveLedgerPlan(
  context: DeriveContext,
  observation: Observation,
): Promise<LedgerPlan> {
  const { head, state } = observation;
  if (head === undefined) {
    return stalledPlan(
      "BranchMissing",
      `The branch ${context.mirror.branch} is gone or has no commit.`,
    );
  }
  if (state === undefined) {
    return stalledPlan("NotAdopted", "The registry is not adopted: run cairn adopt.");
  }
  const incidents = await allTagIncidents(context, observation, state);
  if (!(await isInHistory(context.mirror, state.processed, head))) {
    const rewritten = observeRewrittenHistory(state, head);
    const isKnown = Object.hasOwn(state.incidents, rewritten.id);
    return {
      ...stalledPlan(
        "HistoryRewritten",
        `${rewritten.message}; resolve the incident to go on from there.`,
      ),
      drafts: isKnown ? incidents : [...incidents, draftIncident(rewritten, state)],
    };
  }
  return deriveLandings(context, observation, { head, state, incidents });
}

/** Every tag is looked at now and then; in between only those of assets that change. */
async function allTagIncidents(
  { tagSchedule }: DeriveContext,
  { tags }: Observation,
  state: LedgerState,
): Promise<readonly IncidentDraft[]> {
  if (!tagSchedule.isDue) return [];
  const observed = observeTagIncidents(state, await tags.all());
  return observed.map((incident) => draftIncident(incident, state));
}

interface Known {
  readonly head: string;
  readonly state: LedgerState;
  readonly incidents: readonly EventDraft[];
}

async function deriveLandings(
  context: DeriveContext,
  observation: Observation,
  { head, state, incidents }: Known,
): Promise<LedgerPlan> {
  const drafts: EventDraft[] = [...incidents];
  let current = state;
  let last: Landed | undefined;
  const known = await readQuiet(context.cache, state.head);
  let quiet = known;
  let isQuiet = true;
  for (const landing of afterQuiet(await landings(context.mirror, state.processed, head), known)) {
    last = await deriveLanding(context, observation, current, landing);
    isQuiet &&= last.drafts.length === 0 && last.findings.length === 0;
    if (isQuiet) quiet = landing.id;
    const noticed = last.incidents.filter(
      ({ id }) => !drafts.some((draft) => draft.type === "incident" && draft.id === id),
    );
    drafts.push(...noticed, ...last.drafts);
    current = foldDrafts(current, last.drafts, context.clock.now()) ?? current;
  }
  if (quiet !== undefined && quiet !== known) await saveQuiet(context.cache, state.head, quiet);
  const accepts = draftAdoptedStages(current);
  current = foldDrafts(current, accepts, context.clock.now()) ?? current;
  const all = [...drafts, ...accepts];
  if (last === undefined) return { ...nothingPlanned, drafts: all };
  const { registry } = last;
  return {
    drafts: all,
    findings: findingsAfter(last, current),
    pending: pendingPromotions(registry, current),
    registry: registry.settings === undefined ? undefined : registry,
    stalled: settingsProblem(last),
  };
}

const nothingPlanned: LedgerPlan = {
  drafts: [],
  findings: [],
  pending: [],
  registry: undefined,
  stalled: undefined,
};

/** The head is always looked at: what was held back there may be free to go now. */
function afterQuiet(all: readonly CommitInfo[], quiet: string | undefined): readonly CommitInfo[] {
  const start = all.findIndex(({ id }) => id === quiet) + 1;
  return all.slice(Math.min(start, all.length - 1));
}

interface Landed {
  readonly registry: Registry;
  readonly drafts: readonly PublishedDraft[];
  /** What the tags of the changed assets show, looked at before their events. */
  readonly incidents: readonly IncidentDraft[];
  /** What publishing met; the registry's own findings are judged when everything is published. */
  readonly findings: readonly Finding[];
}

/** What is wrong with the registry once its new versions exist: a stage file may name one of them. */
function findingsAfter({ registry, findings }: Landed, state: LedgerState): readonly Finding[] {
  return [...findProblems(registry, state), ...findings].sort(compareFindings);
}

async function deriveLanding(
  context: DeriveContext,
  observation: Observation,
  state: LedgerState,
  commit: CommitInfo,
): Promise<Landed> {
  const { reader } = context;
  const registry = await reader.registryAt(commit.id);
  const { settings } = registry;
  if (settings === undefined) return { registry, drafts: [], incidents: [], findings: [] };
  const errors = findProblems(registry, state).filter(isBlocking);
  const blockedPaths = new Set(errors.map((finding) => finding.path));
  const landing = landingMark(commit);
  const known = { reader, commit: commit.id, landing, registry, settings, state, blockedPaths };
  const changed = changedAssets(known);
  const keys = [...new Set(changed.map((asset) => asset.key))];
  const remote = await observation.tags.of(keys);
  const expected = ledgerTags(state, keys);
  const incidents = observeTagIncidents(state, onlyOf(keys, remote), keys);
  const isTagTaken = (tag: string): boolean => isForeignTag(tag, expected, remote);
  const publications = await derivePublications({ ...known, isTagTaken }, changed);
  return {
    registry,
    drafts: markProcessed(publications.drafts, commit.id),
    incidents: incidents.map((incident) => draftIncident(incident, state)),
    findings: publications.findings,
  };
}

/**
 * Only the last event of a landing says that the landing is dealt with: killed in between, the
 * next reconcile looks at it again, and what is published already is found unchanged.
 */
function markProcessed(
  drafts: readonly PublishedDraft[],
  commit: string,
): readonly PublishedDraft[] {
  return drafts.map((draft, index) =>
    index === drafts.length - 1 ? { ...draft, processed: commit } : draft,
  );
}

/**
 * First-parent commits after the last one dealt with, oldest first; the head itself when there is
 * none, because what was held back there may be free to go now. When the last one dealt with is
 * an ancestor but not on the first-parent chain, the whole step is one landing.
 */
async function landings(
  mirror: GitMirror,
  processed: string,
  head: string,
): Promise<readonly CommitInfo[]> {
  if (processed === head) return [await mirror.readCommit(head)];
  const log = await mirror.firstParentLog(head, processed);
  const isOnChain = log[0]?.parents[0] === processed;
  return isOnChain ? log : [await mirror.readCommit(head)];
}

function onlyOf(
  keys: readonly string[],
  tags: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const wanted = new Set(keys);
  return new Map([...tags].filter(([name]) => wanted.has(name.split(/[@#]/, 1)[0] ?? "")));
}

function landingMark(commit: CommitInfo): LandingMark {
  return {
    commit: commit.id,
    author: redact(`${commit.author.name} <${commit.author.email}>`).slice(0, 300),
    subject: redact(commit.message.split("\n", 1)[0] ?? "").slice(0, 300),
  };
}

type IncidentDraft = Extract<EventDraft, { readonly type: "incident" }>;

function draftIncident(
  incident: ReturnType<typeof observeRewrittenHistory>,
  state: LedgerState,
): IncidentDraft {
  return { ...incident, type: "incident", processed: state.processed };
}

function settingsProblem({ registry }: Landed): LedgerPlan["stalled"] {
  if (registry.settings !== undefined) return undefined;
  const { findings } = registry;
  const finding = findings.find(({ path }) => path === "registry.yaml") ?? findings[0];
  return {
    reason: "RegistryUnusable",
    message: finding?.message ?? "registry.yaml cannot be used.",
  };
}

function stalledPlan(reason: string, message: string): LedgerPlan {
  return { ...nothingPlanned, stalled: { reason, message } };
}
