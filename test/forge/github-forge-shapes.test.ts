import { describe, expect, it } from "vitest";
import { readActivity } from "../../src/forge/drivers/github/activity.ts";
import { readReviews } from "../../src/forge/drivers/github/reviews.ts";
import { readPull } from "../../src/forge/drivers/github/summary.ts";
import { cutText, isSameText } from "../../src/forge/drivers/github/texts.ts";
import { readForcePushes, readTimeline } from "../../src/forge/drivers/github/timeline.ts";

const registry = { owner: "contoso", repository: "ml-registry", branch: "main" };
const [one, two, zeros] = ["1".repeat(40), "2".repeat(40), "0".repeat(40)];
const broken = expect.objectContaining({ code: "FORGE_ANSWER_BROKEN" }) as unknown;
const time = "2026-11-20T10:00:00Z";
const ann = { login: "ann", type: "User" };

const pull = {
  number: 7,
  title: "Better",
  body: null,
  state: "open",
  user: ann,
  created_at: time,
  updated_at: time,
  closed_at: null,
  merged_at: null,
  merge_commit_sha: null,
  head: { sha: one, ref: "better", repo: { full_name: "contoso/ml-registry" } },
  base: { sha: two, ref: "main" },
  draft: false,
  labels: [{ name: "ml" }, { name: null }],
};
const merged = {
  ...pull,
  state: "closed",
  closed_at: time,
  merged_at: time,
  merge_commit_sha: two,
  merged_by: null,
};

describe("a pull request of GitHub's", () => {
  it("is read as it is", () => {
    expect(readPull(pull, registry).summary).toEqual({
      number: 7,
      title: "Better",
      body: "",
      state: "open",
      author: { login: "ann" },
      openedAt: "2026-11-20T10:00:00.000Z",
      head: one,
      branch: "better",
      isDraft: false,
      revision: `2026-11-20T10:00:00.000Z ${one} ${two}`,
      labels: ["ml"],
      merged: undefined,
    });
  });

  it.each([
    [0, false],
    [2999, false],
    [3000, true],
    [-5000, false],
  ])("has a mark %i ms after its last change: %s", (passed, isMarked) => {
    const askedAt = Date.parse("2026-11-20T10:00:00Z") + passed;
    const { revision } = readPull(pull, registry, askedAt).summary;
    expect(revision !== undefined).toBe(isMarked);
  });

  it.each([
    [
      "a fork",
      { head: { ...pull.head, repo: { full_name: "eve/ml-registry" } } },
      "eve/ml-registry",
    ],
    ["a fork that is gone", { head: { ...pull.head, repo: null } }, "unknown"],
    [
      "other letters",
      { head: { ...pull.head, repo: { full_name: "Contoso/ML-Registry" } } },
      undefined,
    ],
  ])("is from %s", (...[, change, fork]) => {
    expect(readPull({ ...pull, ...change }, registry).summary.fork).toBe(fork);
  });

  it("says what it is meant for when that is another branch", () => {
    const base = { ...pull.base, ref: "release" };
    expect(readPull({ ...pull, base }, registry).summary.base).toBe("release");
  });

  it.each([
    ["merged by nobody any more", merged, { state: "merged", merged: { commit: two, by: {} } }],
    [
      "merged by a bot",
      { ...merged, merged_by: { login: "cairn[bot]", type: "Bot" } },
      { merged: { by: { login: "cairn[bot]", isBot: true } } },
    ],
    ["closed", { ...pull, state: "closed", closed_at: time }, { state: "closed" }],
    ["opened by nobody any more", { ...pull, user: null }, { author: { login: "ghost" } }],
    ["a draft", { ...pull, draft: true }, { isDraft: true }],
  ])("is %s", (...[, value, expected]) => {
    expect(readPull(value, registry).summary).toMatchObject(expected);
  });

  it.each([
    ["no object", "gone"],
    ["without a number", { ...pull, number: undefined }],
    ["with a number as text", { ...pull, number: "7" }],
    ["with a short head", { ...pull, head: { ...pull.head, sha: "abc" } }],
    ["without a head", { ...pull, head: null }],
    ["in a state of its own", { ...pull, state: "locked" }],
    ["open and merged", { ...pull, merged_at: time }],
    ["merged into nothing", { ...merged, merge_commit_sha: null }],
    ["merged at no time", { ...merged, merged_at: "yesterday" }],
    ["closed at no time", { ...pull, state: "closed" }],
    ["with labels that are none", { ...pull, labels: "ml" }],
    ["a draft of sorts", { ...pull, draft: "yes" }],
    ["with an author without a name", { ...pull, user: {} }],
  ])("is not understood: %s", (...[, value]) => {
    expect(() => readPull(value, registry)).toThrow(broken);
  });
});

