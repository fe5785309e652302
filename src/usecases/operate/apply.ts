import type { Finding } from "../../domain/finding.ts";
import { openIncidents } from "../../domain/plan/incidents.ts";
import type { ApplyReport, ApplyRequest, PlannedAction } from "../app.ts";
import { deliverWorkspaces } from "../deliver/deliver-workspaces.ts";
import { recordEvents } from "../ledger/record.ts";
import { saveState } from "../ledger/load-state.ts";
import { Races } from "../ledger/races.ts";
import { draftActions } from "../reconcile/actions.ts";
import { conditionsOf } from "../reconcile/conditions.ts";
import { promoteAutomatically } from "../promote/automatic.ts";
import { reportPullRequests, type ReportOutcome } from "../report/report-pull-requests.ts";
import { reportStalled } from "../report/report-stalled.ts";
import { deriveLedgerPlan, type LedgerPlan } from "../reconcile/derive.ts";
import { observe, type Observation } from "../reconcile/observe.ts";
import { registryNotAdopted } from "../require-state.ts";
import type { RegistrySession } from "../session.ts";
import { refusals } from "./refusals.ts";

/**
 * One reconcile: looks at the branch and the ledger, records what landed, says what open pull
 * requests would do, brings the workspaces up to date. Observes before it acts, so killed anywhere
 * and run again it ends the same; a second run after a complete one does nothing. Rejects with
 * `REGISTRY_NOT_ADOPTED`.
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
    conditions: conditionsOf({
      stalled: plan.stalled,
      findings,
      openIncidents: openIncidents(state).length,
      workspaces: workspaces.outcomes,
      pending: plan.pending,
      hostProblem: settled.reported?.hostProblem,
    }),
    ...(settled.again ? { again: true } : {}),
  };
}

interface Settled {
  readonly plan: LedgerPlan;
  readonly observation: Observation;
  readonly state: NonNullable<Observation["state"]>;
  readonly done: readonly PlannedAction[];
  readonly findings: readonly Finding[];
}

/** All rounds of a reconcile together. */
interface SettledAll extends Settled {
  readonly reported: ReportOutcome | undefined;
  readonly again: boolean;
}

/** A pull request that Cairn merges is a landing like any other: it is looked at again. */
const maxRounds = 5;

/**
 * The ledger, the promotions that the policy wants without anybody asking, and what is said of pull
 * requests: before the workspaces, so that a slow store delays no answer.
 */
async function settleAll(session: RegistrySession, request: ApplyRequest): Promise<SettledAll> {
  const done: PlannedAction[] = [];
  for (let round = 1; ; round += 1) {
    const settled = await settleLedger(session, request);
    done.push(...settled.done);
    const { head } = settled.observation;
    if (head === undefined || settled.plan.registry === undefined) {
      return saidStalled(session, { ...settled, done }, request);
    }
    if (round === maxRounds) return { ...settled, done, reported: undefined, again: true };
    const { state } = settled;
    const automatic = await promoteAutomatically(session, { head, state }, request.signal);
    done.push(...automatic.done);
    if (automatic.done.some(isMerge)) continue;
    const reported = await reportPullRequests(session, { head, state }, request);
    done.push(...reported.done);
    if (reported.done.some(isMerge)) continue;
    const findings = [...settled.findings, ...automatic.findings, ...reported.findings];
    return { ...settled, done, findings, reported, again: reported.again };
  }
}

/** Nobody can merge what cannot be judged and wonder afterwards: open pull requests say so. */
async function saidStalled(
  session: RegistrySession,
  settled: Settled,
  request: ApplyRequest,
): Promise<SettledAll> {
  const { observation, plan } = settled;
  const isSaid = observation.head !== undefined && plan.stalled !== undefined;
  if (!isSaid) return { ...settled, reported: undefined, again: false };
  const reported = await reportStalled(session, plan.stalled, request);
  const findings = [...settled.findings, ...reported.findings];
  return { ...settled, findings, reported, again: reported.again };
}

function isMerge({ kind }: PlannedAction): boolean {
  return kind === "merge-pull-request";
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
