import { byCodeUnits } from "../../shared/json.ts";
import { formatAccount, type Account, type PullRequest, type Review } from "../pull-request.ts";
import {
  accountsOfCommit,
  authorsOf,
  claimedAccount,
  isAuthorAccount,
  parseCoAuthors,
  type Authors,
  type CommitIdentity,
} from "./authors.ts";
import type { Approval } from "./facts.ts";
import { claimedPerson, may, personOf, rolesOf } from "./people.ts";
import type { AccessPolicy, Person } from "./policy.ts";

/** Whether a review saw what is to be decided now. */
export type Subject =
  | { readonly outcome: "same" }
  /** What differs, as `the stage file`. */
  | { readonly outcome: "changed"; readonly what: readonly string[] }
  /** The version was published on the branch, and what they saw did not have it yet. */
  | { readonly outcome: "too-early" }
  | { readonly outcome: "unknown" };

type ReviewedPart = "author" | "openedAt" | "head" | "pushes" | "reviews" | "retargetedAt";

export interface ReviewedChange {
  readonly pullRequest: Pick<PullRequest, ReviewedPart>;
  /** The commits of the pull request itself. */
  readonly commits: readonly CommitIdentity[];
  /** The access policy in force. */
  readonly access: AccessPolicy | undefined;
  /** Names on the host, in lower case, of those who may not write to the repository. */
  readonly outsiders?: ReadonlySet<string>;
  /** `models/taxi-fare`, or whatever else is approved. */
  readonly asset: string;
  readonly now: string;
  /** When the pull request was merged: later words change nothing. */
  readonly endedAt: string | undefined;
  subjectOf(review: Review): Subject;
}

/**
 * The newest word of everybody who reviewed a change, and the wish of its author. What does not
 * count is in the list with the reason, so that people see why. The order of the reviews does not
 * matter: hosts give them in pages.
 */
export function approvalsOf(change: ReviewedChange): readonly Approval[] {
  const { pullRequest, commits, access } = change;
  const authors = authorsOf(
    [
      pullRequest.author,
      ...pullRequest.pushes.flatMap(({ by }) => by ?? []),
      ...commits.flatMap(accountsOfCommit),
    ],
    access,
  );
  const given = newestWords(change).flatMap((review) => toApproval(review, change, authors) ?? []);
  return [...given, ...impliedApproval(change, given)].sort(byPerson);
}

function byPerson(left: Approval, right: Approval): number {
  return (
    byCodeUnits(left.person, right.person) ||
    Number(left.isImplied) - Number(right.isImplied) ||
    byCodeUnits(left.at, right.at)
  );
}

/** One review per person, or per account that nobody knows. Comments are no verdicts. */
function newestWords(change: ReviewedChange): readonly Review[] {
  const newest = new Map<string, Review>();
  for (const review of change.pullRequest.reviews) {
    if (review.verdict === "commented") continue;
    const person = personOf(review.by, change.access);
    const who =
      person === undefined ? `account ${formatAccount(review.by)}` : `person ${person.id}`;
    const other = newest.get(who);
    if (other === undefined || isNewer(review, other, change)) newest.set(who, review);
  }
  return [...newest.values()];
}

/** Of two words at the same moment the stricter counts; a date that nobody can read is the newest. */
function isNewer(left: Review, right: Review, change: ReviewedChange): boolean {
  const order =
    // What came after the merge stands behind what came before it: it is only there to be explained.
    Number(isLate(right, change)) - Number(isLate(left, change)) ||
    moment(left.at) - moment(right.at) ||
    strictness[left.verdict] - strictness[right.verdict] ||
    byCodeUnits(left.id, right.id);
  return order > 0;
}

const strictness = { commented: 0, approved: 1, dismissed: 2, "changes-requested": 3 } as const;

/** Far in the future instead of infinity, of which the difference is no number. */
function moment(text: string): number {
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? Number.MAX_SAFE_INTEGER : milliseconds;
}

function isLate({ at }: Review, { endedAt }: ReviewedChange): boolean {
  return endedAt !== undefined && moment(at) > moment(endedAt);
}

function toApproval(
  review: Review,
  change: ReviewedChange,
  authors: Authors,
): Approval | undefined {
  const { verdict, by, at, commit } = review;
  if (verdict !== "approved" && verdict !== "changes-requested") return undefined;
  // After the merge nobody can ask for changes of it any more.
  if (verdict === "changes-requested" && isLate(review, change)) return undefined;
  const { access } = change;
  const person = personOf(by, access);
  const name = person?.id ?? formatAccount(by);
  const problem =
    problemOfAccount(by, access) ?? problemOfOrigin(change) ?? problemOfReview(review, change);
  return {
    ...rightsOf(person, change),
    person: name,
    verdict,
    isAuthor: isAuthorAccount(by, authors, access),
    isImplied: false,
    at,
    commit,
    problem: problem === undefined ? undefined : `${name} ${problem}`,
  };
}

function rightsOf(person: Person | undefined, { access, asset }: ReviewedChange) {
  return {
    roles: person === undefined ? [] : rolesOf(person, access),
    mayApprove: person !== undefined && may(person, "assets/approve", asset, access),
    mayOverride: person !== undefined && may(person, "assets/override", asset, access),
  };
}

function problemOfAccount(account: Account, access: AccessPolicy | undefined): string | undefined {
  if (account.isBot === true) return "is a program, and only people approve";
  if (personOf(account, access) !== undefined) return undefined;
  const claimed = claimedPerson(account, access);
  return claimed === undefined || claimed.signingKeys.length === 0
    ? "is not in policies/access.yaml"
    : `did not sign with a key that policies/access.yaml has for ${claimed.id}`;
}

