import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  approvalsOf,
  type ReviewedChange,
  type Subject,
} from "../../../src/domain/promotion/approvals.ts";
import type { Account, Push, Review } from "../../../src/domain/pull-request.ts";
import { access, person } from "./builders.ts";

const head = "c".repeat(40);
const dee: Account = { name: "Dee", email: "dee@contoso.example" };
const push: Push = { head, by: dee, at: "2026-03-04T08:00:00Z" };

type Options = Partial<Omit<ReviewedChange, "pullRequest">> &
  Partial<ReviewedChange["pullRequest"]>;

/** Dee's change, pushed once at eight, judged at ten. */
function change({ author, pushes, reviews, ...rest }: Options = {}): ReviewedChange {
  return {
    pullRequest: {
      author: author ?? { login: "dee-contoso" },
      openedAt: "2026-03-04T07:00:00Z",
      head: rest.head ?? head,
      pushes: pushes ?? [push],
      reviews: reviews ?? [],
    },
    commits: [{ author: dee, committer: dee, message: "Better recall" }],
    access: access(),
    asset: "models/taxi-fare",
    now: "2026-03-04T10:00:00Z",
    endedAt: undefined,
    subjectOf: () => ({ outcome: "same" }),
    ...rest,
  };
}

function review(who: string, overrides: Partial<Review> = {}): Review {
  return {
    id: who,
    by: { login: `${who}-contoso` },
    verdict: "approved",
    commit: head,
    at: "2026-03-04T09:00:00Z",
    body: "",
    ...overrides,
  };
}

/** What reviews say, without the wish of the author. */
function wordsOf(options: Options): readonly string[] {
  return approvalsOf(change(options))
    .filter(({ isImplied }) => !isImplied)
    .map(({ person, verdict, problem }) => problem ?? `${person} ${verdict}`);
}

describe("a review", () => {
  it("becomes an approval with the rights of its person", () => {
    const [first, ...others] = approvalsOf(change({ reviews: [review("ann")] }));
    expect(first).toEqual({
      person: "ann",
      verdict: "approved",
      roles: ["ml-leads", "on-call"],
      mayApprove: true,
      mayOverride: true,
      isAuthor: false,
      isImplied: false,
      at: "2026-03-04T09:00:00Z",
      commit: head,
      problem: undefined,
    });
    expect(others).toMatchObject([{ person: "dee", isImplied: true }]);
  });

  const changed: Subject = { outcome: "changed", what: ["the stage file", "the rules"] };

  it.each<{ name: string; options: Options; words: string[] }>([
    { name: "of the same", options: { reviews: [review("bo")] }, words: ["bo approved"] },
    {
      name: "of something else",
      options: { reviews: [review("bo")], subjectOf: () => changed },
      words: ["bo approved another state: since then the stage file and the rules changed"],
    },
    {
      name: "of something lost",
      options: { reviews: [review("bo")], subjectOf: () => ({ outcome: "unknown" }) },
      words: ["bo approved cccccccccccc, and nobody knows any more what that was"],
    },
    {
      name: "of a head without the version",
      options: { reviews: [review("bo")], subjectOf: () => ({ outcome: "too-early" }) },
      words: [
        "bo approved cccccccccccc, which does not contain the published version: bring the branch up to date, and ask for another look",
      ],
    },
    {
      name: "of nothing that is named",
      options: { reviews: [review("bo", { commit: undefined })] },
      words: ["bo approved a state that the pull-request host does not name: ask for another look"],
    },
    {
      name: "older than the head it is said to be about",
      options: { reviews: [review("bo", { at: "2026-03-04T07:59:59Z" })] },
      words: ["bo approved cccccccccccc before it was pushed"],
    },
    {
      name: "of a head whose push nobody noted",
      options: { reviews: [review("bo", { commit: "a".repeat(40) })] },
      words: ["bo approved"],
    },
    {
      name: "at the moment of the merge",
      options: { reviews: [review("bo")], endedAt: "2026-03-04T09:00:00Z" },
      words: ["bo approved"],
    },
    {
      name: "of a head that was pushed twice",
      options: { reviews: [review("bo")], pushes: [push, { ...push, at: "2026-03-04T09:30:00Z" }] },
      words: ["bo approved"],
    },
    {
      name: "of a head that was pushed nobody knows when",
      options: { reviews: [review("bo")], pushes: [{ ...push, at: undefined }] },
      words: ["bo approved"],
    },
    {
      name: "by somebody unknown",
      options: { reviews: [review("eve"), review("x", { by: { email: "x@y" } })] },
      words: ["eve-contoso is not in policies/access.yaml", "x@y is not in policies/access.yaml"],
    },
    {
      name: "without a policy",
      options: { reviews: [review("bo")], access: undefined },
      words: ["bo-contoso is not in policies/access.yaml"],
    },
    {
      name: "by a program",
      options: { reviews: [review("bo", { by: { login: "bo-contoso", isBot: true } })] },
      words: ["bo is a program, and only people approve"],
    },
    {
      name: "unsigned, by somebody who signs",
      options: {
        reviews: [review("bo")],
        access: access({ people: [person("bo", { signingKeys: ["ssh-ed25519 AAAAbo"] })] }),
      },
      words: ["bo-contoso did not sign with a key that policies/access.yaml has for bo"],
    },
    {
      name: "a little in the future",
      options: { reviews: [review("bo", { at: "2026-03-04T10:05:00Z" })] },
      words: ["bo approved"],
    },
    {
      name: "in the future",
      options: { reviews: [review("bo", { at: "2026-03-04T10:05:01Z" })] },
      words: ["bo approved at a time that is not there yet (2026-03-04T10:05:01Z)"],
    },
    {
      name: "at no time",
      options: { reviews: [review("bo", { at: "soon" })] },
      words: ["bo approved at a time that is not there yet (soon)"],
    },
    {
      name: "by Cairn's broken clock",
      options: { reviews: [review("bo")], now: "" },
      words: ["bo approved at a time that is not there yet (2026-03-04T09:00:00Z)"],
    },
    {
      name: "after the merge",
      options: { reviews: [review("bo")], endedAt: "2026-03-04T08:30:00Z" },
      words: ["bo approved after the merge"],
    },
    {
      name: "that asks for changes of an older state",
      options: {
        reviews: [review("bo", { verdict: "changes-requested" })],
        subjectOf: () => changed,
      },
      words: ["bo changes-requested"],
    },
    {
      name: "that asks for changes after the merge",
      options: {
        reviews: [review("bo", { verdict: "changes-requested" })],
        endedAt: "2026-03-04T08:30:00Z",
      },
      words: [],
    },
    {
      name: "that only comments",
      options: { reviews: [review("bo", { verdict: "commented" })] },
      words: [],
    },
  ])("$name", ({ options, words }) => {
    expect(wordsOf(options)).toEqual(words);
  });
});

