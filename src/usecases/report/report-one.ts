import type { PullRequest } from "../../domain/pull-request.ts";
import type { HostServices } from "../../forge/host-services.ts";
import { hasCode } from "../../shared/errors.ts";
import type { PlannedAction } from "../app.ts";
import type { CheckReport } from "../app-promote.ts";
import { checkPreview } from "../promote/check.ts";
import { isForBranch } from "../promote/check-pull-request.ts";
import { previewChange } from "../promote/preview.ts";
import { renderCheckMarkdown } from "../promote/render-check-markdown.ts";
import type { Situation } from "../promote/situation.ts";
import type { StorePatience } from "../promote/store-patience.ts";
import type { RegistrySession } from "../session.ts";
import { noteOfSpeaker, rivalsPrint, speakerOf, type SharedHeads } from "./shared-heads.ts";
import { draftCheck } from "./check-draft.ts";
import type { DueItem } from "./due.ts";
import { conversationPrint, listedPrint, statusesPrint } from "./fingerprints.ts";
import type { Reported, ReportMemory } from "./memory.ts";
import { mergeWhenReadyLabel, obstacleToMerge, tryMerge, type Judged } from "./merge-when-ready.ts";

/** What judging a pull request needs. */
export interface JudgingContext {
  readonly session: RegistrySession;
  readonly situation: Situation;
  /** Of all answers together; without it stores take the time that they take. */
  readonly patience?: StorePatience;
}

/** What one run of the reporter knows. */
export interface Reporting extends JudgingContext {
  readonly host: HostServices;
  /** A print of the situation. */
  readonly world: string;
  readonly memory: ReportMemory;
  readonly shared: SharedHeads;
  readonly signal: AbortSignal | undefined;
}

/**
 * Looks at one pull request and says what merging it would do: the check first, then the comment,
 * then it is merged where that is wanted and nothing stands against it; then the answer says so.
 * What ended meanwhile is nobody's concern any more.
 */
export async function reportOne(
  reporting: Reporting,
  { summary, due }: DueItem,
): Promise<PlannedAction | undefined> {
  const { session, memory, signal } = reporting;
  const { number } = summary;
  const pullRequest = await session.forge.get(number, signal);
  const known = memory.get(number);
  if (pullRequest.state !== "open" || !isForBranch(pullRequest, session)) {
    memory.forget(number);
    return undefined;
  }
  const revision = summary.revision === undefined ? {} : { revision: summary.revision };
  if (due === "talked" && known?.conversation === conversationPrint(pullRequest)) {
    memory.set(number, { ...known, ...revision });
    return undefined;
  }
  const { merged, reported } = await reportOpen(reporting, pullRequest, known?.refusal);
  memory.set(number, { ...reported, ...revision });
  return merged ? { kind: "merge-pull-request", number, title: pullRequest.title } : undefined;
}

async function reportOpen(
  reporting: Reporting,
  pullRequest: PullRequest,
  lastRefusal: string | undefined,
): Promise<{ readonly merged: boolean; readonly reported: Reported }> {
  // Asked before it is judged: what comes in between is seen as new the next time.
  const statuses = await statusesFor(reporting, pullRequest);
  const judged = await judge(reporting, pullRequest);
  const { session, host, signal, shared, memory } = reporting;
  const rivals = rivalsPrint(pullRequest, shared, memory);
  const speaker = speakerOf(pullRequest, judged.report.outcome, { shared, memory });
  const notes = noteOfSpeaker(pullRequest, speaker, shared);
  if (speaker === pullRequest.number) {
    await host.checks.publish(await draftOf(session, judged, notes), signal);
  }
  const { merged, refusal } = await sayAndMerge(reporting, judged, { lastRefusal, notes });
  const mayChange = refusal !== undefined || waitsForChecks(judged.report);
  const reported = {
    ...reportedOf(reporting, judged),
    ...(rivals === undefined ? {} : { rivals }),
    ...(statuses === undefined || !mayChange ? {} : { statuses }),
    ...(refusal === undefined ? {} : { refusal }),
    // A host may not have seen yet that its own conditions are met: asked once more, soon.
    ...(refusal === undefined || refusal === lastRefusal ? {} : { until: soon(session) }),
  };
  return { merged, reported };
}

