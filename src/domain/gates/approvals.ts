import type { Approval, PromotionFacts } from "../promotion/facts.ts";
import type { ApprovalsSettings } from "../promotion/policy.ts";
import { formatEmptyTeam } from "../promotion/teams.ts";
import type { Gate } from "./gate.ts";

/** An interface is no JSON object to TypeScript, its members picked are. */
type Settings = Pick<ApprovalsSettings, "count" | "from" | "author">;

export const approvals: Gate<Settings> = {
  name: "approvals",
  states: "Enough people approved exactly this, and none of them is its author.",
  bindsRollback: true,

  evaluate(settings, facts) {
    const words = facts.approvals.map((approval) => judge(approval, settings, facts));
    const refusing = distinct(words.filter(({ says }) => says === "refuses"));
    if (refusing.length > 0) {
      return {
        outcome: "failed",
        reason: `${list(refusing)} asked for changes: make them, then ask for a new review, or have that review dismissed.`,
      };
    }
    const counted = distinct(words.filter(({ says }) => says === "counts"));
    const ignored = words.flatMap((word) => (word.says === "ignored" ? [word.why] : [])).sort();
    const notCounted = ignored.length > 0 ? ` Not counted: ${ignored.join("; ")}.` : "";
    const named = counted.length > 0 ? ` (${list(counted)})` : "";
    const state = `${counted.length} of ${settings.count} approvals${named}.`;
    if (counted.length >= settings.count) {
      return { outcome: "passed", reason: state + notCounted };
    }
    const reason = `${state}${notCounted} ${whoIsNeeded(settings, facts)}${teamsMissing(settings, facts)}`;
    return { outcome: "failed", reason };
  },
};

/** What one review means for these settings. */
type Word =
  | { readonly person: string; readonly says: "counts" | "refuses" | "irrelevant" }
  | { readonly person: string; readonly says: "ignored"; readonly why: string };

function judge(approval: Approval, settings: ApprovalsSettings, facts: PromotionFacts): Word {
  const { person, verdict } = approval;
  const why = whyNot(approval, settings, facts);
  if (verdict === "changes-requested") {
    return { person, says: why === undefined ? "refuses" : "irrelevant" };
  }
  if (why === undefined) return { person, says: "counts" };
  // Nobody asked the author: that the author does not count is no news.
  if (approval.isImplied && settings.author !== "allowed") return { person, says: "irrelevant" };
  return { person, says: "ignored", why };
}

/** As `dee is the author`, absent when the approval counts. */
function whyNot(
  { person, problem, isAuthor, isImplied, roles, mayApprove }: Approval,
  { from, author }: ApprovalsSettings,
  { asset }: PromotionFacts,
): string | undefined {
  if (problem !== undefined) return problem;
  if ((isAuthor || isImplied) && author !== "allowed") return `${person} is the author`;
  if (from !== undefined) {
    return from.some((role) => roles.includes(role))
      ? undefined
      : `${person} is none of ${from.join(", ")}`;
  }
  return mayApprove ? undefined : `${person} may not approve ${asset}`;
}

function whoIsNeeded({ from, author }: ApprovalsSettings, { asset }: PromotionFacts): string {
  const who =
    from === undefined
      ? `somebody who may approve ${asset} (policies/access.yaml)`
      : `somebody of ${from.join(" or ")}`;
  return `Ask ${who} for a review${author === "allowed" ? "" : "; the author's own does not count"}.`;
}

/** A role may look as if somebody had it. Without `from` any role may be the one that approves. */
function teamsMissing({ from }: Settings, { emptyTeams }: PromotionFacts): string {
  const missing = emptyTeams.filter(({ role }) => from === undefined || from.includes(role));
  return missing.length === 0 ? "" : ` ${missing.map(formatEmptyTeam).join("; ")}.`;
}

/** Everybody once: two accounts of one person are one person. */
function distinct(words: readonly Word[]): readonly string[] {
  return [...new Set(words.map(({ person }) => person))].sort();
}

function list(people: readonly string[]): string {
  return people.join(", ");
}
