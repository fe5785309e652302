import type { ApprovalMark } from "../../domain/ledger/event.ts";
import { policyInForce, stageVersion } from "../../domain/ledger/state.ts";
import type { Subject } from "../../domain/promotion/approvals.ts";
import type { Approval } from "../../domain/promotion/facts.ts";
import { policyOwnersRole, type AccessPolicy } from "../../domain/promotion/policy.ts";
import { emptyTeams, formatEmptyTeam, teamName } from "../../domain/promotion/teams.ts";
import type { PullRequest } from "../../domain/pull-request.ts";
import type { Registry } from "../../domain/registry.ts";
import { isPolicyPath } from "../../registry/policy-path.ts";
import type { Digest } from "../../shared/digest.ts";
import { canonicalJson } from "../../shared/json.ts";
import { approvalsOfChange, type SeenReview } from "./approvals-of-change.ts";
import type { Change, JudgeContext } from "./change.ts";
import { readInForce } from "./in-force.ts";

export interface PolicyJudgement {
  /** `none`: the change leaves policies/, workspaces/ and registry.yaml alone. */
  readonly outcome: "none" | "accepted" | "refused";
  /** The policy of the change. */
  readonly digest: Digest;
  /** True when that is the policy in force. */
  readonly isInForce: boolean;
  /** Of the files that differ from the policy in force. */
  readonly paths: readonly string[];
  readonly approvals: readonly ApprovalMark[];
  /** Why it is refused; what the owners should know when it is accepted. */
  readonly reasons: readonly string[];
}

/**
 * Whether a change of policies/, registry.yaml and workspaces/ takes effect: only if those who own
 * the policy in force approved exactly this.
 */
export async function judgePolicy(context: JudgeContext, change: Change): Promise<PolicyJudgement> {
  const { reader } = context;
  const digest = await reader.policyDigest(change.after);
  const isInForce = digest === policyInForce(change.state).digest;
  const isTouched = digest !== (await reader.policyDigest(change.before));
  const nothing = { digest, isInForce, paths: [], approvals: [], reasons: [] };
  if (isInForce || !isTouched) return { ...nothing, outcome: "none" };
  const raw = await reader.policyAt(change.after);
  const paths = changedPaths(change.inForce, raw);
  const { approvals, problem } = await ownersApproval(context, change, digest);
  const reasons = [
    ...brokenPolicy(raw),
    ...removedStages(change, raw),
    ...(problem === undefined ? [] : [problem]),
  ];
  const outcome = reasons.length === 0 ? "accepted" : "refused";
  return { outcome, digest, isInForce, paths, approvals, reasons };
}

/** Against the policy in force, not the branch: what was never accepted is shown as a change too. */
function changedPaths(inForce: Registry, after: Registry): readonly string[] {
  const paths = new Set<string>();
  for (const registry of [inForce, after]) {
    for (const path of registry.files.paths()) if (isPolicyPath(path)) paths.add(path);
  }
  return [...paths]
    .filter((path) => inForce.files.objectIdOf(path) !== after.files.objectIdOf(path))
    .sort();
}

/** Why a policy cannot be used at all, whoever wants it. */
export function brokenPolicy({ findings, settings }: Registry): readonly string[] {
  const errors = findings.filter(
    ({ severity, path }) => severity === "error" && isPolicyPath(path),
  );
  const [first] = errors;
  if (first !== undefined) {
    const place = first.line === undefined ? first.path : `${first.path}:${first.line}`;
    return [`It cannot be used: ${place}: ${first.message} The policy in force stays.`];
  }
  return settings === undefined ? ["registry.yaml is missing: the policy in force stays."] : [];
}

/** What a stage runs must be withdrawn before the stage can go. */
function removedStages({ inForce, state }: Change, after: Registry): readonly string[] {
  const left = new Set(after.settings?.stages);
  const removed = (inForce.settings?.stages ?? []).filter((stage) => !left.has(stage));
  return removed.flatMap((stage) => {
    const running = Object.entries(state.assets).flatMap(([key, asset]) => {
      const entry = stageVersion(asset, stage);
      return entry === undefined ? [] : [`${key} ${entry.version}`];
    });
    const [first] = running;
    if (first === undefined) return [];
    const more = running.length > 1 ? ` and ${running.length - 1} more` : "";
    return [`The stage ${stage} runs ${first}${more}: withdraw them before the stage is removed.`];
  });
}

