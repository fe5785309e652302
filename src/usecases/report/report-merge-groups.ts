import type { LedgerState } from "../../domain/ledger/state.ts";
import type { PullRequest } from "../../domain/pull-request.ts";
import type { CheckDraft, MergeGroup } from "../../forge/host-services.ts";
import type { CheckReport } from "../app-promote.ts";
import { foldDrafts } from "../ledger/draft.ts";
import { checkPreview } from "../promote/check.ts";
import { readChange } from "../promote/read-change.ts";
import { deriveLanding } from "../reconcile/derive-landing.ts";
import { draftCheck } from "./check-draft.ts";
import { isOld } from "./due.ts";
import { entriesOf, isOwnWork, type QueueEntry } from "./merge-queue.ts";
import type { Problems } from "./problems.ts";
import type { JudgingContext, Reporting } from "./report-one.ts";

/** What one run looks at; the others are looked at in the next. */
const groupsAtOnce = 20;

/**
 * Checks what the host's merge queue would land: each entry as a landing of its own, on the ledger
 * as it would be after those before it. Answers which groups there are; `undefined` if nobody knows.
 */
export async function reportMergeGroups(
  reporting: Reporting,
  problems: Problems,
  open: readonly Pick<PullRequest, "head">[],
): Promise<readonly MergeGroup[] | undefined> {
  const { session, host, world, memory, signal } = reporting;
  let groups: readonly MergeGroup[];
  try {
    // A host's queue makes commits of its own: one that is proposed was put there by a person, to be
    // judged as somebody else's.
    const proposed = new Set(open.map(({ head }) => head));
    groups = (await host.mergeGroups(signal)).filter(({ head }) => !proposed.has(head));
  } catch (error) {
    signal?.throwIfAborted();
    problems.add("The merge queue is not checked", error);
    return undefined;
  }
  const now = session.clock.now();
  const due = groups.filter(({ head }) => {
    const known = memory.group(head);
    return known === undefined || known.world !== world || isOld(known, now);
  });
  const queue = new Queue(reporting, groups);
  for (const group of due.slice(0, groupsAtOnce)) {
    signal?.throwIfAborted();
    if (problems.hostProblem !== undefined) break;
    try {
      await reportGroup(reporting, queue, group);
      problems.passed();
    } catch (error) {
      signal?.throwIfAborted();
      problems.add(`The merge queue is not checked at pull request #${group.pullRequest}`, error);
    }
  }
  return groups;
}

async function reportGroup(
  { session, host, memory, world, signal }: Reporting,
  queue: Queue,
  group: MergeGroup,
): Promise<void> {
  const drafted = await queue.draftOf(group);
  if (drafted === undefined) return;
  await host.checks.publish(drafted.draft, signal);
  // What is not known is asked for again.
  if (!drafted.isKnown) return;
  memory.setGroup(group.head, { world, at: session.clock.now().toISOString() });
}

/** The check of one group, for whoever shows it; `undefined` when it is not on this branch any more. */
export async function draftOfGroup(
  context: QueueContext,
  groups: readonly MergeGroup[],
  group: MergeGroup,
): Promise<CheckDraft | undefined> {
  return (await new Queue(context, groups).draftOf(group))?.draft;
}

type QueueContext = JudgingContext & Pick<Reporting, "signal">;

interface GroupDraft {
  readonly draft: CheckDraft;
  /** Whether all that lies before it is known. */
  readonly isKnown: boolean;
}

interface JudgedEntry {
  readonly report: CheckReport;
  /** The ledger afterwards. */
  readonly state: LedgerState;
}

/** One look at the queue: what several groups hold is judged once. */
class Queue {
  readonly #context: QueueContext;
  readonly #groups: readonly MergeGroup[];
  readonly #pullRequests = new Map<number, Promise<PullRequest>>();
  readonly #judged = new Map<string, Promise<JudgedEntry | undefined>>();

  constructor(context: QueueContext, groups: readonly MergeGroup[]) {
    this.#context = context;
    this.#groups = groups;
  }

  async draftOf(group: MergeGroup): Promise<GroupDraft | undefined> {
    const { session, situation } = this.#context;
    const groups = this.#groups;
    const entries = await entriesOf(session.mirror, situation.head, { group, groups });
    return entries === undefined ? undefined : this.#draft(group, entries);
  }

  async #draft({ head }: MergeGroup, entries: readonly QueueEntry[]): Promise<GroupDraft> {
    let { state } = this.#context.situation;
    let failed: QueueEntry | undefined;
    let own: CheckReport | undefined;
    for (const entry of entries) {
      const judged = await this.#judge(entry, state);
      if (judged === undefined) return { draft: unknownDraft(head, entry), isKnown: false };
      const { report } = judged;
      ({ state } = judged);
      if (entry === entries.at(-1)) own = report;
      else if (report.outcome === "failed") failed ??= entry;
    }
    const [last] = entries.slice(-1);
    if (own === undefined || last === undefined) {
      return { draft: unknownDraft(head, last), isKnown: false };
    }
    const { files } = await this.#context.session.reader.registryAt(head);
    const before = entries.slice(0, -1).map(({ pullRequest }) => `#${pullRequest}`);
    const notes = before.length === 0 ? [] : [`In the merge queue behind ${before.join(", ")}.`];
    const draft = draftCheck({ report: own, head, notes, hasFile: (path) => files.has(path) });
    return { draft: failed === undefined ? draft : behind(draft, failed), isKnown: true };
  }

  /** `undefined` when nobody knows whose work it is. */
  #judge(entry: QueueEntry, state: LedgerState): Promise<JudgedEntry | undefined> {
    const { id } = entry.commit;
    const known = this.#judged.get(id) ?? this.#judgeAnew(entry, state);
    this.#judged.set(id, known);
    return known;
  }

  async #judgeAnew(entry: QueueEntry, state: LedgerState): Promise<JudgedEntry | undefined> {
    const { session, situation, patience } = this.#context;
    const { commit, before } = entry;
    const pullRequest = await this.#pullRequest(entry.pullRequest);
    const { head, tags } = situation;
    const proposed = await session.mirror.commitsBetween(head, pullRequest.head);
    if (!isOwnWork(entry, proposed, pullRequest)) return undefined;
    const change = await readChange(session, { before, commit, pullRequest, state });
    const preview = { outcome: "clean", change, commit } as const;
    const input = { preview, head: before, state, tags, patience };
    const report = await checkPreview(session, input, pullRequest);
    const landing = { commit, before, pullRequest };
    const { drafts } = await deriveLanding(session, { landing, state, tags });
    return { report, state: foldDrafts(state, drafts, session.clock.now()) ?? state };
  }

  #pullRequest(number: number): Promise<PullRequest> {
    const { session, signal } = this.#context;
    const known = this.#pullRequests.get(number) ?? session.forge.get(number, signal);
    this.#pullRequests.set(number, known);
    return known;
  }
}

/** Its own work may be right, and would land on what is wrong. */
function behind(draft: CheckDraft, { pullRequest }: QueueEntry): CheckDraft {
  const title = `It comes behind #${pullRequest} in the merge queue, whose check fails`;
  return {
    ...draft,
    outcome: "failed",
    title,
    summary: `${title.replace("#", "#\u200B")}.\n\n${draft.summary}`,
  };
}

function unknownDraft(head: string, entry: QueueEntry | undefined): CheckDraft {
  const where = entry === undefined ? "" : ` before ${entry.commit.id.slice(0, 10)}`;
  const title = `Whose work lies${where} in the merge queue is not known yet`;
  return { head, outcome: "pending", title, summary: `${title}.`, annotations: [] };
}
