import type { PullRequestSummary } from "../../domain/pull-request.ts";
import type { HostServices } from "../../forge/host-services.ts";
import { sha256 } from "../../shared/digest.ts";
import type { ApplyRequest } from "../app.ts";
import { isForBranch } from "../promote/check-pull-request.ts";
import { code, plainLine, prose } from "../promote/markdown-text.ts";
import type { RegistrySession } from "../session.ts";
import { isOld } from "./due.ts";
import { listedPrint } from "./fingerprints.ts";
import { ReportMemory } from "./memory.ts";
import { Problems } from "./problems.ts";
import type { ReportOutcome } from "./report-pull-requests.ts";

/** The others come in the next run. */
const mostAtOnce = 50;
const mostLetters = 240;

const nothing: ReportOutcome = { done: [], findings: [], again: false, hostProblem: undefined };

/**
 * Says on open pull requests why nothing can be decided until a person acts: without a word people
 * would wait for a check that does not come, or believe an old one.
 */
export async function reportStalled(
  session: RegistrySession,
  { message }: { readonly message: string },
  { signal }: ApplyRequest = {},
): Promise<ReportOutcome> {
  const { host, cache, clock } = session;
  if (host === undefined) return nothing;
  const problems = new Problems(session.log);
  const memory = await ReportMemory.of(cache);
  const world = sha256(`stalled: ${message}`);
  try {
    const open = (await session.forge.list(["open"], signal)).filter((pullRequest) =>
      isForBranch(pullRequest, session),
    );
    const due = open.filter((pullRequest) => {
      const known = memory.get(pullRequest.number);
      return (
        known?.world !== world ||
        known.listed !== listedPrint(pullRequest) ||
        isOld(known, clock.now())
      );
    });
    for (const pullRequest of due.slice(0, mostAtOnce)) {
      if (problems.hostProblem !== undefined) break;
      signal?.throwIfAborted();
      if (!(await saySafely(host, { pullRequest, message, problems, signal }))) continue;
      const listed = listedPrint(pullRequest);
      const at = clock.now().toISOString();
      // No conversation has this print: once it goes on, all of them are judged.
      memory.set(pullRequest.number, { listed, world, conversation: world, at });
    }
    const { findings, hostProblem } = problems;
    const isCut = due.length > mostAtOnce && hostProblem === undefined;
    return { done: [], findings, again: isCut, hostProblem };
  } catch (error) {
    signal?.throwIfAborted();
    problems.stop(error);
    return { ...nothing, findings: problems.findings, hostProblem: problems.hostProblem };
  } finally {
    await memory.save();
  }
}

interface Saying {
  readonly pullRequest: PullRequestSummary;
  readonly message: string;
  readonly problems: Problems;
  readonly signal: AbortSignal | undefined;
}

async function saySafely(
  { checks }: HostServices,
  { pullRequest: { number, head }, message, problems, signal }: Saying,
): Promise<boolean> {
  const title = plainLine(`Nothing can be decided now: ${message}`, mostLetters);
  const summary = `❌ **Check failed** ${prose(title)}\n\nCommit ${code(head.slice(0, 10))}.\n`;
  try {
    await checks.publish({ head, outcome: "failed", title, summary, annotations: [] }, signal);
    await checks.say(number, summary, signal);
    problems.passed();
    return true;
  } catch (error) {
    // Cancelled work looks like a host that is gone.
    signal?.throwIfAborted();
    problems.add(`Pull request #${number} is not reported on`, error);
    return false;
  }
}
