import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { App } from "../../src/usecases/app.ts";
import {
  basicPolicy,
  copyTemplate,
  createPromotionTemplate,
  deeds,
  policyPath,
  removeTemplate,
  running,
  shareCopy,
  type PromotionFixture,
} from "../support/promotion-fixture.ts";

let template: string;
beforeAll(async () => {
  template = await createPromotionTemplate();
});
afterAll(() => removeTemplate(template));

const taxi = "models/taxi/weights.bin";
const merge = { number: 1, method: "merge" } as const;

async function openCopy(): Promise<{ readonly fixture: PromotionFixture; readonly app: App }> {
  const fixture = await copyTemplate(template);
  return { fixture, app: await fixture.open() };
}

describe("opening", () => {
  it("takes title and body from the newest commit, and the author from Git", async () => {
    const { fixture, app } = await openCopy();
    const head = await fixture.branch("better", { [taxi]: "third\n" });
    await fixture.git(
      "commit",
      "--quiet",
      "--amend",
      "-m",
      "Train longer\n\nForty epochs.\n\nMore.",
    );
    const { pullRequest, created, check } = await app.openPullRequest({});
    expect(pullRequest).toMatchObject({
      number: 1,
      title: "Train longer",
      state: "open",
      author: "dee",
      branch: "better",
      labels: [],
      merged: undefined,
    });
    expect(pullRequest.head).not.toBe(head);
    expect({ created, outcome: check.outcome }).toEqual({ created: true, outcome: "passed" });
    const detail = await app.pullRequest({ number: 1 });
    expect(detail).toMatchObject({
      body: "Forty epochs.\n\nMore.",
      reviews: [],
      comments: [],
      check,
    });
    expect(detail.pushes).toMatchObject([{ head: pullRequest.head, by: "dee" }]);
  });

  it("again from the same branch moves it, whoever does; another branch is another one", async () => {
    const { fixture, app } = await openCopy();
    await fixture.branch("better", { [taxi]: "third\n" });
    const first = await app.openPullRequest({ title: "Better", labels: ["model"], body: "Yes." });
    const head = await fixture.commit("Even better", { [taxi]: "fourth\n" });
    const again = await app.openPullRequest({ as: "bo" });
    expect(again.created).toBe(false);
    expect(again.pullRequest).toMatchObject({ number: 1, title: "Better", author: "dee", head });
    expect(again.check.head).toBe(head);
    const { pushes } = await app.pullRequest({ number: 1 });
    expect(pushes.map(({ head: pushed, by }) => `${by} ${pushed}`)).toEqual([
      `dee ${first.pullRequest.head}`,
      `bo ${head}`,
    ]);
    // Nothing moved: nothing is written.
    const refs = await fixture.refs();
    expect((await app.openPullRequest({})).created).toBe(false);
    expect(await fixture.refs()).toEqual(refs);

    const other = await app.openPullRequest({ branch: "other", revision: "HEAD~1" });
    expect(other).toMatchObject({ created: true, pullRequest: { number: 2, branch: "other" } });
    const { items } = await app.pullRequests({ states: ["open"] });
    expect(items.map(({ number }) => number)).toEqual([2, 1]);
  });

  it("wants a branch of its own", async () => {
    const { fixture, app } = await openCopy();
    const refused = { code: "BRANCH_NEEDED" };
    await expect(app.openPullRequest({})).rejects.toMatchObject(refused);
    await expect(app.openPullRequest({ branch: "main" })).rejects.toMatchObject(refused);
    await fixture.git("checkout", "--quiet", "--detach");
    await expect(app.openPullRequest({})).rejects.toMatchObject(refused);
    // A detached head can still be proposed under a name that is said.
    await fixture.commit("Train", { [taxi]: "third\n" });
    const { pullRequest } = await app.openPullRequest({ branch: "said" });
    expect(pullRequest.branch).toBe("said");
  });
});

