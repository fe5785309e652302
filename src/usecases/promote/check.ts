import { compareStates } from "../../domain/finding-change.ts";
import { compareFindings, isBlocking, type Finding } from "../../domain/finding.ts";
import type { PullRequest } from "../../domain/pull-request.ts";
import type { Registry } from "../../domain/registry.ts";
import type { CheckReport, MoveReport, PredictedVersion } from "../app-promote.ts";
import type { CommitInfo } from "../../git/git.ts";
import { isPolicyPath } from "../../registry/policy-path.ts";
import type { EventDraft } from "../ledger/draft.ts";
import { draftMove } from "../reconcile/derive-moves.ts";
import { judgeLanding, type LandingJudgement } from "../reconcile/judge-landing.ts";
import type { RegistrySession } from "../session.ts";
import { findProblems } from "../validate.ts";
import type { Change } from "./change.ts";
import { previewDeliveries } from "./check-deliveries.ts";
import { impactOf } from "./check-impact.ts";
import { warningsOf } from "./check-warnings.ts";
import { moveReport } from "./move-report.ts";
import { previewChange, type Preview } from "./preview.ts";
import type { Situation } from "./situation.ts";
import type { StorePatience } from "./store-patience.ts";

/**
 * What merging a commit would do, by the very code that judges it once it has landed:
 * findings, versions, promotions with their gates, deliveries, impact. Changes nothing.
 */
export async function checkChange(
  session: RegistrySession,
  situation: Situation,
  pullRequest: PullRequest,
): Promise<CheckReport> {
  const preview = await previewChange(session, situation, pullRequest);
  return checkPreview(session, { ...situation, preview }, pullRequest);
}

export interface PreviewInput extends Pick<Situation, "head" | "state" | "tags"> {
  readonly preview: Preview;
  /** How long stores are waited for, where somebody is waiting for the answer. */
  readonly patience?: StorePatience | undefined;
}

/** The same of a change that is put together already: a merge queue makes its own. */
export async function checkPreview(
  session: RegistrySession,
  { preview, head: base, state, tags, patience }: PreviewInput,
  pullRequest: PullRequest,
): Promise<CheckReport> {
  const known = {
    registry: state.registry,
    pullRequest: pullRequest.number === 0 ? undefined : pullRequest.number,
    head: pullRequest.head,
    base,
  };
  if (preview.outcome === "conflict") return conflictReport(known, preview.paths);
  const landing = await judgeLanding(session, preview.change, tags);
  const { change, policy, publications } = landing;
  const moves = landing.moves.moves.map(moveReport);
  const { findings, others } = await changedFindings(session, change, landing);
  // What would travel, were it accepted: the size of a promotion is part of what is approved.
  const moving = landing.moves.moves.filter(({ facts }) => facts !== undefined);
  const drafts = [...publications.drafts, ...moving.map((judged) => draftMove(change, judged))];
  const report = {
    ...known,
    conflicts: [],
    findings,
    otherFindings: others,
    versions: predictedVersions(change, publications.drafts),
    moves,
    policy:
      policy.outcome === "none"
        ? undefined
        : ({
            outcome: policy.outcome === "accepted" ? "passed" : "failed",
            paths: policy.paths,
            reasons: policy.reasons,
          } as const),
    refusals: [
      ...[...landing.content.unreviewed, ...landing.content.held].map(({ reason }) => reason),
      ...(await nothingNew(session, preview, pullRequest)),
    ],
    warnings: warningsOf(change, pullRequest, await session.reader.registryAt(change.after)),
    deliveries: await previewDeliveries(session, change, { drafts, patience }),
    impact: impactOf(change, drafts, moves),
  };
  const summary = summaryOf(report) || (await quietSummary(session, change, policy));
  return { ...report, outcome: outcomeOf(report), summary };
}

/** Of a change that brings no version and moves nothing. */
async function quietSummary(
  { reader }: RegistrySession,
  { before }: Change,
  { isInForce, digest }: LandingJudgement["policy"],
): Promise<string> {
  const isRestored = isInForce && (await reader.policyDigest(before)) !== digest;
  return isRestored
    ? "The policy on the branch is the one in force again"
    : "Nothing of the registry changes";
}

/** A pull request that brings nothing would be merged, and nothing would come of it. */
async function nothingNew(
  { mirror }: RegistrySession,
  { change, commit }: { readonly change: Change; readonly commit: CommitInfo },
  { number }: PullRequest,
): Promise<readonly string[]> {
  const { tree } = await mirror.readCommit(change.before);
  if (number === 0 || commit.tree !== tree) return [];
  return [
    "The branch has all of this already, so merging it changes nothing. If a stage is to move, cairn promote asks anew.",
  ];
}

