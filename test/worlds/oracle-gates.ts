import { authorsOf, soleAuthor, votesOf, type Voters } from "./oracle-approvals.ts";
import { tolerance, type Policy } from "./people.ts";
import { stages, type Asset, type Stage, type Wish } from "./tree.ts";
import { dayMs, hourMs } from "./world.ts";

/** One stay of a version in a stage. */
export interface Stay {
  readonly version: string;
  readonly since: number;
  /** Withdrawn then. */
  until: number | undefined;
  /** The commit whose evidence was judged. */
  readonly commit: string;
  readonly by: "person" | "cairn" | "adoption";
}

export interface Version {
  readonly version: string;
  readonly text: string;
  /** The version of data/b that it refers to. */
  readonly uses: string | undefined;
  readonly commit: string;
}

/** What the naive gates look at. */
export interface Question {
  readonly asset: Asset;
  readonly stage: Stage;
  readonly version: string;
  readonly kind: "promotion" | "rollback" | "withdrawal";
  readonly wish: Wish | undefined;
  readonly policy: Policy;
  readonly now: number;
  readonly isClockTrusted: boolean;
  readonly stays: (stage: Stage) => readonly Stay[];
  /** Whether what it refers to was accepted. */
  readonly isReady: boolean;
  /** `r2` of a version as a commit has it. */
  readonly r2At: (commit: string, version: string) => number | undefined;
  readonly landed: string;
  readonly voters: Voters;
}

export type Verdict =
  | { readonly says: "pass" }
  | { readonly says: "fail"; readonly why: string }
  | { readonly says: "wait"; readonly until: number | undefined };

const pass: Verdict = { says: "pass" };
const fail = (why: string): Verdict => ({ says: "fail", why });

/** Everything that a rule asks, as one verdict. */
export function askGates(question: Question): Verdict {
  if (question.kind !== "promotion") return askRollback(question);
  const verdicts = { ...gatesOf(question) };
  const skipped = question.wish?.override;
  if (skipped !== undefined && skipped.version === question.version) {
    const names = skipped.gates.filter((name) => (verdicts[name] ?? pass).says !== "pass");
    if (names.length > 0 && !hasSecondPerson(question)) return fail("override alone");
    for (const name of names) verdicts[name] = pass;
  }
  const all = Object.values(verdicts);
  const failed = all.find(({ says }) => says === "fail");
  if (failed !== undefined) return failed;
  const times = all.flatMap((verdict) => (verdict.says === "wait" ? [verdict.until] : []));
  if (times.length === 0) return pass;
  const known = times.flatMap((time) => time ?? []);
  return { says: "wait", until: known.length < times.length ? undefined : Math.max(...known) };
}

function gatesOf(question: Question): Record<string, Verdict> {
  const { stage, policy, stays, version, isReady } = question;
  const before = stages[stages.indexOf(stage) - 1] ?? "dev";
  const hasBeen = stays(before).some((stay) => stay.version === version);
  const order = hasBeen ? pass : fail("order");
  const dependencies = isReady ? pass : fail("dependencies");
  if (stage === "test") {
    const { testApprovals: count } = policy;
    return { order, dependencies, approvals: count === 0 ? pass : askApprovals(question, count) };
  }
  return {
    order,
    dependencies,
    soak: hasBeen ? soakOf(question, stays(before)) : fail("soak"),
    approvals: askApprovals(question, policy.prodApprovals),
    metrics: metricsOf(question),
    freeze: policy.isFrozen ? fail("freeze") : pass,
    window: policy.isClosedAtWeekends ? windowOf(question) : pass,
  };
}

function askApprovals({ voters, policy }: Question, count: number): Verdict {
  const votes = votesOf(voters).filter(({ by }) => policy.leads.includes(by));
  const others = votes.filter(({ isAuthor }) => !isAuthor);
  if (others.some(({ says }) => says === "no")) return fail("changes asked for");
  if (others.filter(({ says }) => says === "yes").length >= count) return pass;
  const own = votes.find(({ says, isAuthor }) => says === "yes" && isAuthor);
  if (own !== undefined) return fail("approved by its author");
  return fail(others.find(({ says }) => says === "nothing")?.why ?? "too few approvals");
}

/** One person who may approve, the author included. */
function askRollback({ voters, policy }: Question): Verdict {
  const votes = votesOf(voters).filter(({ by }) => policy.leads.includes(by));
  if (votes.some(({ says }) => says === "no")) return fail("changes asked for");
  if (votes.some(({ says }) => says === "yes")) return pass;
  const author = soleAuthor(voters);
  return author !== undefined && policy.leads.includes(author)
    ? pass
    : fail("rollback of nobody who may");
}

function hasSecondPerson({ voters, policy }: Question): boolean {
  const authors = authorsOf(voters);
  return votesOf(voters).some(
    ({ by, says }) => says === "yes" && policy.leads.includes(by) && !authors.has(by),
  );
}

function soakOf(question: Question, stays: readonly Stay[]): Verdict {
  const { version, policy, now, isClockTrusted } = question;
  if (!isClockTrusted) return { says: "wait", until: undefined };
  const ready = stays.flatMap((stay, index) => {
    if (stay.version !== version) return [];
    const end = stay.until ?? stays[index + 1]?.since ?? Number.POSITIVE_INFINITY;
    const readyAt = stay.since + policy.soakHours * hourMs;
    return end >= readyAt ? [readyAt] : [];
  });
  if (ready.length === 0) return fail("soak");
  const until = Math.min(...ready);
  return now >= until ? pass : { says: "wait", until };
}

function metricsOf({ stage, stays, policy, r2At, landed, version }: Question): Verdict {
  const value = r2At(landed, version);
  if (value === undefined || value < policy.minimumR2) return fail("metrics");
  const last = stays(stage).at(-1);
  if (last === undefined || last.until !== undefined) return pass;
  const current = r2At(last.commit, last.version);
  return current === undefined || value + tolerance < current ? fail("metrics") : pass;
}

/** Closed from Saturday to Monday at midnight. */
function windowOf({ now, isClockTrusted }: Question): Verdict {
  if (!isClockTrusted) return { says: "wait", until: undefined };
  const day = new Date(now).getUTCDay();
  if (day !== 6 && day !== 0) return pass;
  const midnight = now - (now % dayMs);
  return { says: "wait", until: midnight + (day === 6 ? 2 : 1) * dayMs };
}

export function failure(why: string): Verdict {
  return { says: "fail", why };
}