/**
 * Where people sign, nobody may be the author without being seen: with an unsigned name, of one's
 * own making or of somebody without a key, or a head that was pushed behind the host's back, anybody
 * could approve own work.
 */
function problemOfOrigin({ pullRequest, access }: ReviewedChange): string | undefined {
  const isSigning = (access?.people ?? []).some(({ signingKeys }) => signingKeys.length > 0);
  if (!isSigning) return undefined;
  const { author, pushes } = pullRequest;
  // Being a program is a claim like any other: Cairn's own key belongs into the policy too.
  if (!hasSigned(author, access)) {
    return `approved what ${formatAccount(author)} proposed without a key of policies/access.yaml`;
  }
  if (!hasSigned(pushes.at(-1)?.by, access)) {
    return "approved a head that was pushed without a key of policies/access.yaml: push it with cairn pr open";
  }
  return undefined;
}

/** Whoever has a key is found by it and by nothing else. */
function hasSigned(account: Account | undefined, access: AccessPolicy | undefined): boolean {
  const person = account && personOf(account, access);
  return person !== undefined && person.signingKeys.length > 0;
}

/** How far the host's clock may be ahead of Cairn's. */
const clockSkewMs = 5 * 60_000;

/** Asking for changes holds until the same person says otherwise, whatever was looked at. */
function problemOfReview(review: Review, change: ReviewedChange): string | undefined {
  const { verdict, commit, at, by } = review;
  if (verdict === "changes-requested") return undefined;
  if (change.outsiders?.has(by.login?.toLowerCase() ?? "") === true) {
    return "may not write to the repository on the pull-request host";
  }
  if (isLate(review, change)) return "approved after the merge";
  // Written so that a date or clock that is no date counts as the future.
  if (!(Date.parse(at) <= Date.parse(change.now) + clockSkewMs)) {
    return `approved at a time that is not there yet (${at})`;
  }
  if (isBeforeRetarget(at, change)) {
    return "approved it before its base branch was switched, which changes what it shows: ask for another look";
  }
  if (commit === undefined) {
    return "approved a state that the pull-request host does not name: ask for another look";
  }
  if (isBeforePush(commit, at, change)) {
    return `approved ${commit.slice(0, 12)} before it was pushed`;
  }
  return problemOfSubject(change.subjectOf(review), commit);
}

/** In the same moment counts as before. Written so that a date that is none does too. */
function isBeforeRetarget(at: string, { pullRequest: { retargetedAt } }: ReviewedChange): boolean {
  return retargetedAt !== undefined && !(Date.parse(at) > Date.parse(retargetedAt));
}

/** A host that says so gave an old approval to a new head. */
function isBeforePush(commit: string, at: string, { pullRequest }: ReviewedChange): boolean {
  const pushes = pullRequest.pushes.filter(({ head }) => head === commit);
  return (
    pushes.length > 0 &&
    pushes.every((push) => push.at !== undefined && Date.parse(push.at) > Date.parse(at))
  );
}

function problemOfSubject(subject: Subject, commit: string): string | undefined {
  switch (subject.outcome) {
    case "same":
      return undefined;
    case "changed":
      return `approved another state: since then ${subject.what.join(" and ")} changed`;
    case "too-early":
      return `approved ${commit.slice(0, 12)}, which does not contain the published version: bring the branch up to date, and ask for another look`;
    case "unknown":
      return `approved ${commit.slice(0, 12)}, and nobody knows any more what that was`;
  }
}

/**
 * The author wants the change, or would not have proposed it. Only if it is one known person's
 * work from end to end, every push by somebody known; and not if that person says otherwise.
 */
function impliedApproval(change: ReviewedChange, given: readonly Approval[]): readonly Approval[] {
  const { pullRequest, access } = change;
  const requester = humanOf(pullRequest.author, access);
  if (requester === undefined || !isAllBy(requester, change)) return [];
  const own = given.filter(({ person }) => person === requester.id);
  // Either it is said already, or something else is.
  if (own.some(({ problem }) => problem === undefined)) return [];
  return [
    {
      ...rightsOf(requester, change),
      person: requester.id,
      verdict: "approved",
      isAuthor: true,
      isImplied: true,
      at: pullRequest.pushes.at(-1)?.at ?? pullRequest.openedAt,
      commit: pullRequest.head,
      problem: undefined,
    },
  ];
}

function isAllBy({ id }: Person, { pullRequest, commits, access }: ReviewedChange): boolean {
  const pushers = pullRequest.pushes.map(({ by }) => by && humanOf(by, access));
  const writers = commits.flatMap(({ author, message }) => [author, ...parseCoAuthors(message)]);
  return (
    commits.length > 0 &&
    pullRequest.pushes.at(-1)?.head === pullRequest.head &&
    pushers.every((person) => person !== undefined) &&
    pushers.at(-1)?.id === id &&
    writers.every((account) => writerOf(account, access)?.id === id)
  );
}

/** Who hides the address, as the host offers, is known by the login in what it gives instead. */
function writerOf(account: Account, access: AccessPolicy | undefined): Person | undefined {
  return personOf(account, access) ?? personOf(claimedAccount(account), access);
}

function humanOf(account: Account, access: AccessPolicy | undefined): Person | undefined {
  return account.isBot === true ? undefined : personOf(account, access);
}
