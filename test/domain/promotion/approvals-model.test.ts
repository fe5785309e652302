import * as fc from "fast-check";
import { expect, it } from "vitest";
import { approvalsOf } from "../../../src/domain/promotion/approvals.ts";
import type { CommitIdentity } from "../../../src/domain/promotion/authors.ts";
import { teamOf } from "../../../src/domain/promotion/teams.ts";
import type { Account, Push, Review } from "../../../src/domain/pull-request.ts";
import { access } from "./builders.ts";

/** Whoever the host may name, and which person that is; `ed` is in a team and in no list of people. */
const accounts: Readonly<Record<string, { readonly account: Account; readonly is?: string }>> = {
  ann: { account: { login: "ann-contoso" }, is: "ann" },
  annLoud: { account: { login: "ANN-Contoso" }, is: "ann" },
  bo: { account: { login: "bo-contoso" }, is: "bo" },
  boElsewhere: { account: { login: "bo-private" } },
  boByAddress: { account: { login: "bo-private", email: "bo@contoso.example" } },
  dee: { account: { login: "dee-contoso" }, is: "dee" },
  ed: { account: { login: "ed-contoso" }, is: "github:ed-contoso" },
  ghost: { account: { login: "ghost" } },
  bot: { account: { login: "cairn[bot]", isBot: true } },
  botInTeam: { account: { login: "robot", isBot: true } },
};

/** Whoever a commit may name. */
const writers: Readonly<Record<string, { readonly account: Account; readonly is?: string }>> = {
  dee: { account: { name: "Dee", email: "dee@contoso.example" }, is: "dee" },
  deeHidden: { account: { email: "Dee-Contoso@users.noreply.github.com" }, is: "dee" },
  bo: { account: { name: "B", email: "BO@contoso.example" }, is: "bo" },
  boHidden: { account: { email: "12+bo-contoso@users.noreply.github.com" }, is: "bo" },
  edHidden: {
    account: { email: "ed-contoso@users.noreply.github.com" },
    is: "github:ed-contoso",
  },
  host: { account: { name: "GitHub", email: "noreply@github.com" } },
};

const head = "c".repeat(40);
const old = "b".repeat(40);
const pushedMinute: Readonly<Record<string, number>> = { [old]: 1, [head]: 4 };
const at = (minute: number): string => `2026-03-04T09:0${minute}:00Z`;

interface Word {
  readonly who: string;
  readonly verdict: Review["verdict"];
  readonly commit: string | undefined;
  readonly minute: number;
}

interface Story {
  readonly words: readonly Word[];
  readonly requester: string;
  readonly pusher: string | undefined;
  readonly author: string;
  readonly helper: string | undefined;
  readonly mergedMinute: number | undefined;
}

const name = (from: object) => fc.constantFrom(...Object.keys(from));
const stories: fc.Arbitrary<Story> = fc.record({
  words: fc.array(
    fc.record({
      who: name(accounts),
      verdict: fc.constantFrom(
        "approved",
        "approved",
        "changes-requested",
        "dismissed",
        "commented",
      ),
      commit: fc.constantFrom(head, head, old, undefined),
      minute: fc.integer({ min: 0, max: 9 }),
    }),
    { maxLength: 10 },
  ),
  requester: fc.constantFrom("dee", "dee", "bo", "ghost", "bot"),
  pusher: fc.constantFrom("dee", "dee", "bo", "ed", "bot", undefined),
  author: fc.constantFrom("dee", "dee", ...Object.keys(writers)),
  helper: fc.option(name(writers), { nil: undefined }),
  mergedMinute: fc.constantFrom(undefined, undefined, 7),
});

/** What the host answers about a story, its reviews in this order. */
function told(story: Story, words = story.words) {
  const { requester, pusher, mergedMinute } = story;
  return approvalsOf({
    pullRequest: {
      author: accountOf(requester),
      openedAt: at(0),
      head,
      pushes: [
        push(old, accountOf("dee")),
        push(head, pusher === undefined ? undefined : accountOf(pusher)),
      ],
      reviews: words.map(toReview),
    },
    commits: [commitOf(story)],
    access: access({ teams: new Map([["ops", teamOf(["ed-contoso", "robot"])]]) }),
    asset: "models/taxi-fare",
    now: "2026-03-04T10:00:00Z",
    endedAt: mergedMinute === undefined ? undefined : at(mergedMinute),
    subjectOf: (review) =>
      review.commit === head ? { outcome: "same" } : { outcome: "changed", what: ["the head"] },
  });
}

function accountOf(who: string): Account {
  return accounts[who]?.account ?? {};
}