interface OwnersApproval {
  readonly approvals: readonly ApprovalMark[];
  readonly problem: string | undefined;
}

async function ownersApproval(
  context: JudgeContext,
  change: Change,
  digest: Digest,
): Promise<OwnersApproval> {
  const { pullRequest, inForce } = change;
  const { access } = inForce.policies;
  if (pullRequest === undefined) {
    return {
      approvals: [],
      problem: "No pull request brought it, so nobody can have approved it.",
    };
  }
  const owners = access?.roles.get(policyOwnersRole) ?? [];
  if (owners.length === 0) {
    const problem = `The policy in force gives nobody the role ${policyOwnersRole}: whoever runs Cairn can put it in force (cairn policy accept).`;
    return { approvals: [], problem };
  }
  if (!(await isProposed(context, change, pullRequest, digest))) {
    const problem = `It is not as pull request #${pullRequest.number} proposed it: bring the branch up to date and have it reviewed again.`;
    return { approvals: [], problem };
  }
  const all = await approvalsOfChange(context, change, {
    asset: policyOwnersRole,
    subjectOf: (review) => policySubject(context, change, review, digest),
  });
  const given = all.filter(({ isImplied }) => !isImplied);
  const byOwners = given.filter(({ roles }) => roles.includes(policyOwnersRole));
  const against = byOwners.find(
    ({ verdict, problem }) => verdict === "changes-requested" && problem === undefined,
  );
  if (against !== undefined) {
    return { approvals: [], problem: `${against.person} asked for changes.` };
  }
  const counting = byOwners.filter(({ problem, isAuthor }) => problem === undefined && !isAuthor);
  if (counting.length > 0) return { approvals: counting.map(toMark), problem: undefined };
  const missing = emptyTeams(access, [policyOwnersRole]).map(
    (team) => ` ${formatEmptyTeam(team)}.`,
  );
  return {
    approvals: [],
    problem: `${missingOwner(owners, given, pullRequest)}${missing.join("")}`,
  };
}

/**
 * The policy is the one at the pull request's head, and its own change: what it merely was made
 * before and takes back, nobody who looked at it saw.
 */
async function isProposed(
  { reader }: JudgeContext,
  { base, before }: Change,
  { head }: PullRequest,
  digest: Digest,
): Promise<boolean> {
  if (base === undefined || (await reader.policyDigest(head)) !== digest) return false;
  return (await reader.policyDigest(base)) === (await reader.policyDigest(before));
}

function missingOwner(
  owners: readonly string[],
  given: readonly Approval[],
  { number }: PullRequest,
): string {
  const why = given.flatMap(({ person, problem, isAuthor, roles }) => {
    if (problem !== undefined) return [problem];
    if (isAuthor) return [`${person} is an author of it`];
    return roles.includes(policyOwnersRole) ? [] : [`${person} does not own the policy`];
  });
  const detail = why.length === 0 ? "" : ` (${why.join("; ")})`;
  return `A policy owner other than its authors must approve pull request #${number}: ${owners.join(", ")}${detail}.`;
}

async function policySubject(
  { reader }: JudgeContext,
  { state, inForce }: Change,
  { commit, at }: SeenReview,
  digest: Digest,
): Promise<Subject> {
  const what: string[] = [];
  if ((await reader.policyDigest(commit)) !== digest) what.push("the policy");
  const then = await readInForce(reader, state, at);
  if (ownersOf(then.policies.access) !== ownersOf(inForce.policies.access)) {
    what.push("who owns the policy");
  }
  return what.length === 0 ? { outcome: "same" } : { outcome: "changed", what };
}

function ownersOf(access: AccessPolicy | undefined): string {
  const owners = access?.roles.get(policyOwnersRole) ?? [];
  const people = (access?.people ?? []).filter(({ id }) => owners.includes(id));
  const teams = owners.flatMap((owner) => teamName(owner) ?? []).sort();
  return canonicalJson([
    ...teams,
    ...people.map(({ id, github, emails, signingKeys }) => [
      id,
      github ?? "",
      [...emails],
      [...signingKeys],
    ]),
  ]);
}

export function toMark(approval: {
  readonly person: string;
  readonly at: string;
  readonly commit: string | undefined;
}): ApprovalMark {
  const { person, at, commit } = approval;
  return { person, at, ...(commit === undefined ? {} : { commit }) };
}
