import type { Finding } from "../../domain/finding.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import type { PullRequestSummary } from "../../domain/pull-request.ts";
import type { ApplyRequest, PlannedAction } from "../app.ts";
import { isForBranch } from "../promote/check-pull-request.ts";
import { StorePatience } from "../promote/store-patience.ts";
import { readDeciding } from "../promote/teams.ts";
import { RemoteTags } from "../reconcile/observe.ts";
import type { RegistrySession } from "../session.ts";
import { dueOf, planRun, type DueItem } from "./due.ts";
import { statusesPrint, worldPrint } from "./fingerprints.ts";
import { ReportMemory } from "./memory.ts";
import { Problems } from "./problems.ts";
import { reportMergeGroups } from "./report-merge-groups.ts";
import { reportOne, type Reporting } from "./report-one.ts";
import { rivalsPrint, sharedHeads } from "./shared-heads.ts";

export interface ReportOutcome {
  /** The pull request that was merged, if one was: then the branch is another one. */
  readonly done: readonly PlannedAction[];
  readonly findings: readonly Finding[];
  /** There is more to report on, and nothing will say so. */
  readonly again: boolean;
  /** Why nothing can be reported at the moment. */
  readonly hostProblem: string | undefined;
}

const nothing: ReportOutcome = { done: [], findings: [], again: false, hostProblem: undefined };

/**
 * Shows on a host that is a server what merging each open pull request would do, where that may be
 * otherwise than it says already; and merges what is ready and wants to be. Done twice, or by
 * several at the same time, it says the same once.
 */
export async function reportPullRequests(
  session: RegistrySession,
  { head, state }: { readonly head: string; readonly state: LedgerState },
  request: ApplyRequest = {},
): Promise<ReportOutcome> {
  const { host, cache } = session;
  if (host === undefined) return nothing;
  const { signal } = request;
  const problems = new Problems(session.log);
  const memory = await ReportMemory.of(cache);
  try {
    const tags = new RemoteTags(session.mirror, signal);
    const inForce = await readDeciding(session, state);
    const situation = { head, state, inForce, tags };
    const world = worldPrint(situation);
    const patience = new StorePatience();
    const listed = await session.forge.list(["open"], signal);
    const open = listed.filter((summary) => isForBranch(summary, session));
    const shared = sharedHeads(open);
    const reporting = { session, host, situation, patience, world, memory, signal, shared };
    return await reportAll(reporting, { open, problems, request });
  } catch (error) {
    signal?.throwIfAborted();
    problems.stop(error);
    return { ...nothing, findings: problems.findings, hostProblem: problems.hostProblem };
  } finally {
    await memory.save();
  }
}

interface Run {
  readonly open: readonly PullRequestSummary[];
  readonly problems: Problems;
  readonly request: ApplyRequest;
}

async function reportAll(
  reporting: Reporting,
  { open, problems, request }: Run,
): Promise<ReportOutcome> {
  const { memory } = reporting;
  const groups = await reportMergeGroups(reporting, problems, open);
  memory.keepOnly(
    open.map(({ number }) => number),
    groups?.map(({ head }) => head),
  );
  const { items, isCut } = planRun(await dueItems(reporting, open, problems), memory);
  const done: PlannedAction[] = [];
  for (const [index, item] of items.entries()) {
    if (problems.hostProblem !== undefined || done.length > 0) break;
    const merged = await reportSafely(reporting, item, problems);
    if (merged !== undefined) done.push(merged);
    request.onProgress?.({
      step: "report on pull requests",
      done: index + 1,
      total: items.length,
      doneBytes: 0,
      totalBytes: 0,
    });
  }
  const { findings, hostProblem } = problems;
  return { done, findings, again: isCut && hostProblem === undefined, hostProblem };
}

async function reportSafely(
  reporting: Reporting,
  item: DueItem,
  problems: Problems,
): Promise<PlannedAction | undefined> {
  const { signal, memory } = reporting;
  const { number } = item.summary;
  signal?.throwIfAborted();
  memory.tried(number);
  try {
    const merged = await reportOne(reporting, item);
    problems.passed();
    return merged;
  } catch (error) {
    // Cancelled work looks like a host that is gone.
    signal?.throwIfAborted();
    problems.add(`Pull request #${number} is not reported on`, error);
    return undefined;
  }
}

/** So many are asked about in one run; the longest not asked about come first. */
const statusesAtOnce = 50;

/** Those whose head other programs may have spoken of are asked about: nothing else tells. */
async function dueItems(
  reporting: Reporting,
  open: readonly PullRequestSummary[],
  problems: Problems,
): Promise<readonly DueItem[]> {
  const { session, memory, world, shared } = reporting;
  const now = session.clock.now();
  const due: DueItem[] = [];
  const waiting: PullRequestSummary[] = [];
  for (const summary of open) {
    const known = memory.get(summary.number);
    const why = dueOf(summary, known, {
      world,
      now,
      rivals: rivalsPrint(summary, shared, memory),
    });
    if (why !== undefined && why !== "talked") due.push({ summary, due: why });
    else if (known?.statuses !== undefined) waiting.push(summary);
    else if (why !== undefined) due.push({ summary, due: why });
  }
  const asked = waiting
    .sort((left, right) => memory.lastTry(left.number) - memory.lastTry(right.number))
    .slice(0, statusesAtOnce);
  for (const summary of asked) {
    if (problems.hostProblem !== undefined) break;
    const item = await dueByStatuses(reporting, summary, problems);
    if (item !== undefined) due.push(item);
  }
  return due;
}

async function dueByStatuses(
  { host, memory, signal }: Reporting,
  summary: PullRequestSummary,
  problems: Problems,
): Promise<DueItem | undefined> {
  const { number, head, revision } = summary;
  const known = memory.get(number);
  memory.tried(number);
  try {
    const print = statusesPrint(await host.statusesOf(head, signal));
    problems.passed();
    if (print !== known?.statuses) return { summary, due: "changed" };
    const isQuiet = revision !== undefined && revision === known.revision;
    return isQuiet ? undefined : { summary, due: "talked" };
  } catch (error) {
    signal?.throwIfAborted();
    problems.add(`What other programs say of pull request #${number} is not known`, error);
    return undefined;
  }
}