describe("the newest word counts", () => {
  const at = (minute: number) => `2026-03-04T09:0${minute}:00Z`;
  const said = (verdict: Review["verdict"], minute: number, id = String(minute)) =>
    review("bo", { verdict, at: at(minute), id });

  it.each<{ name: string; reviews: Review[]; endedAt?: string; words: string[] }>([
    {
      name: "after a comment",
      reviews: [said("approved", 1), said("commented", 2)],
      words: ["bo approved"],
    },
    {
      name: "after an objection",
      reviews: [said("changes-requested", 1), said("approved", 2)],
      words: ["bo approved"],
    },
    {
      name: "an objection",
      reviews: [said("approved", 1), said("changes-requested", 2)],
      words: ["bo changes-requested"],
    },
    {
      name: "dismissed",
      reviews: [said("approved", 1), said("changes-requested", 2), said("dismissed", 3)],
      words: [],
    },
    {
      name: "at the same time the stricter",
      reviews: [said("changes-requested", 1, "a"), said("approved", 1, "b")],
      words: ["bo changes-requested"],
    },
    {
      name: "at the same time dismissed",
      reviews: [said("dismissed", 1, "a"), said("approved", 1, "b")],
      words: [],
    },
    {
      name: "before the merge",
      reviews: [said("approved", 1), said("changes-requested", 3)],
      endedAt: at(2),
      words: ["bo approved"],
    },
    {
      name: "by either account",
      reviews: [
        said("approved", 1),
        { ...said("changes-requested", 2), by: { email: "bo@contoso.example" } },
      ],
      words: ["bo changes-requested"],
    },
    {
      name: "an unknown account is not the person of that name",
      reviews: [said("approved", 1), { ...said("changes-requested", 2), by: { login: "bo" } }],
      words: ["bo approved", "bo is not in policies/access.yaml"],
    },
  ])("$name", ({ reviews, endedAt, words }) => {
    expect(wordsOf({ reviews, endedAt })).toEqual(words);
    expect(wordsOf({ reviews: reviews.toReversed(), endedAt })).toEqual(words);
  });

  it("whatever the order in which the host gives them", () => {
    const anyReview = fc
      .record({
        who: fc.constantFrom("ann", "bo", "dee", "eve"),
        verdict: fc.constantFrom(
          "approved" as const,
          "changes-requested" as const,
          "dismissed" as const,
          "commented" as const,
        ),
        at: fc.constantFrom(at(1), at(2), "soon"),
        id: fc.uuid(),
        commit: fc.constantFrom(head, "a".repeat(40), undefined),
      })
      .map(({ who, ...rest }) => review(who, rest));
    const shuffled = fc
      .array(anyReview, { maxLength: 8 })
      .chain((list) =>
        fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
      );
    fc.assert(
      fc.property(shuffled, ([reviews, other]) => {
        expect(approvalsOf(change({ reviews: other }))).toEqual(approvalsOf(change({ reviews })));
      }),
    );
  });
});

