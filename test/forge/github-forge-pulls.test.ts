import { beforeEach, describe, expect, it } from "vitest";
import type { PullRequestDraft } from "../../src/forge/forge.ts";
import { openGitHubHost, registryName, type GitHubHost } from "./github-forge-host.ts";

const [owner = "", repo = ""] = registryName.split("/");

let host: GitHubHost;
beforeEach(async () => {
  host = await openGitHubHost();
});

async function draft(change: Partial<PullRequestDraft> = {}): Promise<PullRequestDraft> {
  const { ann: by } = host.people;
  const head = await host.commit(await host.base(), { "a.txt": "2" });
  return { title: "Better", body: "why", by, labels: [], branch: "better", head, ...change };
}

/** Somebody else's pull request from a repository of their own. */
async function proposeFromFork(): Promise<string> {
  const { github } = host;
  github.addUser({ login: "eve" });
  await github.addRepository({ owner: "eve", name: repo, forkOf: registryName });
  const head = await host.commit(await host.base(), { "a.txt": "evil" });
  await host.push("eve", "refs/heads/better", head, `eve/${repo}`);
  const pull = { owner, repo, title: "Evil", head: "eve:better", base: "main" };
  await github.client("eve").rest.pulls.create(pull);
  return head;
}

describe("pull requests on GitHub", () => {
  it("may come from a fork", async () => {
    const head = await proposeFromFork();
    const eve = { login: "eve" };
    const expected = { author: eve, fork: `eve/${repo}`, branch: "better", head };
    const found = await host.forge.get(1);
    expect(found).toMatchObject({ ...expected, pushes: [{ head, by: eve }] });
    expect(await host.forge.list(["open"])).toMatchObject([expected]);
    // A branch of the registry's own of this name is something else.
    expect(await host.forge.ofBranch("better")).toEqual([]);
    expect((await host.forge.open(await draft())).number).toBe(2);
  });

  it("may come from a fork that is gone", async () => {
    const head = await proposeFromFork();
    await host.github.removeRepository(`eve/${repo}`);
    const forge = await host.connect("cleo");
    const pushes = [{ head, by: undefined, at: undefined }];
    expect(await forge.get(1)).toMatchObject({ fork: "unknown", head, pushes });
    expect((await host.mirrorOf(forge).readCommit(head)).id).toBe(head);
  });

  it("say what else they are meant for, and are in no list then", async () => {
    const opened = await host.forge.open(await draft());
    await host.push("cleo", "refs/heads/release", await host.base());
    await host.github
      .client("ann")
      .rest.pulls.update({ owner, repo, pull_number: 1, base: "release" });

    expect(await host.forge.get(1)).toMatchObject({ base: "release", head: opened.head });
    expect(await host.forge.list(["open"])).toEqual([]);
    expect(await host.forge.ofBranch("better")).toEqual([]);
    const { bo: by } = host.people;
    const merging = host.as(by).merge(1, { by, method: "merge", expectedHead: opened.head });
    await expect(merging).rejects.toMatchObject({ code: "FORGE_DENIED" });
  });

  it("may be drafts, which nobody merges until they are ready", async () => {
    const { head } = await draft();
    await host.push("ann", "refs/heads/better", head);
    const pull = { owner, repo, title: "Draft", head: "better", base: "main", draft: true };
    await host.github.client("ann").rest.pulls.create(pull);

    expect(await host.forge.get(1)).toMatchObject({ isDraft: true, body: "" });
    const { bo: by } = host.people;
    const merging = host.as(by).merge(1, { by, method: "merge", expectedHead: head });
    const told = { code: "FORGE_DENIED", message: expect.stringContaining("draft") as unknown };
    await expect(merging).rejects.toMatchObject(told);
    await host.github.markReady(registryName, 1);
    const again = await host.as(by).merge(1, { by, method: "merge", expectedHead: head });
    expect(again.outcome).toBe("merged");
  });

  it.each([
    ["the branch", false],
    ["its id, once the branch is gone", true],
  ])("are read by %s where refs/pull/* is hidden", async (_, isGone) => {
    host.github.lies.hidePullRefs();
    const { head } = await host.forge.open(await draft());
    if (isGone) await host.push("ann", "refs/heads/better", undefined);
    const forge = await host.connect("cleo");
    expect(await forge.get(1)).toMatchObject({ head, state: isGone ? "closed" : "open" });
    expect((await host.mirrorOf(forge).readCommit(head)).id).toBe(head);
  });

  it("keep the head that they ended with", async () => {
    const opened = await host.forge.open(await draft());
    const { bo: by } = host.people;
    await host.as(by).merge(1, { by, method: "squash", expectedHead: opened.head });
    await host.push(
      "ann",
      "refs/heads/better",
      await host.commit(opened.head, { "late.txt": "1" }),
    );

    const merged = await host.forge.get(1);
    expect(merged).toMatchObject({ state: "merged", head: opened.head, pushes: opened.pushes });
    const [listed] = await host.forge.list(["merged"]);
    // A list does not tell who merged.
    expect(listed?.merged).toEqual({ ...merged.merged, by: {} });
  });

  it("have another mark whenever something was said", async () => {
    await host.forge.open(await draft());
    const settled = async () => {
      host.tick();
      // Only an answer tells what time it is there.
      await host.forge.get(1);
      const [listed] = await host.forge.list(["open"]);
      expect(listed?.revision).toBe((await host.forge.get(1)).revision);
      return listed?.revision;
    };
    const before = await settled();
    const { bo: by } = host.people;
    await host.as(by).comment(1, { body: "hm" });
    // It may change again in the same second: whoever looks must not think to have seen all.
    expect((await host.forge.list(["open"]))[0]?.revision).toBeUndefined();
    const after = await settled();
    expect(new Set([before, after, undefined]).size).toBe(3);
  });

  it("are listed with one request for each hundred", async () => {
    await host.forge.open(await draft());
    const forge = await host.another();
    host.takeRequests();
    await forge.list(["open", "merged", "closed"]);
    expect(host.takeRequests()).toHaveLength(2);
  });

  it.each([
    ["is cut off", { type: "truncated" }],
    ["is no list", { type: "text", body: "<html>" }],
    ["has a head that is none", { type: "change", change: () => [{ number: 1 }] }],
    ["does not come", { type: "status", status: 502 }],
  ] as const)("are an error when the list %s", async (_, fault) => {
    host.github.lies.always(/GET \/repos\/[^?]*\/pulls\?/, fault);
    await expect(host.forge.list(["open"])).rejects.toMatchObject({ kind: "unavailable" });
    await expect(host.forge.ofBranch("better")).rejects.toMatchObject({ kind: "unavailable" });
  });
});

