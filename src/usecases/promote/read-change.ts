import type { LandingMark, WaitingEvent } from "../../domain/ledger/event.ts";
import type { LedgerState } from "../../domain/ledger/state.ts";
import type { AccessPolicy } from "../../domain/promotion/policy.ts";
import type { PullRequest } from "../../domain/pull-request.ts";
import type { Forge } from "../../forge/forge.ts";
import type { CommitInfo } from "../../git/git.ts";
import { redact } from "../../shared/redact.ts";
import type { Change, JudgeContext } from "./change.ts";
import { readUnderPolicy } from "./in-force.ts";
import { outsidersOf } from "./outsiders.ts";
import { readDeciding } from "./teams.ts";
import { isAutomatic, nameOf } from "./who.ts";

export interface ChangeInput {
  readonly before: string;
  /** The landed commit, or one made for the preview. */
  readonly commit: CommitInfo;
  readonly pullRequest: PullRequest | undefined;
  readonly state: LedgerState;
}

/** Reads both sides of a change, the policy in force and the commits of its pull request. */
export async function readChange(
  context: JudgeContext,
  { before, commit, pullRequest: recorded, state }: ChangeInput,
): Promise<Change> {
  const { reader, mirror } = context;
  const isReplayed = hasLandedElsewhere(state, recorded, commit.id);
  const pullRequest = isReplayed ? undefined : await readable(mirror, recorded);
  const inForce = await readDeciding(context, state);
  const base =
    pullRequest === undefined ? undefined : await mirror.mergeBase(before, pullRequest.head);
  return {
    before,
    base,
    registryBase: base === undefined ? undefined : await readUnderPolicy(reader, base, state),
    after: commit.id,
    pullRequest,
    landing: landingMark(commit, pullRequest, inForce.policies.access),
    registryBefore: await readUnderPolicy(reader, before, state),
    registry: await readUnderPolicy(reader, commit.id, state),
    inForce,
    state,
    isAutomatic:
      pullRequest !== undefined && isAutomatic(pullRequest, await context.forge.account()),
    ...(pullRequest === undefined
      ? {}
      : { outsiders: await outsidersOf(context, pullRequest, inForce.policies.access) }),
    commits: pullRequest === undefined ? [] : await mirror.commitsBetween(before, pullRequest.head),
  };
}

/** The change of a landing that waits for time, as it is judged again. */
export async function readWaitingChange(
  context: JudgeContext & { readonly forge: Pick<Forge, "landedBy"> },
  { before, landing }: Pick<WaitingEvent, "before" | "landing">,
  state: LedgerState,
): Promise<Change> {
  const brought = await context.forge.landedBy([landing.commit]);
  const commit = await context.mirror.readCommit(landing.commit);
  const pullRequest = brought.get(landing.commit);
  return readChange(context, { before, commit, pullRequest, state });
}

/** A pull request lands once: the ledger knows where. Another commit that claims it brought nothing. */
function hasLandedElsewhere(
  { landed }: LedgerState,
  pullRequest: PullRequest | undefined,
  commit: string,
): boolean {
  const known = pullRequest === undefined ? undefined : landed[String(pullRequest.number)];
  return known !== undefined && known !== commit;
}

/** One whose head nobody has cannot be compared with anything: it is as if there were none. */
async function readable(
  mirror: JudgeContext["mirror"],
  pullRequest: PullRequest | undefined,
): Promise<PullRequest | undefined> {
  if (pullRequest === undefined) return undefined;
  return (await mirror.resolveCommit(pullRequest.head)) === undefined ? undefined : pullRequest;
}

/** A landing as the ledger names it. */
export function landingMark(
  commit: CommitInfo,
  pullRequest: PullRequest | undefined,
  access: AccessPolicy | undefined,
): LandingMark {
  const mark = {
    commit: commit.id,
    author: redact(`${commit.author.name} <${commit.author.email}>`).slice(0, 300),
    subject: redact(commit.message.split("\n", 1)[0] ?? "").slice(0, 300),
  };
  if (pullRequest === undefined) return mark;
  const { number, author } = pullRequest;
  return { ...mark, pull_request: number, requester: nameOf(author, access) };
}
