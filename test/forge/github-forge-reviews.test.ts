import { beforeEach, describe, expect, it } from "vitest";
import type { PullRequest } from "../../src/domain/pull-request.ts";
import { openGitHubHost, registryName, type GitHubHost } from "./github-forge-host.ts";

const [owner = "", repo = ""] = registryName.split("/");

let host: GitHubHost;
let opened: PullRequest;
beforeEach(async () => {
  host = await openGitHubHost();
  const head = await host.commit(await host.base(), { "a.txt": "2" });
  const { ann: by } = host.people;
  opened = await host.forge.open({
    title: "Better",
    body: "",
    by,
    labels: [],
    branch: "better",
    head,
  });
});

async function approve(commit = opened.head): Promise<void> {
  const { bo: by } = host.people;
  await host.as(by).review(1, { by, verdict: "approved", body: "", commit });
}

/** The same change on top of another base: its patch is the same. */
async function rebase(): Promise<string> {
  const base = await host.land({ [`${Math.random()}.txt`]: "1" });
  const head = await host.commit(base, { "a.txt": "2" });
  await host.pushHead(1, head);
  return head;
}

async function seen(): Promise<readonly (string | undefined)[]> {
  return (await host.forge.get(1)).reviews.map(({ commit }) => commit);
}

describe("what a review on GitHub saw", () => {
  it("is what it looked at, though GitHub gives it to the new head", async () => {
    host.github.lies.rebindApprovals();
    await approve();
    const head = await rebase();
    const told = await host.github
      .client("ann")
      .rest.pulls.listReviews({ owner, repo, pull_number: 1 });
    expect(told.data[0]?.commit_id).toBe(head);

    expect(await seen()).toEqual([opened.head]);
    await rebase();
    expect(await seen()).toEqual([opened.head]);
    const last = await rebase();
    await approve(last);
    expect(await seen()).toEqual([opened.head, last]);
  });

  it("is not what was pushed between the review and the force-push", async () => {
    host.github.lies.rebindApprovals();
    await approve();
    const evil = await host.commit(opened.head, { "a.txt": "evil" });
    await host.pushHead(1, evil);
    await rebase();
    expect(await seen()).toEqual([opened.head]);
  });

  it("can be read from the mirror when no ref holds it any more", async () => {
    host.github.lies.rebindApprovals();
    await approve();
    await rebase();
    const forge = await host.connect("cleo");
    const [review] = (await forge.get(1)).reviews;
    expect(review?.commit).toBe(opened.head);
    const mirror = host.mirrorOf(forge);
    expect((await mirror.readCommit(opened.head)).id).toBe(opened.head);
  });

  it("is unknown when a force-push came and nobody tells what was between", async () => {
    host.github.lies.rebindApprovals();
    host.github.lies.hideActivity();
    await approve();
    const first = await rebase();
    expect(await seen()).toEqual([undefined]);
    await approve(first);
    await rebase();
    // Between two force-pushes in a row, there was only one head.
    expect(await seen()).toEqual([undefined, first]);

    host.github.lies.hideGraphql();
    expect(await seen()).toEqual([undefined, undefined]);
  });

  it("is believed without the activity of the branch, as long as nothing was forced", async () => {
    host.github.lies.hideActivity();
    await approve();
    const head = await host.commit(opened.head, { "b.txt": "2" });
    await host.pushHead(1, head);
    await approve(head);
    expect(await seen()).toEqual([opened.head, head]);
    const { pushes } = await host.forge.get(1);
    expect(pushes).toEqual([{ head, by: undefined, at: undefined }]);
  });

  it("is unknown when GitHub dates a review before its commit was there", async () => {
    const { reviews } = await host.forge.get(1);
    expect(reviews).toEqual([]);
    const submittedAt = new Date("2026-11-18T10:00:00Z");
    host.github.lies.lateReview({
      repository: registryName,
      pullRequest: 1,
      by: "bo",
      state: "APPROVED",
      submittedAt,
    });
    expect(await seen()).toEqual([undefined]);
  });

  it("is the older head when GitHub dates a review of a newer one before it", async () => {
    const submittedAt = new Date(Date.parse(opened.openedAt) + 10_000);
    host.tick();
    const head = await host.commit(opened.head, { "b.txt": "2" });
    await host.pushHead(1, head);
    host.github.lies.lateReview({
      repository: registryName,
      pullRequest: 1,
      by: "bo",
      state: "APPROVED",
      submittedAt,
    });
    expect(await seen()).toEqual([opened.head]);
  });

  it("stays with a review that was dismissed", async () => {
    await approve();
    const [review] = (await host.forge.get(1)).reviews;
    await host.github.client("cleo").rest.pulls.dismissReview({
      owner,
      repo,
      pull_number: 1,
      review_id: Number(review?.id),
      message: "not yet",
    });
    const dismissed = { ...review, verdict: "dismissed" };
    expect((await host.forge.get(1)).reviews).toMatchObject([dismissed]);
  });
});