describe("opening on GitHub", () => {
  it.each(["main", "cairn-ledger", "gh-readonly-queue/main/pr-1", ""])(
    "proposes nothing from the branch %j",
    async (branch) => {
      const base = await host.base();
      const opening = host.forge.open(await draft({ branch }));
      await expect(opening).rejects.toMatchObject({ code: "FORGE_DENIED" });
      expect(await host.base()).toBe(base);
    },
  );

  it("asks those that GitHub knows, once", async () => {
    const { github } = host;
    github.addTeam({ org: owner, slug: "ml-leads", members: ["bo"] });
    const reviewers = { logins: ["ann", "bo", "nobody"], teams: ["ml-leads", "none"] };
    const proposal = await draft({ reviewers, labels: ["ml"] });
    await host.forge.open(proposal);
    const asked = async () => {
      const { data } = await github
        .client("ann")
        .rest.pulls.listRequestedReviewers({ owner, repo, pull_number: 1 });
      return [...data.users.map(({ login }) => login), ...data.teams.map(({ slug }) => slug)];
    };
    expect(await asked()).toContain("bo");
    expect(await asked()).not.toContain("nobody");

    const { bo: by } = host.people;
    const commit = proposal.head;
    await host.as(by).review(1, { by, verdict: "approved", body: "", commit });
    host.takeRequests();
    const again = await host.forge.open(proposal);
    expect(again).toMatchObject({ number: 1, labels: ["ml"] });
    expect(await asked()).not.toContain("bo");
  });

  it("adds what is missing to the pull request that is there, and leaves its words alone", async () => {
    const proposal = await draft({ labels: ["ml"] });
    await host.forge.open(proposal);
    const again = { ...proposal, title: "Other", body: "other", labels: ["ML", "hotfix"] };
    const opened = await host.forge.open(again);
    expect(opened).toMatchObject({ number: 1, title: "Better", body: "why" });
    expect(opened.labels.toSorted()).toEqual(["hotfix", "ml"]);
  });

  it("tells what GitHub refuses", async () => {
    const branch = "same";
    const head = await host.base();
    const opening = host.forge.open(await draft({ branch, head }));
    const told = {
      code: "FORGE_DENIED",
      message: expect.stringContaining("No commits") as unknown,
    };
    await expect(opening).rejects.toMatchObject(told);
  });

  it("tells when the branch is protected", async () => {
    host.github.protect(registryName, { include: ["refs/heads/better"], restrict: ["creation"] });
    const opening = host.forge.open(await draft());
    await expect(opening).rejects.toMatchObject({ code: "FORGE_DENIED" });
  });
});