describe("who is who", () => {
  const shared = shareCopy(() => template);

  it.each([
    { as: undefined, author: "dee" },
    { as: "ann", author: "ann" },
    { as: "Bo L. <bo@contoso.example>", author: "bo" },
    { as: "<cy@contoso.example>", author: "cy" },
    { as: "Eve <eve@elsewhere.example>", author: "Eve <eve@elsewhere.example>" },
  ])("$as is $author", async ({ as, author }) => {
    const { fixture, app } = shared();
    await fixture.branch(`as-${author.slice(0, 3)}`, { "README.md": `${author}\n` });
    const { pullRequest } = await app.openPullRequest(as === undefined ? {} : { as });
    expect(pullRequest.author).toBe(author);
  });

  it.each(["eve", "", "ann@contoso.example", "ann <>", "Ann <not a mail>"])(
    '"%s" is nobody',
    async (as) => {
      const { app } = shared();
      const attempt = app.commentOnPullRequest({ number: 1, body: "me", as });
      await expect(attempt).rejects.toMatchObject({ code: "ACCOUNT_UNKNOWN" });
    },
  );

  it("is asked for where Git knows nobody, and only by what acts", async () => {
    const fixture = await copyTemplate(template);
    await fixture.git("config", "--unset", "user.email");
    const app = await fixture.open();
    const attempt = app.promote({ asset: "models/taxi", to: "test" });
    await expect(attempt).rejects.toMatchObject({ code: "ACCOUNT_UNKNOWN" });
    expect((await app.pullRequests({ states: ["open"] })).items).toEqual([]);
    const { pullRequest } = await app.promote({ asset: "models/taxi", to: "test", as: "bo" });
    expect(pullRequest.author).toBe("bo");
  });
});

describe("reviewing", () => {
  it("records what each of them saw; only a head as it is can be reviewed", async () => {
    const { fixture, app } = await openCopy();
    const first = await fixture.branch("better", { [taxi]: "third\n" });
    await app.openPullRequest({});
    const review = { number: 1, verdict: "approved", as: "bo" } as const;
    const seen = await app.reviewPullRequest({ ...review, body: "fine", commit: first });
    expect(seen.reviews).toMatchObject([
      { by: "bo", verdict: "approved", commit: first, body: "fine" },
    ]);
    const second = await fixture.commit("More", { [taxi]: "fourth\n" });
    await app.openPullRequest({});
    await expect(app.reviewPullRequest({ ...review, commit: first })).rejects.toMatchObject({
      code: "FORGE_HEAD_MOVED",
    });
    const asked = { number: 1, verdict: "changes-requested", as: "ann" } as const;
    const { reviews } = await app.reviewPullRequest(asked);
    expect(reviews.map(({ by, verdict, commit }) => `${by} ${verdict} ${commit}`)).toEqual([
      `bo approved ${first}`,
      `ann changes-requested ${second}`,
    ]);
    const { comments } = await app.commentOnPullRequest({ number: 1, body: "Why?", as: "cy" });
    expect(comments).toMatchObject([{ by: "cy", body: "Why?" }]);
  });

  it("decides over a promotion: not its author, not who may not, not against an objection", async () => {
    const { app } = await openCopy();
    await app.promote({ asset: "models/taxi", to: "test", merge: true });
    await app.promote({ asset: "models/taxi", to: "prod", as: "ann" });
    const review = async (
      as: string,
      verdict: "approved" | "changes-requested",
    ): Promise<string | undefined> => {
      const { check } = await app.reviewPullRequest({ number: 2, verdict, as });
      return check?.outcome;
    };
    expect(await review("ann", "approved")).toBe("failed");
    expect(await review("dee", "approved")).toBe("failed");
    expect(await review("Eve <eve@elsewhere.example>", "approved")).toBe("failed");
    expect(await review("bo", "approved")).toBe("passed");
    expect(await review("bo", "changes-requested")).toBe("failed");
  });
});

