import type { Finding } from "../../domain/finding.ts";
import { openIncidents } from "../../domain/plan/incidents.ts";
import type { ApplyReport, ApplyRequest, PlannedAction, WorkspaceOutcome } from "../app.ts";
import { deliverWorkspaces } from "../deliver/deliver-workspaces.ts";
import { recordEvents } from "../ledger/record.ts";
import { saveState } from "../ledger/load-state.ts";
import { Races } from "../ledger/races.ts";
import { draftActions } from "../reconcile/actions.ts";
import { conditionsOf } from "../reconcile/conditions.ts";
import { promoteAutomatically } from "../promote/automatic.ts";
import { deriveLedgerPlan, type LedgerPlan } from "../reconcile/derive.ts";
import { observe, type Observation } from "../reconcile/observe.ts";
import { registryNotAdopted } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { refusals } from "./refusals.ts";

/**
 * One reconcile: looks at the branch and the ledger, records what landed, brings the workspaces up
 * to date. Observes before it acts, so killed anywhere and run again it ends the same; a second
 * run after a complete one does nothing. Rejects with `REGISTRY_NOT_ADOPTED`.
 */
export async function apply(
  session: RegistrySession,
  request: ApplyRequest = {},
): Promise<ApplyReport> {
  const settled = await settleAll(session, request);
  const { plan, observation, state } = settled;
  const workspaces =
    plan.registry === undefined
      ? { outcomes: [], done: [], findings: [] }
      : await deliverWorkspaces(session, { state, registry: plan.registry, request });
  const findings = [...plan.findings, ...settled.findings, ...workspaces.findings];
  return {
    registry: state.registry,
    head: observation.head,
    actions: [...settled.done, ...workspaces.done],
    done: [...settled.done, ...workspaces.done],
    findings,
    pending: plan.pending,
    workspaces: workspaces.outcomes,
    conditions: reportConditions(plan, findings, workspaces.outcomes, openIncidents(state).length),
  };
}

function reportConditions(
  { stalled, pending }: LedgerPlan,
  findings: readonly Finding[],
  workspaces: readonly WorkspaceOutcome[],
  incidents: number,
): ApplyReport["conditions"] {
  return conditionsOf({ stalled, findings, openIncidents: incidents, workspaces, pending });
}

interface Settled {
  readonly plan: LedgerPlan;
  readonly observation: Observation;
  readonly state: NonNullable<Observation["state"]>;
  readonly done: readonly PlannedAction[];
  readonly findings: readonly Finding[];
}

/** A pull request that Cairn merges is a landing like any other: it is looked at again. */
const maxRounds = 5;

/** The ledger, and the promotions that the policy wants without anybody asking. */
async function settleAll(session: RegistrySession, request: ApplyRequest): Promise<Settled> {
  const done: PlannedAction[] = [];
  for (let round = 1; ; round += 1) {
    const settled = await settleLedger(session, request);
    done.push(...settled.done);
    const { head } = settled.observation;
    const isStuck = head === undefined || settled.plan.registry === undefined;
    if (isStuck || round === maxRounds) return { ...settled, done };
    const { state } = settled;
    const automatic = await promoteAutomatically(session, { head, state }, request.signal);
    done.push(...automatic.done);
    if (!automatic.done.some(({ kind }) => kind === "merge-pull-request")) {
      return { ...settled, done, findings: [...settled.findings, ...automatic.findings] };
    }
  }
}

/** Derives and records until the ledger says what the branch says, or somebody else made it so. */
async function settleLedger(session: RegistrySession, request: ApplyRequest): Promise<Settled> {
  const done: PlannedAction[] = [];
  const races = new Races();
  for (;;) {
    request.signal?.throwIfAborted();
    const observation = await observe(session.mirror, session.cache, request.signal);
    if (observation.state === undefined) throw registryNotAdopted(session.url);
    const looksAtAllTags = session.tagSchedule.isDue && observation.head !== undefined;
    const plan = await deriveLedgerPlan(session, observation);
    const outcome = await recordEvents(
      { ...session, signal: request.signal },
      observation.state,
      plan.drafts,
    );
    done.push(...draftActions(outcome.recorded));
    if (outcome.outcome === "recorded") {
      if (looksAtAllTags) session.tagSchedule.looked();
      const state = outcome.state ?? observation.state;
      await saveState(state, session.cache);
      const findings = await refusals(outcome.refused, observation.tags);
      return { plan, observation, state, done, findings };
    }
    session.log.info({}, "another controller wrote to the ledger first: looking again");
    await races.lose(outcome, request.signal);
  }
}