function push(commit: string, by: Account | undefined): Push {
  return { head: commit, by, at: at(pushedMinute[commit] ?? 0) };
}

function toReview({ who, verdict, commit, minute }: Word, index: number): Review {
  return { id: String(index), by: accountOf(who), verdict, commit, at: at(minute), body: "" };
}

function commitOf({ author, helper = "" }: Story): CommitIdentity {
  const by = writers[author]?.account ?? {};
  const other = writers[helper]?.account;
  const message = `x\n\nCo-authored-by: ${other?.name ?? "x"} <${other?.email ?? ""}>`;
  return { author: by, committer: by, message: other === undefined ? "" : message };
}

/** The same in the fewest words: the last that each person said before the merge. */
function model({ words, requester, pusher, author, helper, mergedMinute = 9 }: Story) {
  const authors = [
    "dee",
    accounts[requester]?.is,
    pusher && accounts[pusher]?.is,
    writers[author]?.is,
    helper && writers[helper]?.is,
  ];
  const strictness = ["approved", "dismissed", "changes-requested"];
  const said = (person: string) =>
    words
      .filter(({ who, verdict }) => accounts[who]?.is === person && verdict !== "commented")
      .filter(({ minute }) => minute <= mergedMinute)
      .sort(
        (left, right) =>
          left.minute - right.minute ||
          strictness.indexOf(left.verdict) - strictness.indexOf(right.verdict),
      );
  const people = ["ann", "bo", "dee", "github:ed-contoso"];
  const last = people.map((person) => ({ person, word: said(person).at(-1) }));
  const isGood = ({ verdict, commit, minute }: Word): boolean =>
    verdict === "approved" && commit === head && minute >= (pushedMinute[head] ?? 0);
  return {
    approve: last
      .filter(({ person, word }) => word && isGood(word) && !authors.includes(person))
      .map(({ person }) => person),
    refuse: last
      .filter(({ word }) => word?.verdict === "changes-requested")
      .map(({ person }) => person),
  };
}

/** No two words of one person in one minute: which of them is newer, nobody knows. */
function isClear({ words }: Story): boolean {
  const keys = words.map(({ who, minute }) => `${accounts[who]?.is ?? who} ${minute}`);
  return new Set(keys).size === keys.length;
}

function inShort(approvals: ReturnType<typeof told>) {
  const fair = approvals.filter(({ problem, isImplied }) => problem === undefined && !isImplied);
  const people = (verdict: string) => fair.filter((word) => word.verdict === verdict);
  return {
    approve: people("approved")
      .filter(({ isAuthor }) => !isAuthor)
      .map(({ person }) => person),
    refuse: people("changes-requested").map(({ person }) => person),
  };
}

it("counts what the last word of each person is, and nobody's own work", () => {
  let counted = 0;
  fc.assert(
    fc.property(stories.filter(isClear), (story) => {
      const expected = model(story);
      counted += expected.approve.length;
      expect(inShort(told(story))).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
  // Stories in which nobody ever approves would prove nothing.
  expect(counted).toBeGreaterThan(300);
});

it("does not care in which order the pages come", () => {
  fc.assert(
    fc.property(stories.filter(isClear), fc.nat(), (story, seed) => {
      const pages = story.words.map((word, index) => ({ word, key: (index * 7 + seed) % 11 }));
      const shuffled = pages.toSorted((left, right) => left.key - right.key);
      const words = shuffled.map(({ word }) => word);
      expect(inShort(told(story, words))).toEqual(inShort(told(story)));
    }),
    { numRuns: 500 },
  );
});

it("never takes a program, a ghost or a second account for a person", () => {
  fc.assert(
    fc.property(
      stories,
      fc.constantFrom("boElsewhere", "ghost", "bot", "botInTeam"),
      (story, who) => {
        const words = story.words.map((word) => ({ ...word, who }));
        expect(inShort(told({ ...story, words })).approve).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});

it("takes a proposal for its author's wish when every commit and the last push are that person's", () => {
  const alone = stories.map((story) => ({ ...story, words: [], requester: "dee" }));
  fc.assert(
    fc.property(alone, (story) => {
      const { pusher, author, helper } = story;
      const isAll =
        pusher === "dee" &&
        writers[author]?.is === "dee" &&
        (helper === undefined || writers[helper]?.is === "dee");
      const wishes = told(story).filter(({ isImplied }) => isImplied);
      expect(wishes.map(({ person }) => person)).toEqual(isAll ? ["dee"] : []);
    }),
    { numRuns: 500 },
  );
});