describe("merging", () => {
  it("does what the check said, by merge or squash, once", async () => {
    const { fixture, app } = await openCopy();
    await fixture.branch("one", { [taxi]: "third\n" });
    await app.openPullRequest({});
    await fixture.branch("two", { "components/prep/src/prep.py": "print(2)\n" });
    await fixture.commit("And more", { "components/prep/src/more.py": "print(3)\n" });
    await app.openPullRequest({});

    const merged = await app.mergePullRequest({ ...merge, as: "bo" });
    expect(merged.check.outcome).toBe("passed");
    expect(merged.commit).toBe((await fixture.git("ls-remote", "origin", "main")).split("\t")[0]);
    const detail = await app.pullRequest({ number: 1 });
    expect(detail).toMatchObject({ state: "merged", check: undefined });
    expect(detail.merged).toMatchObject({ commit: merged.commit, by: "bo" });
    await expect(app.mergePullRequest(merge)).rejects.toMatchObject({
      code: "FORGE_PULL_REQUEST_ENDED",
    });

    const squashed = await app.mergePullRequest({ number: 2, method: "squash" });
    await fixture.git("fetch", "--quiet", "origin");
    const parents = await fixture.git("log", "-1", "--format=%P", squashed.commit ?? "");
    expect(parents.trim()).toBe(merged.commit);
    expect(deeds((await app.apply()).done)).toEqual([
      "publish models/taxi 3",
      "publish components/prep 2",
    ]);
    const { items } = await app.history({ asset: "components/prep", limit: 1 });
    expect(items[0]).toMatchObject({ type: "published" });
  });

  it("is refused while the check fails; forced, nothing that failed takes effect", async () => {
    const { fixture, app } = await openCopy();
    await app.promote({ asset: "models/taxi", to: "test", merge: true });
    await app.apply();
    await app.promote({ asset: "models/taxi", to: "prod" });
    const before = await fixture.refs();
    const refused = await app.mergePullRequest({ number: 2, method: "merge" });
    expect(refused).toMatchObject({ commit: undefined, check: { outcome: "failed" } });
    expect(await fixture.refs()).toEqual(before);

    const forced = await app.mergePullRequest({ number: 2, method: "merge", force: true });
    expect(forced).toMatchObject({ check: { outcome: "failed" } });
    expect(forced.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(deeds((await app.apply()).done)).toEqual(["block models/taxi 2 in prod"]);
    expect(await fixture.show("stages/prod/models/taxi.yaml")).toContain('version: "2"');
    expect(await running(app, "prod")).toMatchObject({ "model taxi": "1" });
    // An approval after the fact changes nothing.
    const late = app.reviewPullRequest({ number: 2, verdict: "approved", as: "bo" });
    await expect(late).rejects.toMatchObject({ code: "FORGE_PULL_REQUEST_ENDED" });
    expect(deeds((await app.apply()).done)).toEqual([]);
  });

  it("never happens over a conflict, forced or not", async () => {
    const { fixture, app } = await openCopy();
    await fixture.branch("better", { [taxi]: "third\n" });
    await app.openPullRequest({});
    await fixture.push("Faster", { [taxi]: "theirs\n" });
    const refs = await fixture.refs();
    const report = await app.mergePullRequest({ ...merge, force: true });
    expect(report).toMatchObject({ commit: undefined, check: { conflicts: [taxi] } });
    expect(await fixture.refs()).toEqual(refs);
  });

  it("is allowed when only time is missing, and then waits", async () => {
    const { fixture, app } = await openCopy();
    await app.promote({ asset: "models/slow", to: "test", merge: true });
    await app.apply();
    await app.promote({ asset: "models/slow", to: "prod" });
    await app.reviewPullRequest({ number: 2, verdict: "approved", as: "bo" });
    const merged = await app.mergePullRequest({ number: 2, method: "merge" });
    expect(merged.check.outcome).toBe("pending");
    expect(merged.commit).toBeDefined();
    const report = await app.apply();
    expect(deeds(report.done)).toEqual(["wait models/slow 1 in prod"]);
    expect(report.pending).toMatchObject([
      { asset: "models/slow", stage: "prod", wanted: "1", outcome: "waiting" },
    ]);
    expect(report.pending[0]?.until).toBe(merged.check.moves[0]?.until);
    expect(await running(app, "prod")).toEqual({ "model taxi": "1" });
    expect(await fixture.ledger()).toHaveLength(10);
    expect((await app.apply()).done).toEqual([]);
  });

  it("of a broken change, forced, publishes nothing of what is broken and the rest", async () => {
    const { fixture, app } = await openCopy();
    await fixture.branch("broken", {
      "models/taxi/model.yaml": "name: taxi\ntype: custom_model\npath: ./gone.bin\n",
      "components/prep/src/prep.py": "print(2)\n",
    });
    const { check } = await app.openPullRequest({});
    expect(check.outcome).toBe("failed");
    expect((await app.mergePullRequest(merge)).commit).toBeUndefined();
    expect((await app.mergePullRequest({ ...merge, force: true })).commit).toBeDefined();
    const report = await app.apply();
    expect(deeds(report.done)).toEqual(["publish components/prep 2"]);
    expect(report.findings).toMatchObject([{ path: "models/taxi/model.yaml", severity: "error" }]);
  });
});

describe("closing", () => {
  it("ends it with a reason; nothing more can be done with it", async () => {
    const { fixture, app } = await openCopy();
    await fixture.branch("better", { [taxi]: "third\n" });
    await app.openPullRequest({});
    const closed = await app.closePullRequest({ number: 1, reason: "Worse.", as: "bo" });
    expect(closed).toMatchObject({
      state: "closed",
      check: undefined,
      comments: [{ by: "bo", body: "Worse." }],
    });
    const ended = { code: "FORGE_PULL_REQUEST_ENDED" };
    await expect(app.mergePullRequest({ ...merge, force: true })).rejects.toMatchObject(ended);
    const review = app.reviewPullRequest({ number: 1, verdict: "approved", as: "bo" });
    await expect(review).rejects.toMatchObject(ended);
    expect((await app.pullRequests({ states: ["open"] })).items).toEqual([]);
    const { items } = await app.pullRequests({ states: ["closed", "merged"] });
    expect(items).toMatchObject([{ number: 1, state: "closed" }]);
    expect(deeds((await app.apply()).done)).toEqual([]);
    // The branch can be proposed again: that is another pull request.
    expect(await app.openPullRequest({})).toMatchObject({
      created: true,
      pullRequest: { number: 2 },
    });
  });

  const shared = shareCopy(() => template);
  it.each([0, 99, -1])("is impossible for %i, which there is none of", async (number) => {
    const { app } = shared();
    await expect(app.closePullRequest({ number })).rejects.toMatchObject({
      code: "FORGE_PULL_REQUEST_MISSING",
    });
  });
});

describe("a policy change beside a promotion", () => {
  it("stops the promotion, whoever approved both", async () => {
    const { fixture, app } = await openCopy();
    await app.promote({ asset: "models/taxi", to: "test", merge: true });
    await app.apply();
    await fixture.branch("both", {
      [policyPath]: basicPolicy.replace("hours: 24", "hours: 2"),
      "stages/prod/models/taxi.yaml": 'version: "2"\n',
    });
    await app.openPullRequest({});
    await app.reviewPullRequest({ number: 2, verdict: "approved", as: "ann" });
    const { check } = await app.reviewPullRequest({ number: 2, verdict: "approved", as: "bo" });
    expect(check).toMatchObject({ outcome: "failed", policy: { outcome: "passed" } });
    expect(check?.moves[0]?.gates[0]?.reason).toContain("alters the policy");
  });
});