describe("the author", () => {
  it.each<{ name: string; options: Options }>([
    { name: "asked for it", options: { author: { login: "bo-contoso" } } },
    {
      name: "wrote a commit",
      options: {
        commits: [{ author: { email: "bo@contoso.example" }, committer: dee, message: "" }],
      },
    },
    {
      name: "committed it",
      options: {
        commits: [{ author: dee, committer: { email: "bo@contoso.example" }, message: "" }],
      },
    },
    {
      name: "helped",
      options: {
        commits: [
          { author: dee, committer: dee, message: "x\n\nCo-authored-by: Bo <bo@contoso.example>" },
        ],
      },
    },
    { name: "pushed", options: { pushes: [{ ...push, by: { login: "bo-contoso" } }, push] } },
  ])("is whoever $name", ({ options }) => {
    const reviews = [review("bo"), review("ann")];
    const authors = approvalsOf(change({ ...options, reviews })).filter(({ isAuthor }) => isAuthor);
    expect(authors.map(({ person }) => person)).toContain("bo");
    expect(authors.map(({ person }) => person)).not.toContain("ann");
  });

  const stranger = { email: "x@y" };

  it.each<{ name: string; options: Options; wishes: boolean }>([
    { name: "did it all", options: {}, wishes: true },
    {
      name: "had somebody else push before",
      options: { pushes: [{ ...push, by: { login: "bo-contoso" } }, push] },
      wishes: true,
    },
    {
      name: "was merged by the host",
      options: { commits: [{ author: dee, committer: stranger, message: "" }] },
      wishes: true,
    },
    { name: "is nobody known", options: { author: stranger }, wishes: false },
    {
      name: "is a program",
      options: { author: { login: "dee-contoso", isBot: true } },
      wishes: false,
    },
    {
      name: "is not who wrote it",
      options: { commits: [{ author: stranger, committer: dee, message: "" }] },
      wishes: false,
    },
    {
      name: "had help",
      options: { commits: [{ author: dee, committer: dee, message: "Co-authored-by: <x@y>" }] },
      wishes: false,
    },
    {
      name: "is not who pushed last",
      options: { pushes: [push, { ...push, by: { login: "bo-contoso" } }] },
      wishes: false,
    },
    {
      name: "is not known to have pushed",
      options: { pushes: [{ ...push, by: undefined }] },
      wishes: false,
    },
    {
      name: "was pushed to by somebody unknown",
      options: { pushes: [{ ...push, by: stranger }, push] },
      wishes: false,
    },
    {
      name: "was pushed to by a program",
      options: { pushes: [{ ...push, by: { ...dee, isBot: true } }, push] },
      wishes: false,
    },
    { name: "has a head that nobody pushed", options: { head: "d".repeat(40) }, wishes: false },
    { name: "has no commits", options: { commits: [] }, wishes: false },
    { name: "has no pushes", options: { pushes: [] }, wishes: false },
    {
      name: "asks for changes",
      options: { reviews: [review("dee", { verdict: "changes-requested" })] },
      wishes: false,
    },
    {
      name: "approved something older",
      options: { reviews: [review("dee", { commit: undefined })] },
      wishes: true,
    },
    { name: "approved it", options: { reviews: [review("dee")] }, wishes: false },
    {
      name: "is not alone",
      options: { reviews: [review("bo", { verdict: "changes-requested" })] },
      wishes: true,
    },
  ])("$name: approves by asking: $wishes", ({ options, wishes }) => {
    const given = approvalsOf(change(options)).filter(({ isImplied }) => isImplied);
    expect(given.map(({ person, isAuthor }) => ({ person, isAuthor }))).toEqual(
      wishes ? [{ person: "dee", isAuthor: true }] : [],
    );
  });

  it("asked when the head was last pushed, or else when it was opened", () => {
    const later = { ...push, at: "2026-03-04T09:30:00Z" };
    const atOf = (pushes: Push[]) => approvalsOf(change({ pushes }))[0]?.at;
    expect(atOf([push, later])).toBe(later.at);
    expect(atOf([{ ...push, at: undefined }])).toBe("2026-03-04T07:00:00Z");
  });
});
