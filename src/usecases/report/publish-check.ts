import type { Finding, Severity } from "../../domain/finding.ts";
import type { PullRequest } from "../../domain/pull-request.ts";
import type { CheckAnnotation, CheckDraft, HostServices } from "../../forge/host-services.ts";
import { CairnError } from "../../shared/errors.ts";
import type { HostCheckReport, HostCheckRequest } from "../app-promote.ts";
import { isForBranch } from "../promote/check-pull-request.ts";
import { renderCheckMarkdown } from "../promote/render-check-markdown.ts";
import { readSituation, type Situation } from "../promote/situation.ts";
import type { RegistrySession } from "../session.ts";
import { draftOfGroup } from "./report-merge-groups.ts";
import { draftOf, judge } from "./report-one.ts";

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
    const draft = await readGroupDraft(session, situation, request.mergeGroup);
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
async function readGroupDraft(
  session: RegistrySession,
  situation: Situation,
  head: string,
): Promise<CheckDraft> {
  const groups = (await session.host?.mergeGroups()) ?? [];
  const group = groups.find((other) => other.head === head);
  if (group === undefined) throw groupUnknown(head);
  const draft = await draftOfGroup({ session, situation, signal: undefined }, groups, group);
  if (draft === undefined) throw groupUnknown(head);
  return draft;
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

function groupUnknown(head: string): CairnError {
  return new CairnError({
    code: "MERGE_GROUP_UNKNOWN",
    kind: "conflict",
    message: `The merge queue has no group at ${head.slice(0, 12)} that can be checked: the queue has moved on.`,
    hint: "The host makes a new group and asks for its check.",
  });
}