describe("merging on GitHub", () => {
  const merging = async () => {
    const { bo: by } = host.people;
    const { head } = await host.forge.get(1);
    return host.as(by).merge(1, { by, method: "merge", expectedHead: head });
  };

  it.each([
    ["a review", { requiredApprovals: 1 }, "approving review is required"],
    ["a check", { requiredChecks: ["ci/eval"] }, "ci/eval"],
    ["a merge queue", { mergeQueue: true }, "merge queue"],
  ] as const)("says that it wants %s first", async (_, rules, words) => {
    await host.forge.open(await draft());
    const base = await host.base();
    host.github.protect(registryName, rules);
    const told = { code: "FORGE_DENIED", message: expect.stringContaining(words) as unknown };
    await expect(merging()).rejects.toMatchObject(told);
    expect(await host.base()).toBe(base);
  });

  it.each([
    ["the base was moved", 405, "Base branch was modified. Review and try the merge again."],
    ["GitHub has not looked yet", 405, "Pull Request is not mergeable"],
    ["the head seemed to move", 409, "Head branch was modified. Review and try the merge again."],
  ])("tries again when %s", async (_, status, message) => {
    await host.forge.open(await draft());
    const merge = /PUT \/repos\/[^?]*\/pulls\/1\/merge/;
    host.github.lies.once(merge, { type: "status", status, body: { message } });
    expect(await merging()).toEqual({ outcome: "merged", commit: await host.base() });
  });

  it("gives up when GitHub is never ready", async () => {
    await host.forge.open(await draft());
    const message = "Base branch was modified. Review and try the merge again.";
    const fault = { type: "status", status: 405, body: { message } } as const;
    host.github.lies.always(/PUT \/repos\/[^?]*\/pulls\/1\/merge/, fault);
    await expect(merging()).rejects.toMatchObject({ code: "FORGE_BUSY" });
    expect(host.takeRequests().filter((request) => request.startsWith("PUT"))).toHaveLength(5);
  });

  it("says that it ended when somebody else was faster", async () => {
    const { head } = await host.forge.open(await draft());
    host.github.lies.once(/PUT \/repos\/[^?]*\/pulls\/1\/merge/, {
      type: "status",
      status: 405,
      afterWrite: true,
      body: { message: "Pull Request is not mergeable" },
    });
    await expect(merging()).rejects.toMatchObject({ code: "FORGE_PULL_REQUEST_ENDED" });
    expect((await host.show(await host.base())).parents[1]).toBe(head);
  });

  it("keeps a longer message whole", async () => {
    const { head: expectedHead } = await host.forge.open(await draft());
    const { bo: by } = host.people;
    const message = "Land it\n\nBecause it is better.\n";
    await host.as(by).merge(1, { by, method: "squash", expectedHead, message });
    await host.mirror.fetch();
    const landed = await host.mirror.readCommit(await host.base());
    expect(landed.message.trim()).toBe(message.trim());
  });
});
