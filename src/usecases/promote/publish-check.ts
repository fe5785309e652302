import type { Finding, Severity } from "../../domain/finding.ts";
import type { PullRequest } from "../../domain/pull-request.ts";
import type { CheckAnnotation, CheckDraft, HostServices } from "../../forge/host-services.ts";
import { CairnError } from "../../shared/errors.ts";
import type { HostCheckReport, HostCheckRequest } from "../app-promote.ts";
import type { Cache } from "../ledger/cache.ts";
import { worldPrint } from "../report/fingerprints.ts";
import { ReportMemory } from "../report/memory.ts";
import { Problems } from "../report/problems.ts";
import { reportMergeGroups } from "../report/report-merge-groups.ts";
import { draftOf, isForBranch, judge } from "../report/report-one.ts";
import type { RegistrySession } from "../session.ts";
import { renderCheckMarkdown } from "./render-check-markdown.ts";
import { readSituation, type Situation } from "./situation.ts";

/**
 * The check of what the host knows, by the code that `cairn serve` checks with; merges nothing. What
 * the host does not let Cairn show is in the answer all the same. Rejects like the methods of `Forge`
 * and with `MERGE_GROUP_UNKNOWN`.
 */
export async function publishCheck(
  session: RegistrySession,
  request: HostCheckRequest,
): Promise<HostCheckReport> {
  const situation = await readSituation(session);
  const { publish } = request;
  if ("mergeGroup" in request) {
    const draft = await draftOfGroup(session, situation, request.mergeGroup);
    const shown = publish ? await show(session.host, draft) : nothingShown;
    return { ...ofDraft(draft), ...shown };
  }
  const pullRequest = await session.forge.get(request.pullRequest);
  const why = whyNothing(session, pullRequest);
  if (why !== undefined) return nothingToCheck(why);
  const judged = await judge({ session, situation }, pullRequest);
  const { report } = judged;
  const markdown = renderCheckMarkdown(report);
  const comment = { number: pullRequest.number, body: markdown };
  const shown = publish
    ? await show(session.host, await draftOf(session, judged), comment)
    : nothingShown;
  const { outcome, summary, findings } = report;
  return { outcome, summary, markdown, findings, report, ...shown };
}

type Shown = Pick<HostCheckReport, "published" | "refusal">;

const nothingShown: Shown = { published: false };

/** A token that may only read, as that of a fork's pull request, is no reason to have no answer. */
async function show(
  host: HostServices | undefined,
  draft: CheckDraft,
  comment?: { readonly number: number; readonly body: string },
): Promise<Shown> {
  if (host === undefined) {
    return { published: false, refusal: "The host of these pull requests has no checks." };
  }
  let published = false;
  try {
    await host.checks.publish(draft);
    published = true;
    if (comment !== undefined) await host.checks.say(comment.number, comment.body);
    return { published };
  } catch (error) {
    if (!(error instanceof CairnError) || error.kind === "internal") throw error;
    return { published, refusal: error.message };
  }
}

/** An event may be about what has ended, or about another branch: neither is a failure. */
function whyNothing(session: RegistrySession, pullRequest: PullRequest): string | undefined {
  if (pullRequest.state !== "open") return `It is ${pullRequest.state} already`;
  if (isForBranch(pullRequest, session)) return undefined;
  return "It is not for the registry's branch";
}

function nothingToCheck(why: string): HostCheckReport {
  const summary = `${why}, so there is nothing to check.`;
  return { outcome: "passed", summary, markdown: summary, findings: [], published: false };
}

/** What the reporter of `cairn serve` would show at this commit. */
async function draftOfGroup(
  session: RegistrySession,
  situation: Situation,
  head: string,
): Promise<CheckDraft> {
  const { host, clock, log } = session;
  const groups = (await host?.mergeGroups()) ?? [];
  if (host === undefined || !groups.some((group) => group.head === head)) throw groupUnknown(head);
  const world = worldPrint(situation);
  const memory = await ReportMemory.of(emptyCache());
  const at = clock.now().toISOString();
  for (const other of groups) if (other.head !== head) memory.setGroup(other.head, { world, at });
  const drafts: CheckDraft[] = [];
  const checks = {
    publish: async (draft: CheckDraft) => drafts.push(draft) > 0,
    say: async () => false,
  };
  const asking = {
    checks,
    teams: host.teams,
    mergeGroups: async () => groups,
    repositoryId: () => host.repositoryId(),
    statusesOf: (commit: string) => host.statusesOf(commit),
    inspect: () => host.inspect(),
  };
  const problems = new Problems(log);
  const reporting = { session, host: asking, situation, world, memory, signal: undefined };
  await reportMergeGroups(reporting, problems);
  const [draft] = drafts;
  if (draft !== undefined) return draft;
  throw groupUnknown(head, problems.findings[0]?.message);
}

function emptyCache(): Cache {
  return { get: async () => undefined, set: async () => undefined };
}

function ofDraft({ outcome, title, summary, annotations }: CheckDraft) {
  return { outcome, summary: title, markdown: summary, findings: annotations.map(toFinding) };
}

const severityOf = {
  failure: "error",
  warning: "warning",
  notice: "info",
} as const satisfies Record<CheckAnnotation["level"], Severity>;

function toFinding({ level, title, message, path, line, column }: CheckAnnotation): Finding {
  const place = column === undefined ? { path, line } : { path, line, column };
  return { rule: title, severity: severityOf[level], message, ...place };
}

function groupUnknown(head: string, why = "the queue has moved on."): CairnError {
  return new CairnError({
    code: "MERGE_GROUP_UNKNOWN",
    kind: "conflict",
    message: `The merge queue has no group at ${head.slice(0, 12)} that can be checked: ${why}`,
    hint: "The host makes a new group and asks for its check.",
  });
}