describe("reviews of GitHub's", () => {
  const review = {
    id: 80,
    user: ann,
    body: null,
    state: "APPROVED",
    commit_id: one,
    submitted_at: time,
  };

  it("are oldest first, without those that were not sent", () => {
    const late = { ...review, id: 81, submitted_at: "2026-11-20T11:00:00Z", state: "DISMISSED" };
    const pending = { id: 82, user: ann, state: "PENDING" };
    expect(readReviews([late, pending, review])).toMatchObject([
      { id: "80", verdict: "approved", by: { login: "ann" }, commit: one, body: "" },
      { id: "81", verdict: "dismissed" },
    ]);
  });

  it.each([
    ["CHANGES_REQUESTED", "changes-requested"],
    ["COMMENTED", "commented"],
  ])("%s is %s", (state, verdict) => {
    expect(readReviews([{ ...review, state }])).toMatchObject([{ verdict }]);
  });

  it("may be of a commit that GitHub forgot, by somebody who is gone", () => {
    expect(readReviews([{ ...review, commit_id: null, user: null }])).toMatchObject([
      { commit: undefined, by: { login: "ghost" } },
    ]);
  });

  it.each([
    { ...review, state: "LIKED" },
    { ...review, state: "toString" },
    { ...review, submitted_at: null },
    { ...review, commit_id: "main" },
    { ...review, id: null },
    undefined,
  ])("are not understood: %o", (value) => {
    expect(() => readReviews([value])).toThrow(broken);
  });
});

describe("the timeline of GitHub's", () => {
  it("tells what was said, what was forced and whether it was closed for a while", () => {
    const events = [
      { event: "commented", user: null, actor: ann, created_at: time, body: "first" },
      { event: "head_ref_force_pushed", actor: null, created_at: time, commit_id: null },
      { event: "committed", sha: one },
      { event: "something-new", whatever: [1] },
      { event: null },
    ];
    const at = "2026-11-20T10:00:00.000Z";
    const nothing = { before: undefined, after: undefined, by: undefined };
    expect(readTimeline(events)).toEqual({
      comments: [{ by: { login: "ann" }, at, body: "first" }],
      forced: [{ ...nothing, at }],
      wasReopened: false,
    });
    expect(readTimeline([{ event: "reopened" }]).wasReopened).toBe(true);
  });

  it.each([
    { event: "commented", user: ann, body: "x" },
    { event: "commented", user: ann, created_at: time, body: 1 },
    { event: "head_ref_force_pushed" },
    { event: 1 },
    "commented",
  ])("is not understood: %o", (value) => {
    expect(() => readTimeline([value])).toThrow(broken);
  });
});

describe("force-pushes of GitHub's GraphQL", () => {
  const answer = (nodes: unknown, pageInfo: unknown = { hasNextPage: false, endCursor: null }) => ({
    repository: { pullRequest: { timelineItems: { pageInfo, nodes } } },
  });
  const event = {
    createdAt: time,
    actor: { login: "ann" },
    beforeCommit: null,
    afterCommit: { oid: one },
  };

  it("name the commits that are still there", () => {
    expect(readForcePushes(answer([event], { hasNextPage: true, endCursor: "next" }))).toEqual({
      forced: [
        { before: undefined, after: one, at: "2026-11-20T10:00:00.000Z", by: { login: "ann" } },
      ],
      next: "next",
    });
  });

  it.each([
    undefined,
    { repository: null },
    answer(undefined),
    answer([null]),
    answer([event], { hasNextPage: true, endCursor: null }),
    answer([{ ...event, afterCommit: { oid: "main" } }]),
  ])("are not understood: %o", (value) => {
    expect(() => readForcePushes(value)).toThrow(broken);
  });
});

describe("the activity of a branch on GitHub", () => {
  const ref = "refs/heads/better";
  const entry = {
    ref,
    before: zeros,
    after: one,
    timestamp: time,
    activity_type: "branch_creation",
    actor: ann,
  };

  it("is oldest first, of this branch, by whom GitHub knows", () => {
    const forced = { ...entry, before: one, after: two, activity_type: "force_push", actor: null };
    const other = { ...entry, ref: "refs/heads/other" };
    const at = "2026-11-20T10:00:00.000Z";
    expect(readActivity([forced, other, entry], ref)).toEqual([
      { before: undefined, after: one, at, by: { login: "ann" }, isForced: false },
      { before: one, after: two, at, by: undefined, isForced: true },
    ]);
  });

  it.each([
    { ...entry, after: null },
    { ...entry, before: "main" },
    { ...entry, timestamp: 1 },
    { ...entry, activity_type: null },
    [],
  ])("is not understood: %o", (value) => {
    expect(() => readActivity([value], ref)).toThrow(broken);
  });
});

describe("texts", () => {
  it("are cut where GitHub's end, never inside a character", () => {
    expect(cutText("x".repeat(65_536))).toHaveLength(65_536);
    expect(cutText(`${"x".repeat(65_535)}🚕`)).toBe("x".repeat(65_535));
  });

  it.each([
    ["a\nb\n", "a\r\nb", true],
    ["a", "a ", true],
    [" a", "a", false],
    ["a\nb", "ab", false],
  ])("%j and %j are the same: %j", (left, right, isSame) => {
    expect(isSameText(left, right)).toBe(isSame);
  });
});
