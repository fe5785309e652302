import { beforeEach, describe, expect, it } from "vitest";
import type { Account, PullRequest, PullRequestSummary } from "../../src/domain/pull-request.ts";
import type { Forge, PullRequestDraft } from "../../src/forge/forge.ts";
import { hasCode } from "../../src/shared/errors.ts";

export type Files = Readonly<Record<string, string>>;

/** A commit as the host shows it. */
export interface ShownCommit {
  readonly parents: readonly string[];
  readonly author: string;
  readonly subject: string;
  readonly files: Files;
}

/** A host with an empty list of pull requests, and a default branch with one commit: `a.txt`, `b.txt`. */
export interface ForgeHarness {
  readonly forge: Forge;
  /** Two people who may write, as the host shows them; `forge` acts for the first. */
  readonly people: { readonly ann: Account; readonly bo: Account };
  /** A client that acts for them; the same one where `by` decides who acts. */
  as(account: Account): Forge;
  /** Another client of the same host, as another process of the first person's has one. */
  another(): Promise<Forge>;
  /** A commit that changes these files on top of `parent`: Cairn's mirrors have it, the host does not. */
  commit(parent: string, files: Files): Promise<string>;
  /** Somebody moves the head of a pull request without Cairn, by force if need be. */
  pushHead(number: number, commit: string): Promise<void>;
  /** Somebody pushes a change to the default branch; its new tip. */
  land(files: Files): Promise<string>;
  /** Tip of the default branch. */
  base(): Promise<string>;
  show(commit: string): Promise<ShownCommit>;
  /** The next thing that is written arrives, the answer does not. */
  loseNextAnswer(): void;
  /** A minute passes. */
  tick(): void;
}

/** Where people are who they say they are. */
export const namedPeople = {
  ann: { name: "Ann Carter", email: "ann@contoso.example" },
  bo: { name: "Bo Diaz", email: "bo@contoso.example" },
} as const;

const odd = 'Two\n\nparagraphs, "quotes", {"act": "merged"}, naïve 🚕\n---\n';
const absent = "1".repeat(40);