export async function judge(
  { session, situation, patience }: JudgingContext,
  pullRequest: PullRequest,
): Promise<Judged> {
  const preview = await previewChange(session, situation, pullRequest);
  const report = await checkPreview(session, { ...situation, preview, patience }, pullRequest);
  return { pullRequest, preview, report };
}

export async function draftOf(
  { reader }: RegistrySession,
  { preview, report }: Judged,
  notes: readonly string[] = [],
): Promise<ReturnType<typeof draftCheck>> {
  const { head } = report;
  if (report.findings.length === 0 || preview.outcome === "conflict") {
    return draftCheck({ report, head, notes, hasFile: () => false });
  }
  // Lines are those of the merged file: at the head they are the same if the file is.
  const { files: judged } = await reader.registryAt(preview.change.after);
  const { files: shown } = await reader.registryAt(head);
  const hasFile = (path: string): boolean => {
    const id = shown.objectIdOf(path);
    return id !== undefined && id === judged.objectIdOf(path);
  };
  return draftCheck({ report, head, notes, hasFile });
}

interface Said {
  readonly merged: boolean;
  readonly refusal?: string;
}

async function sayAndMerge(
  { session, host, signal }: Reporting,
  judged: Judged,
  said: { readonly lastRefusal: string | undefined; readonly notes: readonly string[] },
): Promise<Said> {
  const { lastRefusal } = said;
  const { pullRequest, report } = judged;
  const { number, labels } = pullRequest;
  const say = async (...more: readonly string[]): Promise<void> => {
    const notes = [...said.notes, ...more];
    await host.checks.say(number, renderCheckMarkdown(report, { notes }), signal);
  };
  try {
    if (!labels.includes(mergeWhenReadyLabel)) {
      await say();
      return { merged: false };
    }
    const obstacle = await obstacleToMerge(session, judged);
    if (obstacle !== undefined) {
      await say(`Not merged yet: ${obstacle}.`);
      return { merged: false };
    }
    // What the host said last is kept until it says otherwise, so that the comment does not flicker.
    await say(...(lastRefusal === undefined ? [] : [refusalNote(lastRefusal)]));
    signal?.throwIfAborted();
    const attempt = await tryMerge(session, pullRequest);
    if (attempt.outcome !== "refused") return { merged: attempt.outcome === "merged" };
    if (attempt.reason !== lastRefusal) await say(refusalNote(attempt.reason));
    return { merged: false, refusal: attempt.reason };
  } catch (error) {
    if (hasCode(error, "FORGE_PULL_REQUEST_ENDED")) return { merged: false };
    throw error;
  }
}

function refusalNote(reason: string): string {
  return `Not merged, though nothing stands against it here: ${reason}`;
}

/** What other programs say of the head, where a rule or the host's own may ask for it. */
async function statusesFor(
  { host, situation, signal }: Reporting,
  { head, labels }: PullRequest,
): Promise<string | undefined> {
  const rules = situation.inForce.policies.promotion?.rules ?? [];
  const mayMatter =
    labels.includes(mergeWhenReadyLabel) || rules.some(({ gates }) => gates.checks !== undefined);
  return mayMatter ? statusesPrint(await host.statusesOf(head, signal)) : undefined;
}

function waitsForChecks({ moves }: CheckReport): boolean {
  return moves.some(({ gates }) =>
    gates.some(({ gate, outcome }) => gate === "checks" && outcome !== "passed"),
  );
}

function reportedOf({ session, world }: Reporting, { pullRequest, report }: Judged): Reported {
  const now = session.clock.now();
  const until = nextMoment(report, now);
  return {
    listed: listedPrint(pullRequest),
    conversation: conversationPrint(pullRequest),
    world,
    at: now.toISOString(),
    outcome: report.outcome,
    ...(until === undefined ? {} : { until }),
  };
}

const soonMs = 30_000;

function soon({ clock }: RegistrySession): string {
  return new Date(clock.now().getTime() + soonMs).toISOString();
}

/** The first moment at which a gate may open. */
function nextMoment({ moves }: CheckReport, now: Date): string | undefined {
  return moves
    .flatMap(({ gates }) => gates)
    .flatMap(({ outcome, until }) => (outcome === "waiting" && until !== undefined ? [until] : []))
    .filter((until) => Date.parse(until) > now.getTime())
    .sort((left, right) => Date.parse(left) - Date.parse(right))[0];
}
