import type { AssetKey } from "../../domain/asset.ts";
import { cairnIdentity } from "../../domain/ledger/tag.ts";
import type { PullRequest } from "../../domain/pull-request.ts";
import { CairnError, hasCode } from "../../shared/errors.ts";
import type { CheckReport } from "../app-promote.ts";
import { approvalsOfChange } from "../promote/approvals-of-change.ts";
import type { Change } from "../promote/change.ts";
import type { Preview } from "../promote/preview.ts";
import type { RegistrySession } from "../session.ts";
import { touchedPaths } from "./changed-paths.ts";

/** Whoever gives a pull request this label lets Cairn merge it. */
export const mergeWhenReadyLabel = "cairn:merge-when-ready";

export interface Judged {
  readonly pullRequest: PullRequest;
  readonly preview: Preview;
  readonly report: CheckReport;
}

/** Why Cairn does not merge it, as `it is a draft`; `undefined` when it would. */
export async function obstacleToMerge(
  session: RegistrySession,
  { pullRequest, preview, report }: Judged,
): Promise<string | undefined> {
  if (pullRequest.isDraft === true) return "it is a draft";
  if (pullRequest.fork !== undefined) return "it comes from another repository";
  if (report.outcome === "pending") return "its check waits for the time to come";
  if (report.outcome === "failed" || preview.outcome === "conflict") return "its check fails";
  const { change } = preview;
  if (change.pullRequest === undefined) return "it was merged before, and its head is gone";
  const { unjudged, assets } = await touchedPaths(session.mirror, change, report.moves);
  const [first] = unjudged;
  if (first !== undefined) {
    const more = unjudged.length > 1 ? ` and ${unjudged.length - 1} more` : "";
    return `it changes what Cairn does not judge (${first}${more})`;
  }
  for (const asset of assets) {
    const reason = await missingApproval(session, change, asset);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Somebody who may approve the asset and did not write it must have approved this very head. */
async function missingApproval(
  session: RegistrySession,
  change: Change,
  asset: AssetKey,
): Promise<string | undefined> {
  const words = await approvalsOfChange(session, change, {
    asset,
    subjectOf: ({ commit }) =>
      commit === change.pullRequest?.head
        ? { outcome: "same" }
        : { outcome: "changed", what: ["the head"] },
  });
  const counting = words.filter(({ mayApprove, problem }) => mayApprove && problem === undefined);
  const against = counting.find(({ verdict }) => verdict === "changes-requested");
  if (against !== undefined) return `${against.person} asked for changes`;
  const isApproved = counting.some(
    ({ verdict, isAuthor, isImplied }) => verdict === "approved" && !isAuthor && !isImplied,
  );
  return isApproved
    ? undefined
    : `nobody who may approve ${asset}, other than its authors, has approved it as it is now`;
}

export type MergeAttempt =
  | { readonly outcome: "merged" }
  /** Somebody was faster: what is there now is looked at in the next run. */
  | { readonly outcome: "stale" }
  | { readonly outcome: "refused"; readonly reason: string };

/** Merges exactly the head that was judged. Rejects when the host does not answer. */
export async function tryMerge(
  { forge }: Pick<RegistrySession, "forge">,
  { number, head }: Pick<PullRequest, "number" | "head">,
): Promise<MergeAttempt> {
  const by = { ...cairnIdentity, isBot: true };
  try {
    const merge = await forge.merge(number, { by, method: "merge", expectedHead: head });
    if (merge.outcome === "merged") return merge;
    if (merge.outcome === "head-moved") return { outcome: "stale" };
    return {
      outcome: "refused",
      reason: `it conflicts with the branch in ${merge.paths.join(", ")}`,
    };
  } catch (error) {
    if (hasCode(error, "FORGE_PULL_REQUEST_ENDED", "FORGE_HEAD_MOVED")) return { outcome: "stale" };
    const isRefusal =
      error instanceof CairnError &&
      error.code.startsWith("FORGE_") &&
      error.kind !== "unavailable" &&
      error.retryAfterMs === undefined;
    if (!isRefusal) throw error;
    return { outcome: "refused", reason: error.message };
  }
}