/** The promises that every pull-request host keeps. */
export function describeForge(name: string, open: () => Promise<ForgeHarness>): void {
  let host: ForgeHarness;
  let forge: Forge;
  let ann: Account;
  let bo: Account;
  beforeEach(async () => {
    host = await open();
    forge = host.forge;
    ({ ann, bo } = host.people);
  });

  const draft = async (branch: string, files: Files): Promise<PullRequestDraft> => ({
    title: `Change ${branch}`,
    body: "why",
    by: ann,
    labels: [],
    branch,
    head: await host.commit(await host.base(), files),
  });
  const propose = async (branch = "better", files: Files = { "a.txt": branch }) =>
    forge.open(await draft(branch, files));
  const approve = async ({ number, head: commit }: PullRequest, by = bo) =>
    host.as(by).review(number, { by, verdict: "approved", body: "fine", commit });
  const say = async (number: number, body: string, by = bo) =>
    host.as(by).comment(number, { by, body });
  const close = async (number: number, reason = "", by = ann) =>
    host.as(by).close(number, { by, reason });
  const merge = async ({ number, head: expectedHead }: PullRequest, method = "merge" as const) =>
    host.as(bo).merge(number, { by: bo, method, expectedHead });
  const listed = async (...states: readonly PullRequest["state"][]) =>
    (await forge.list(states)).map(summaryOf);
  const mergedCommit = async (
    { number, head: expectedHead }: PullRequest,
    method: "merge" | "squash",
  ) => {
    const request = { by: bo, method, expectedHead, message: `Land ${number}` };
    const outcome = await host.as(bo).merge(number, request);
    if (outcome.outcome !== "merged") throw new Error(outcome.outcome);
    return outcome.commit;
  };

  describe(`a pull-request host: ${name}`, () => {
    describe("opening", () => {
      it("shows what was proposed", async () => {
        const proposal = {
          ...(await draft("better", { "a.txt": "2" })),
          labels: ["ml"],
          body: odd,
        };
        const opened = await forge.open(proposal);

        expect(opened).toMatchObject({
          number: 1,
          title: "Change better",
          body: odd,
          state: "open",
          author: ann,
          head: proposal.head,
          branch: "better",
          labels: ["ml"],
          pushes: [{ head: proposal.head, by: ann }],
          reviews: [],
          comments: [],
          merged: undefined,
        });
        const pushedAt = opened.pushes[0]?.at ?? "";
        expect(Date.parse(pushedAt)).toBeLessThanOrEqual(Date.parse(opened.openedAt));
        expect(opened.openedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/);
        expect(await forge.get(1)).toEqual(opened);
        expect(await (await host.another()).get(1)).toEqual(opened);
      });

      it("lists the newest first, by state", async () => {
        const [first, second, third] = [
          await propose("one", { "1.txt": "1" }),
          await propose("two", { "2.txt": "2" }),
          await propose("three", { "3.txt": "3" }),
        ];
        await close(first.number);
        await merge(second);

        const numbers = async (...states: readonly PullRequest["state"][]) =>
          (await forge.list(states)).map(({ number }) => number);
        expect(await numbers("open", "merged", "closed")).toEqual([3, 2, 1]);
        expect(await numbers("open")).toEqual([third.number]);
        expect(await numbers("merged")).toEqual([second.number]);
        expect(await numbers("closed")).toEqual([first.number]);
        expect(await numbers()).toEqual([]);
      });

      it("opens the same branch once, and moves it to a new head", async () => {
        const proposal = await draft("better", { "a.txt": "2" });
        const opened = await forge.open(proposal);
        expect(await forge.open(proposal)).toEqual(opened);

        host.tick();
        const head = await host.commit(await host.base(), { "a.txt": "3" });
        const moved = await host.as(bo).open({ ...proposal, head, by: bo });
        expect(moved).toMatchObject({ number: opened.number, head, author: ann });
        expect(moved.pushes.map((push) => push.head)).toEqual([proposal.head, head]);
        expect(await listed("open")).toEqual([summaryOf(moved)]);
      });

      it("opens a branch anew after the end", async () => {
        const proposal = await draft("better", { "a.txt": "2" });
        const first = await forge.open(proposal);
        await close(first.number);

        expect((await forge.open(proposal)).number).toBe(2);
        expect((await forge.get(first.number)).state).toBe("closed");
      });

      it("gives two at once different numbers", async () => {
        const others = [forge, await host.another(), await host.another()];
        const drafts = [];
        for (const index of others.keys()) {
          drafts.push(await draft(`branch-${index}`, { "a.txt": `${index}` }));
        }
        const opened = await Promise.all(
          drafts.map(async (one, index) => (others[index] ?? forge).open(one)),
        );

        expect(new Set(opened.map(({ number }) => number))).toEqual(new Set([1, 2, 3]));
        expect(opened.map(({ branch }) => branch)).toEqual(drafts.map(({ branch }) => branch));
        expect(await forge.list(["open"])).toHaveLength(3);
      });

      it("makes one of two that propose the same at once", async () => {
        const proposal = await draft("better", { "a.txt": "2" });
        const other = await host.another();
        const [left, right] = await Promise.all([forge.open(proposal), other.open(proposal)]);

        expect(left).toEqual(right);
        expect(await listed("open")).toEqual([summaryOf(left)]);
      });
    });

    describe("what people say", () => {
      it("binds a review to what was looked at", async () => {
        const opened = await propose();
        host.tick();
        const reviewed = await approve(opened);

        const [review] = reviewed.reviews;
        expect(reviewed.reviews).toHaveLength(1);
        const expected = { by: bo, verdict: "approved", body: "fine", commit: opened.head };
        expect(review).toMatchObject(expected);
        expect(Date.parse(review?.at ?? "")).toBeGreaterThan(Date.parse(opened.openedAt));
        expect(await forge.get(opened.number)).toEqual(reviewed);
      });

      it("keeps what was approved before a push, and what after", async () => {
        const opened = await propose();
        await approve(opened);
        host.tick();
        const head = await host.commit(opened.head, { "a.txt": "more" });
        await host.pushHead(opened.number, head);
        host.tick();
        const again = await approve(await forge.get(opened.number));

        expect(again.reviews.map(({ commit }) => commit)).toEqual([opened.head, head]);
        expect(again.pushes.map((push) => push.head)).toEqual([opened.head, head]);
        expect(new Set(again.reviews.map(({ id }) => id)).size).toBe(2);
      });

      it("keeps every verdict of one person, oldest first", async () => {
        const { number, head: commit } = await propose();
        const given = ["approved", "changes-requested", "commented", "approved"] as const;
        for (const verdict of given) {
          host.tick();
          await host.as(bo).review(number, { by: bo, verdict, body: verdict, commit });
        }

        const { reviews } = await forge.get(number);
        expect(reviews.map(({ verdict }) => verdict)).toEqual(given);
        expect(reviews.map(({ at }) => at)).toEqual(reviews.map(({ at }) => at).toSorted());
      });

      it("refuses a review of what is not proposed any more", async () => {
        const opened = await propose();
        const head = await host.commit(await host.base(), { "a.txt": "forced" });
        await host.pushHead(opened.number, head);

        await expect(approve(opened)).rejects.toMatchObject({ code: "FORGE_HEAD_MOVED" });
        const { reviews, head: now, pushes } = await forge.get(opened.number);
        expect({ reviews, now }).toEqual({ reviews: [], now: head });
        expect(pushes.at(-1)?.head).toBe(head);
      });

      it("keeps comments in order and as they are written", async () => {
        const { number } = await propose();
        await say(number, "first", ann);
        host.tick();
        const commented = await say(number, odd);

        expect(commented.comments.map(({ by, body }) => ({ by, body }))).toEqual([
          { by: ann, body: "first" },
          { by: bo, body: odd },
        ]);
        expect(await forge.get(number)).toEqual(commented);
      });

      it("replaces labels", async () => {
        const { number } = await propose();
        const labels = async (...labels: readonly string[]) =>
          (await host.as(bo).setLabels(number, { by: bo, labels })).labels.toSorted();

        expect(await labels("hotfix", "ml")).toEqual(["hotfix", "ml"]);
        expect(await labels("ml", "ml")).toEqual(["ml"]);
        expect(await labels()).toEqual([]);
      });

      it("keeps all that is said at once", async () => {
        const opened = await propose();
        const other = await host.another();
        const { number, head: commit } = opened;
        await Promise.all([
          approve(opened),
          other.review(number, { by: ann, verdict: "commented", body: "hm", commit }),
          other.comment(number, { by: ann, body: "look" }),
        ]);

        const { reviews, comments } = await forge.get(number);
        expect({ reviews: reviews.length, comments: comments.length }).toEqual({
          reviews: 2,
          comments: 1,
        });
      });
    });

    describe("merging", () => {
      it.each([
        { method: "merge", ownParents: true },
        { method: "squash", ownParents: false },
      ] as const)("lands all of it by $method", async ({ method, ownParents }) => {
        const base = await host.base();
        const first = await host.commit(base, { "a.txt": "2" });
        const head = await host.commit(first, { "c.txt": "new" });
        const opened = await forge.open({ ...(await draft("better", {})), head });
        const landed = await host.land({ "b.txt": "moved" });
        const commit = await mergedCommit(opened, method);

        expect(await host.base()).toBe(commit);
        const shown = await host.show(commit);
        expect(shown).toMatchObject({
          parents: ownParents ? [landed, head] : [landed],
          files: { "a.txt": "2", "b.txt": "moved", "c.txt": "new" },
        });
        expect(shown.subject).toContain("Land 1");
        const merged = await forge.get(opened.number);
        expect(merged).toMatchObject({ state: "merged", head, merged: { commit, by: bo } });
      });

      it("merges no other head than the one that was looked at", async () => {
        const opened = await propose();
        const base = await host.base();
        const head = await host.commit(base, { "a.txt": "forced" });
        await host.pushHead(opened.number, head);

        expect(await merge(opened)).toEqual({ outcome: "head-moved", head });
        expect(await host.base()).toBe(base);
        expect((await forge.get(opened.number)).state).toBe("open");
      });

      it("names the paths that both sides changed, and changes nothing", async () => {
        const opened = await propose("better", { "a.txt": "ours", "c.txt": "new" });
        const base = await host.land({ "a.txt": "theirs" });

        expect(await merge(opened)).toEqual({ outcome: "conflict", paths: ["a.txt"] });
        expect(await host.base()).toBe(base);
        expect(await forge.get(opened.number)).toEqual(opened);
      });

      it("merges two at once, one on top of the other", async () => {
        const [left, right] = [
          await propose("left", { "a.txt": "left" }),
          await propose("right", { "b.txt": "right" }),
        ];
        const other = await host.another();
        const { number, head: expectedHead } = right;
        const outcomes = await Promise.all([
          merge(left),
          other.merge(number, { by: ann, method: "squash", expectedHead }),
        ]);

        expect(outcomes.map(({ outcome }) => outcome)).toEqual(["merged", "merged"]);
        const { files } = await host.show(await host.base());
        expect(files).toEqual({ "a.txt": "left", "b.txt": "right" });
      });

      it("merges once what two merge at once", async () => {
        const opened = await propose();
        const base = await host.base();
        const other = await host.another();
        const { number, head: expectedHead } = opened;
        const settled = await Promise.allSettled([
          merge(opened),
          other.merge(number, { by: ann, method: "merge", expectedHead }),
        ]);

        const refused = settled.filter(({ status }) => status === "rejected");
        expect(refused).toMatchObject([{ reason: { code: "FORGE_PULL_REQUEST_ENDED" } }]);
        expect((await host.show(await host.base())).parents).toEqual([base, opened.head]);
      });

      it("tells which pull request brought a commit", async () => {
        const first = await propose("first", { "a.txt": "2" });
        const second = await propose("second", { "b.txt": "2" });
        const third = await propose("third", { "c.txt": "2" });
        await close(third.number);
        const direct = await host.land({ "d.txt": "1" });
        const merged = await mergedCommit(first, "merge");
        const squashed = await mergedCommit(second, "squash");

        const commits = [merged, direct, squashed, first.head, third.head, absent];
        const expected = new Map([
          [merged, await forge.get(first.number)],
          [squashed, await forge.get(second.number)],
        ]);
        expect(await forge.landedBy(commits)).toEqual(expected);
        expect(await (await host.another()).landedBy(commits)).toEqual(expected);
        expect(await forge.landedBy([])).toEqual(new Map());
      });
    });

    describe("the end", () => {
      it("says why it was closed", async () => {
        const opened = await propose();
        const closed = await close(opened.number, "not needed", bo);

        expect(closed).toMatchObject({ state: "closed", head: opened.head, merged: undefined });
        expect(closed.comments).toMatchObject([{ by: bo, body: "not needed" }]);
      });

      it.each(["merged", "closed"] as const)("is final: %s", async (state) => {
        const opened = await propose();
        const { number, head: commit } = opened;
        if (state === "merged") await merge(opened);
        else await close(number);
        const ended = await forge.get(number);
        await host.pushHead(number, await host.commit(commit, { "a.txt": "late" }));

        const tries = [
          async () => approve(opened),
          async () => say(number, "late"),
          async () => host.as(bo).setLabels(number, { by: bo, labels: ["late"] }),
          async () => merge(opened),
          async () => close(number, "late", bo),
        ];
        for (const attempt of tries) {
          await expect(attempt()).rejects.toMatchObject({ code: "FORGE_PULL_REQUEST_ENDED" });
        }
        expect(await forge.get(number)).toEqual(ended);
      });

      it.each([0, 7, -1, 1.5, Number.NaN, 2 ** 53])("knows no #%s", async (number) => {
        await propose();
        const missing = { code: "FORGE_PULL_REQUEST_MISSING" };
        await expect(forge.get(number)).rejects.toMatchObject(missing);
        await expect(approve({ ...(await forge.get(1)), number })).rejects.toMatchObject(missing);
        await expect(say(number, "")).rejects.toMatchObject(missing);
        await expect(merge({ ...(await forge.get(1)), number })).rejects.toMatchObject(missing);
      });
    });

    describe("a lost answer", () => {
      /** As a careful caller does: what is not known to be done is asked for again. */
      const insist = async <Value>(run: () => Promise<Value>): Promise<Value> => {
        host.loseNextAnswer();
        return run().catch((error: unknown) => {
          if (!hasCode(error, "FORGE_UNAVAILABLE")) throw error;
          return run();
        });
      };

      it("opens one pull request", async () => {
        const proposal = await draft("better", { "a.txt": "2" });
        const opened = await insist(async () => forge.open(proposal));
        expect(await listed("open", "closed")).toEqual([summaryOf(opened)]);
      });

      it("says a thing once", async () => {
        const opened = await propose();
        await insist(async () => approve(opened));
        const body = "done";
        const said = await insist(async () => say(opened.number, body));
        expect(said.reviews).toHaveLength(1);
        expect(said.comments).toHaveLength(1);
      });

      it("merges once", async () => {
        const opened = await propose();
        const base = await host.base();
        const isDone = await insist(async () => merge(opened)).then(
          ({ outcome }) => outcome === "merged",
          (error: unknown) => hasCode(error, "FORGE_PULL_REQUEST_ENDED"),
        );

        expect(isDone).toBe(true);
        expect((await forge.get(opened.number)).merged?.commit).toBe(await host.base());
        expect((await host.show(await host.base())).parents).toEqual([base, opened.head]);
      });
    });
  });
}

/** What a list tells as well: hosts differ in how much of a conversation they add. */
function summaryOf(pullRequest: PullRequestSummary & Partial<PullRequest>): PullRequestSummary {
  const { pushes: _, reviews: _reviews, comments: _comments, ...summary } = pullRequest;
  return summary;
}