describe("who says something on GitHub", () => {
  it("may be a bot, or nobody any more", async () => {
    host.github.addUser({ login: "helper[bot]", type: "Bot" });
    const gone = /GET \/repos\/[^?]*\/pulls\/1\/reviews/;
    host.github.lies.lateReview({
      repository: registryName,
      pullRequest: 1,
      by: "helper[bot]",
      state: "APPROVED",
      submittedAt: new Date(Date.parse(opened.openedAt) + 60_000),
    });
    const bot = { login: "helper[bot]", isBot: true };
    expect((await host.forge.get(1)).reviews).toMatchObject([{ by: bot }]);

    host.github.lies.always(gone, {
      type: "change",
      change: (body) =>
        (Array.isArray(body) ? body : []).map((one: object) => ({ ...one, user: null })),
    });
    const reviews = (await (await host.another()).get(1)).reviews;
    expect(reviews).toMatchObject([{ by: { login: "ghost" } }]);
  });

  it("cannot approve their own, and is told so", async () => {
    const { ann: by } = host.people;
    const draft = { by, verdict: "approved", body: "", commit: opened.head } as const;
    const told = { code: "FORGE_DENIED", message: expect.stringContaining("their own") as unknown };
    await expect(host.forge.review(1, draft)).rejects.toMatchObject(told);
  });

  it("is told what GitHub says of an empty comment", async () => {
    const { bo: by } = host.people;
    const draft = { by, verdict: "commented", body: "", commit: opened.head } as const;
    const told = { code: "FORGE_DENIED", message: expect.stringContaining("blank") as unknown };
    await expect(host.as(by).review(1, draft)).rejects.toMatchObject(told);
  });
});

describe("long conversations on GitHub", () => {
  it("are read whole", async () => {
    const { lies } = host.github;
    const start = Date.parse(opened.openedAt);
    for (let count = 0; count < 3001; count += 1) {
      const submittedAt = new Date(start + 1000 * (count + 1));
      lies.lateReview({
        repository: registryName,
        pullRequest: 1,
        by: "bo",
        state: "COMMENTED",
        submittedAt,
      });
    }
    const bo = host.github.client("bo");
    for (let count = 0; count < 101; count += 1) {
      await bo.rest.issues.createComment({
        owner,
        repo,
        issue_number: 1,
        body: `${count}`,
      });
    }
    const { reviews, comments } = await host.forge.get(1);
    expect(reviews).toHaveLength(3001);
    expect(new Set(reviews.map(({ id }) => id)).size).toBe(3001);
    expect(comments.map(({ body }) => body)).toEqual([...Array(101).keys()].map(String));
  });

  it.each([
    ["the reviews", /\/pulls\/1\/reviews/],
    ["the timeline", /\/issues\/1\/timeline/],
  ])("are an error when %s cannot be had whole", async (_, pattern) => {
    for (let count = 0; count < 101; count += 1) {
      const submittedAt = new Date(Date.parse(opened.openedAt) + 1000 * (count + 1));
      host.github.lies.lateReview({
        repository: registryName,
        pullRequest: 1,
        by: "bo",
        state: "COMMENTED",
        submittedAt,
      });
    }
    host.github.lies.always(new RegExp(`${pattern.source}.*page=2`), {
      type: "status",
      status: 502,
    });
    await expect(host.forge.get(1)).rejects.toMatchObject({ code: "FORGE_UNAVAILABLE" });
    host.github.lies.heal();
    host.github.lies.always(pattern, { type: "truncated" });
    await expect((await host.another()).get(1)).rejects.toMatchObject({ kind: "unavailable" });
  });
});
