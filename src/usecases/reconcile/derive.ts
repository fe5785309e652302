import { compareFindings, type Finding } from "../../domain/finding.ts";
import { policyInForce, type LedgerState } from "../../domain/ledger/state.ts";
import { observeRewrittenHistory, observeTagIncidents } from "../../domain/plan/incidents.ts";
import type { Registry } from "../../domain/registry.ts";
import type { Forge } from "../../forge/forge.ts";
import { isPolicyPath } from "../../registry/policy-path.ts";
import type { PendingPromotion } from "../app.ts";
import { isInHistory } from "../ledger/ancestry.ts";
import type { Cache } from "../ledger/cache.ts";
import { foldDrafts, type EventDraft } from "../ledger/draft.ts";
import type { JudgeContext } from "../promote/change.ts";
import { readUnderPolicy } from "../promote/in-force.ts";
import { findProblems } from "../validate.ts";
import { deriveLanding, type Landed } from "./derive-landing.ts";
import { deriveWaiting } from "./derive-waiting.ts";
import { readLandings } from "./landings.ts";
import type { Observation, TagSchedule } from "./observe.ts";
import { readQuiet, saveQuiet } from "./quiet-landings.ts";
import { draftAdoptedStages, pendingPromotions } from "./stages.ts";
import { avoidTakenTags } from "./taken-tags.ts";

export interface DeriveContext extends JudgeContext {
  readonly forge: Forge;
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
 * Compares the branch with the ledger. Pure but for reads: asked twice about the same
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
  const now = (): Date => context.clock.now();
  const drafts: EventDraft[] = [...incidents];
  let current = foldDrafts(state, incidents, now()) ?? state;
  const quiet = await readQuiet(context.cache, state.head);
  const landings = await readLandings(context, { processed: state.processed, head, quiet });
  let last: Landed | undefined;
  let stillQuiet = quiet;
  let isQuiet = true;
  for (const landing of landings) {
    last = await deriveLanding(context, { landing, state: current, tags: observation.tags });
    isQuiet &&= last.drafts.length === 0 && last.findings.length === 0;
    if (isQuiet) stillQuiet = landing.commit.id;
    drafts.push(...last.drafts);
    current = foldDrafts(current, last.drafts, now()) ?? current;
  }
  if (stillQuiet !== undefined && stillQuiet !== quiet) {
    await saveQuiet(context.cache, state.head, stillQuiet);
  }
  const later = [
    ...(await avoidTakenTags(draftAdoptedStages(current), current, observation.tags)),
    ...(await deriveWaiting(context, {
      state: current,
      before: state,
      tags: observation.tags,
    })),
  ];
  current = foldDrafts(current, later, now()) ?? current;
  return planOf(context, { drafts: [...drafts, ...later], last, state: current });
}

async function planOf(
  { reader }: DeriveContext,
  {
    drafts,
    last,
    state,
  }: {
    readonly drafts: readonly EventDraft[];
    readonly last: Landed | undefined;
    readonly state: LedgerState;
  },
): Promise<LedgerPlan> {
  if (last === undefined) return { ...nothingPlanned, drafts };
  const stalled = settingsProblem(last);
  if (stalled !== undefined) {
    return { ...nothingPlanned, drafts, findings: findingsAfter(last, state), stalled };
  }
  // What landed last may have changed the policy: from here on the new one counts.
  const registry = await readUnderPolicy(reader, last.commit, state);
  const unaccepted = await unacceptedFindings(reader, last.commit, state);
  const findings = [...findingsAfter({ ...last, registry }, state), ...unaccepted];
  return {
    drafts,
    findings: findings.sort(compareFindings),
    pending: pendingPromotions(registry, state),
    registry,
    stalled: undefined,
  };
}

/** What is wrong with a policy that lies on the branch and is not in force. */
async function unacceptedFindings(
  reader: DeriveContext["reader"],
  head: string,
  state: LedgerState,
): Promise<readonly Finding[]> {
  const digest = await reader.policyDigest(head);
  if (digest === policyInForce(state).digest) return [];
  return (await reader.policyAt(head)).findings.filter(({ path }) => isPolicyPath(path));
}

const nothingPlanned: LedgerPlan = {
  drafts: [],
  findings: [],
  pending: [],
  registry: undefined,
  stalled: undefined,
};

/** What is wrong with the registry once its new versions exist: a stage file may name one of them. */
function findingsAfter({ registry, findings }: Landed, state: LedgerState): readonly Finding[] {
  return [...findProblems(registry, state), ...findings].sort(compareFindings);
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
