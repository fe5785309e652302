import { approvalsOf, type Subject } from "../../domain/promotion/approvals.ts";
import type { Approval } from "../../domain/promotion/facts.ts";
import type { Review } from "../../domain/pull-request.ts";
import { hasCode } from "../../shared/errors.ts";
import type { Change, JudgeContext } from "./change.ts";

/** A review of which the host can tell what it saw. */
export type SeenReview = Review & { readonly commit: string };

/** What is approved, and how to tell whether a review saw that. */
export interface ApprovalQuestion {
  /** `models/taxi-fare`, or whatever else is approved. */
  readonly asset: string;
  subjectOf(review: SeenReview): Subject | Promise<Subject>;
}

/** The approvals of a change by the policy in force. A commit that nobody has any more is unknown. */
export async function approvalsOfChange(
  { clock }: JudgeContext,
  { pullRequest, inForce, commits, outsiders }: Change,
  question: ApprovalQuestion,
): Promise<readonly Approval[]> {
  if (pullRequest === undefined) return [];
  const subjects = new Map<string, Subject>();
  for (const review of pullRequest.reviews) {
    subjects.set(review.id, await askSubject(question, review));
  }
  return approvalsOf({
    pullRequest,
    commits,
    access: inForce.policies.access,
    ...(outsiders === undefined ? {} : { outsiders }),
    asset: question.asset,
    now: clock.now().toISOString(),
    endedAt: pullRequest.merged?.at,
    subjectOf: ({ id }) => subjects.get(id) ?? { outcome: "unknown" },
  });
}

async function askSubject(question: ApprovalQuestion, review: Review): Promise<Subject> {
  const { commit } = review;
  if (commit === undefined) return { outcome: "unknown" };
  try {
    return await question.subjectOf({ ...review, commit });
  } catch (error) {
    if (hasCode(error, "GIT_OBJECT_MISSING")) return { outcome: "unknown" };
    throw error;
  }
}
