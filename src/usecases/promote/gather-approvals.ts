import { policyInForce, type PublishedVersion } from "../../domain/ledger/state.ts";
import { stageFileOf } from "../../domain/lookup.ts";
import type { Subject } from "../../domain/promotion/approvals.ts";
import type { Approval } from "../../domain/promotion/facts.ts";
import type { Move } from "../../domain/promotion/moves.ts";
import { rulesOfMove } from "../../domain/promotion/rules-of-move.ts";
import type { Registry } from "../../domain/registry.ts";
import type { Digest } from "../../shared/digest.ts";
import { canonicalJson } from "../../shared/json.ts";
import { approvalsOfChange, type SeenReview } from "./approvals-of-change.ts";
import type { Change, JudgeContext } from "./change.ts";
import { isKnownAncestor } from "../ledger/ancestry.ts";
import { evidenceOf } from "./evidence.ts";
import { readInForce, readUnderPolicy } from "./in-force.ts";

/**
 * Who approved this move, and whose approval does not count because what they saw was something
 * else: another stage file, other evidence, or other rules than those that bind it now.
 */
export async function gatherApprovals(
  context: JudgeContext,
  change: Change,
  move: Move,
  published: PublishedVersion,
): Promise<readonly Approval[]> {
  if (change.pullRequest === undefined) return [];
  const source = { reader: context.reader, state: change.state };
  const evidence = await evidenceOf(source, change.after, move.asset, published);
  const judged = {
    move,
    published,
    evidence: evidence.digest,
    rules: await rulesAt(context, change, move),
  };
  return approvalsOfChange(context, change, {
    asset: move.asset,
    subjectOf: (review) => subjectOf(context, change, judged, review),
  });
}

/** What reviews are held against: as it is judged now. */
interface Judged {
  readonly move: Move;
  readonly published: PublishedVersion;
  readonly evidence: Digest;
  readonly rules: string;
}

/** Whether a review saw what is judged now. */
async function subjectOf(
  context: JudgeContext,
  change: Change,
  { move, published, evidence, rules }: Judged,
  { commit, at }: SeenReview,
): Promise<Subject> {
  const source = { reader: context.reader, state: change.state };
  const what: string[] = [];
  const seen = await readUnderPolicy(context.reader, commit, change.state);
  if (!isSameStageFile(seen, change, move)) what.push("the stage file");
  const { digest } = await evidenceOf(source, commit, move.asset, published);
  if (digest !== evidence) what.push("the evidence");
  if ((await rulesAt(context, change, move, at)) !== rules) what.push("the rules that apply");
  if (!(await hasVersion(context, change, published, commit))) return { outcome: "too-early" };
  return what.length === 0 ? { outcome: "same" } : { outcome: "changed", what };
}

/**
 * Whether the version was there for whoever looked at this commit: a number approved before there
 * was anything behind it was not seen by anybody. A branch that was rewritten cannot tell.
 */
async function hasVersion(
  { mirror }: JudgeContext,
  { before }: Change,
  published: PublishedVersion,
  commit: string,
): Promise<boolean> {
  if (await isKnownAncestor(mirror, published.commit, commit)) return true;
  return !(await isKnownAncestor(mirror, published.commit, before));
}

function isSameStageFile(seen: Registry, { registry }: Change, move: Move): boolean {
  const path = move.file?.document.path;
  if (path === undefined) return stageFileOf(seen, move.stage, move.asset) === undefined;
  const id = registry.files.objectIdOf(path);
  return id !== undefined && seen.files.objectIdOf(path) === id;
}

/** The rules and roles that bind a move, as the policy in force at a moment has them. */
async function rulesAt(
  { reader }: JudgeContext,
  { state, inForce }: Change,
  { stage, asset }: Move,
  at?: string,
): Promise<string> {
  const isNow = at === undefined || policyInForce(state, at).commit === policyInForce(state).commit;
  const { policies } = isNow ? inForce : await readInForce(reader, state, at);
  return canonicalJson(rulesOfMove(policies, stage, asset));
}