function conflictReport(
  known: Pick<CheckReport, "registry" | "pullRequest" | "head" | "base">,
  conflicts: readonly string[],
): CheckReport {
  const [first = "a file"] = conflicts;
  const more = conflicts.length > 1 ? ` and ${conflicts.length - 1} more` : "";
  return {
    ...known,
    outcome: "failed",
    summary: `It conflicts with the branch in ${first}${more}`,
    conflicts,
    findings: [],
    otherFindings: 0,
    versions: [],
    moves: [],
    policy: undefined,
    refusals: [],
    warnings: [],
    deliveries: [],
    impact: [],
  };
}

type Undecided = Omit<CheckReport, "outcome" | "summary">;

function outcomeOf({ findings, moves, policy, refusals }: Undecided): CheckReport["outcome"] {
  const hasFailed =
    findings.some(isBlocking) ||
    refusals.length > 0 ||
    policy?.outcome === "failed" ||
    moves.some(({ outcome }) => outcome === "failed");
  if (hasFailed) return "failed";
  return moves.some(({ outcome }) => outcome === "waiting") ? "pending" : "passed";
}

function summaryOf({ findings, moves, versions, policy, refusals }: Undecided): string {
  const errors = findings.filter(isBlocking).length;
  const parts = [
    ...moves.map(moveSummary),
    ...versions.map(({ asset, version }) => `${asset} gets version ${version}`),
    ...(policy === undefined
      ? []
      : [`the policy changes${policy.outcome === "failed" ? ", without those who own it" : ""}`]),
    ...(errors > 0 ? [`${errors} ${errors === 1 ? "error" : "errors"}`] : []),
    ...(refusals.length > 0 ? [`${refusals.length} would not be taken`] : []),
  ];
  const shown = parts.slice(0, 4);
  if (parts.length > shown.length) shown.push(`${parts.length - shown.length} more`);
  return shown.join("; ");
}

function moveSummary({ asset, stage, version, runs, gates }: MoveReport): string {
  const what =
    version === undefined
      ? `${stage}: ${asset} ${runs ?? ""} is withdrawn`
      : `${stage}: ${asset} ${runs === undefined ? version : `${runs} → ${version}`}`;
  const open = openGates(gates);
  return open === "" ? what : `${what} (${open})`;
}

/** `1 of 8 gates fails, 2 wait`; empty when all of them pass. */
function openGates(gates: MoveReport["gates"]): string {
  const failed = gates.filter(({ outcome }) => outcome === "failed").length;
  const waiting = gates.filter(({ outcome }) => outcome === "waiting").length;
  const of = ` of ${gates.length} gates`;
  const parts = [
    ...(failed === 0 ? [] : [`${failed}${of} ${failed === 1 ? "fails" : "fail"}`]),
    ...(waiting === 0
      ? []
      : [`${waiting}${failed === 0 ? of : ""} ${waiting === 1 ? "waits" : "wait"}`]),
  ];
  return parts.join(", ");
}

/** What the change brings, and what it makes wrong elsewhere; what was wrong before is counted. */
async function changedFindings(
  { reader }: RegistrySession,
  change: Change,
  { findings: met }: LandingJudgement,
): Promise<{ readonly findings: readonly Finding[]; readonly others: number }> {
  const { state, before, after, registry, registryBefore } = change;
  const [proposed, branch] = [await reader.registryAt(after), await reader.registryAt(before)];
  // What a change says about the policy is shown, and what it is judged by is the policy in force:
  // it cannot accept its own findings. What lies on the branch unaccepted is not this change's.
  const problemsOf = (raw: Registry, judged: Registry): readonly Finding[] => [
    ...findProblems(raw, state).filter(({ path }) => isPolicyPath(path)),
    ...findProblems(judged, state).filter(({ path }) => !isPolicyPath(path)),
  ];
  const all = [...problemsOf(proposed, registry), ...met].sort(compareFindings);
  const { introduced } = compareStates({ before: problemsOf(branch, registryBefore), after: all });
  const isNew = new Set(introduced);
  const isChanged = (path: string): boolean =>
    proposed.files.objectIdOf(path) !== branch.files.objectIdOf(path);
  const findings = all.filter((finding) => isChanged(finding.path) || isNew.has(finding));
  return { findings, others: all.length - findings.length };
}

function predictedVersions(
  { registry }: Change,
  drafts: readonly EventDraft[],
): readonly PredictedVersion[] {
  return drafts.flatMap((draft) => {
    if (draft.type !== "published") return [];
    const { asset, version, digest, same_as: sameAs, manifest } = draft;
    const found = registry.assets.find(({ document }) => document.path === manifest);
    const files = (found?.localPaths ?? []).flatMap((local) => local.files);
    const sizeBytes = files.reduce((total, file) => total + file.sizeBytes, 0);
    return [
      {
        asset,
        version,
        digest,
        ...(sameAs === undefined ? {} : { sameAs }),
        files: files.length,
        sizeBytes,
      },
    ];
  });
}
