import { personOfEmail, type Actor, type Person, type Policy } from "./people.ts";
import type { PullFacts, ReviewFacts, World } from "./world.ts";

/** Nothing here asks the product's judge: it is worked out again from what really happened. */

/** Every commit that can be reached, the tip included. */
export function historyOf(world: World, tip: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [tip];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(world.remote.objects.commits.get(id)?.parents ?? []));
  }
  return seen;
}

export interface Voters {
  readonly world: World;
  readonly pull: PullFacts;
  /** The branch before the pull request landed. */
  readonly before: string;
  /** The policy in force. */
  readonly policy: Policy;
  /** Cairn's time of the decision. */
  readonly now: number;
  /** Whether this commit, at that time, showed what is decided. */
  readonly saw: (commit: string, at: number) => boolean;
}

export interface Vote {
  readonly by: Person;
  readonly says: "yes" | "no" | "nothing";
  readonly why: string;
  readonly isAuthor: boolean;
}

const skewMs = 5 * 60_000;

/** The last word before the merge of everybody whom the policy knows. */
export function votesOf(voters: Voters): readonly Vote[] {
  const { pull, policy } = voters;
  const authors = authorsOf(voters);
  const people = new Set(pull.reviews.map(({ by }) => by));
  return [...people]
    .filter((by) => isKnown(by, policy))
    .flatMap((by) => {
      const words = pull.reviews
        .filter((review) => review.by === by && review.verdict !== "commented")
        .filter(({ at }) => at <= pull.mergedAt);
      const last = words.toSorted((left, right) => left.at - right.at).at(-1);
      if (last === undefined) return [];
      return [{ by, ...meaningOf(last, voters), isAuthor: authors.has(by) }];
    });
}

function meaningOf(
  { verdict, commit, at, isRebound }: ReviewFacts,
  { saw, now }: Voters,
): Pick<Vote, "says" | "why"> {
  if (verdict === "changes-requested") return { says: "no", why: "changes asked for" };
  if (verdict !== "approved") return { says: "nothing", why: "dismissed" };
  if (at > now + skewMs) return { says: "nothing", why: "approved in the future" };
  if (isRebound) return { says: "nothing", why: "approval given to another head" };
  if (commit === undefined) return { says: "nothing", why: "approved nobody knows what" };
  if (!saw(commit, at)) return { says: "nothing", why: "approval of another state" };
  return { says: "yes", why: "approved" };
}

export function isKnown(person: Actor, { leads }: Policy): person is Person {
  if (person === "cairn") return false;
  return person !== "eve" || leads.includes("eve");
}

function ownCommits({ world, pull, before }: Voters): readonly string[] {
  const old = historyOf(world, before);
  return [...historyOf(world, pull.head)].filter((id) => !old.has(id));
}

function writersOf(voters: Voters): readonly (Actor | undefined)[] {
  const { commits } = voters.world.remote.objects;
  return ownCommits(voters).map((id) => personOfEmail(commits.get(id)?.author.email));
}

export function authorsOf(voters: Voters): ReadonlySet<Actor> {
  const { author, pushes } = voters.pull;
  const all = [author, ...pushes.map(({ by }) => by), ...writersOf(voters)];
  return new Set(all.flatMap((person) => person ?? []));
}

/** The only author of everything, whose wish the pull request is. */
export function soleAuthor(voters: Voters): Person | undefined {
  const { pull, policy } = voters;
  const writers = writersOf(voters);
  if (!isKnown(pull.author, policy)) return undefined;
  const isAll =
    writers.length > 0 &&
    writers.every((person) => person === pull.author) &&
    pull.pushes.every(({ by }) => by !== undefined && isKnown(by, policy)) &&
    pull.pushes.at(-1)?.by === pull.author;
  return isAll ? pull.author : undefined;
}
