import { beforeEach, describe, expect, it } from "vitest";
import type { PullRequest } from "../../src/domain/pull-request.ts";
import { openGitHubHost, registryName, type GitHubHost } from "./github-forge-host.ts";

const [owner = "", repo = ""] = registryName.split("/");

let host: GitHubHost;
beforeEach(async () => {
  host = await openGitHubHost();
});

/** A pull request of as many commits as there are changes. */
async function propose(
  branch: string,
  ...changes: readonly Readonly<Record<string, string>>[]
): Promise<PullRequest & { readonly own: readonly string[] }> {
  const own: string[] = [];
  for (const files of changes)
    own.push(await host.commit(own.at(-1) ?? (await host.base()), files));
  const head = own.at(-1) ?? "";
  const { ann: by } = host.people;
  const opened = await host.forge.open({ title: branch, body: "", by, labels: [], branch, head });
  return { ...opened, own };
}

async function mergeAs(number: number, merge_method: "merge" | "squash" | "rebase") {
  await host.github
    .client("bo")
    .rest.pulls.merge({ owner, repo, pull_number: number, merge_method });
}

/** What landed since a commit, oldest first, and which pull requests brought it. */
async function landedSince(base: string): Promise<readonly (number | undefined)[]> {
  await host.mirror.fetch();
  const log = await host.mirror.firstParentLog(await host.base(), base);
  const ids = log.map(({ id }) => id);
  const brought = await host.forge.landedBy(ids);
  const fresh = await (await host.another()).landedBy(ids);
  const numbers = ids.map((id) => brought.get(id)?.number);
  expect(ids.map((id) => fresh.get(id)?.number)).toEqual(numbers);
  return numbers;
}

describe("landings on GitHub", () => {
  it.each([
    ["merge", [undefined, 1]],
    ["squash", [undefined, 1]],
    ["rebase", [undefined, 1, 1, 1]],
  ] as const)("finds what a %s of three commits brought", async (method, expected) => {
    const opened = await propose("three", { "1.txt": "1" }, { "2.txt": "2" }, { "3.txt": "3" });
    const base = await host.base();
    await host.land({ "direct.txt": "1" });
    await mergeAs(opened.number, method);

    expect(await landedSince(base)).toEqual(expected);
    expect(await host.forge.landedBy([...opened.own, base])).toEqual(new Map());
  });

  it("keeps a squash apart from the commits before it", async () => {
    const base = await host.base();
    const first = await propose("first", { "1.txt": "1" });
    const second = await propose("second", { "2.txt": "1" }, { "3.txt": "1" }, { "4.txt": "1" });
    await host.land({ "direct.txt": "1" });
    await mergeAs(first.number, "squash");
    await mergeAs(second.number, "squash");
    expect(await landedSince(base)).toEqual([undefined, 1, 2]);
  });

  it("finds what a push of the branch itself brought", async () => {
    const base = await host.base();
    const { own, head } = await propose("pushed", { "1.txt": "1" }, { "2.txt": "2" });
    await host.push("cleo", "refs/heads/main", head);

    expect(await landedSince(base)).toEqual([1, 1]);
    expect([...(await host.forge.landedBy(own)).keys()]).toEqual(own);
    expect((await host.forge.get(1)).state).toBe("merged");
  });

  it("finds no more in a push of the branch and of what follows it", async () => {
    const base = await host.base();
    const { head } = await propose("pushed", { "1.txt": "1" }, { "2.txt": "2" });
    await host.push("cleo", "refs/heads/main", await host.commit(head, { "more.txt": "1" }));
    const landed = await landedSince(base);
    expect(landed.slice(0, 2)).toEqual([1, 1]);
    expect(landed[2]).toBeUndefined();
  });

  it("finds what somebody merged at home", async () => {
    const { head } = await propose("home", { "1.txt": "1" }, { "2.txt": "2" });
    const base = await host.land({ "direct.txt": "1" });
    await host.push("cleo", "refs/heads/main", await host.mergeCommit(base, head));
    expect(await landedSince(base)).toEqual([1]);
  });

  it.each([
    ["merge", [1, 2]],
    ["squash", [1, 2]],
    ["rebase", [1, 2, 2]],
  ] as const)(
    "finds what a merge queue brought, each group by itself: %s",
    async (how, brought) => {
      const { github } = host;
      const base = await host.base();
      github.protect(registryName, { mergeQueue: true, mergeQueueMethod: how });
      await propose("one", { "1.txt": "1" });
      await propose("two", { "2.txt": "1" }, { "3.txt": "1" });
      await github.enqueue(registryName, 1);
      await github.enqueue(registryName, 2);
      await github.finishQueue(registryName);
      expect(await landedSince(base)).toEqual(brought);
    },
  );

  it("takes nothing for a landing that was meant for another branch", async () => {
    const base = await host.base();
    await host.push("cleo", "refs/heads/release", base);
    const { number, head } = await propose("moved", { "1.txt": "1" });
    await host.github
      .client("ann")
      .rest.pulls.update({ owner, repo, pull_number: number, base: "release" });
    await mergeAs(number, "merge");
    await host.push("cleo", "refs/heads/main", head);
    expect(await landedSince(base)).toEqual([undefined]);
  });

  it.each([
    ["a merge commit that is not of this branch", { merge_commit_sha: "other" }],
    ["a head that the merge does not hold", { head: "other" }],
    ["a base of another name", { base: "release" }],
    ["no merge at all", { merged_at: null, merge_commit_sha: null }],
    ["no commit that it became", { merge_commit_sha: null }],
  ] as const)("does not believe %s", async (_, lie) => {
    const { number } = await propose("better", { "1.txt": "1" });
    const base = await host.base();
    await mergeAs(number, "merge");
    const other = await host.land({ "direct.txt": "1" });
    const forge = await host.another();
    host.github.lies.always(/GET \/repos\/[^?]*\/commits\/\w+\/pulls/, {
      type: "change",
      change: (body) => (Array.isArray(body) ? body : []).map((pull) => lying(pull, lie, base)),
    });
    const [merged = ""] = (await host.show(other)).parents;
    expect(await forge.landedBy([merged])).toEqual(new Map());
  });

  it("asks GitHub once about what is settled", async () => {
    const { number } = await propose("better", { "1.txt": "1" });
    await mergeAs(number, "squash");
    const merged = await host.base();
    const direct = await host.land({ "direct.txt": "1" });
    const forge = await host.another();
    await forge.landedBy([merged, direct]);
    host.takeRequests();
    expect([...(await forge.landedBy([merged, direct])).keys()]).toEqual([merged]);
    expect(host.takeRequests().filter((request) => request.includes("/commits/"))).toEqual([]);
  });

  it("asks for a list when many commits landed", async () => {
    const base = await host.base();
    for (let count = 0; count < 24; count += 1) {
      const { number } = await propose(`change-${count}`, { [`${count}.txt`]: "1" });
      await mergeAs(number, count % 2 === 0 ? "squash" : "merge");
    }
    await host.mirror.fetch();
    const log = await host.mirror.firstParentLog(await host.base(), base);
    host.takeRequests();
    const found = await host.forge.landedBy(log.map(({ id }) => id));
    expect(log.map(({ id }) => found.get(id)?.number)).toEqual(log.map((_, index) => index + 1));
    const asked = host.takeRequests().filter((request) => request.includes("/commits/"));
    expect(asked).toEqual([]);
  });

  it("waits a moment, and no longer, when GitHub is late to see what was pushed", async () => {
    const { head } = await propose("pushed", { "1.txt": "1" });
    await host.push("cleo", "refs/heads/main", head);
    const open = { state: "open", merged_at: null, closed_at: null, merge_commit_sha: null };
    host.github.lies.always(/GET \/repos\/[^?]*\/commits\/\w+\/pulls/, {
      type: "change",
      change: (body) =>
        (Array.isArray(body) ? body : []).map((pull: object) => ({ ...pull, ...open })),
    });
    const late = { code: "FORGE_UNAVAILABLE" };
    await expect(host.forge.landedBy([head])).rejects.toMatchObject(late);
    host.clock.tick(59);
    await expect(host.forge.landedBy([head])).rejects.toMatchObject(late);
    host.clock.tick(2);
    expect(await host.forge.landedBy([head])).toEqual(new Map());

    host.github.lies.heal();
    const landed = await (await host.another()).landedBy([head]);
    expect(landed.get(head)?.number).toBe(1);
  });

  it("does not take a lost access for a push by hand", async () => {
    const { number } = await propose("better", { "1.txt": "1" });
    await mergeAs(number, "merge");
    const landed = await host.base();
    await host.mirror.fetch();
    host.github.lies.always(/\/repos\//, { type: "status", status: 404 });
    const landing = host.forge.landedBy([landed]);
    await expect(landing).rejects.toMatchObject({ code: "FORGE_DENIED" });
  });

  it("says that GitHub does not answer, instead of nothing", async () => {
    const { number } = await propose("better", { "1.txt": "1" });
    await mergeAs(number, "merge");
    host.github.lies.always(/\/commits\/\w+\/pulls/, { type: "status", status: 502 });
    const landing = host.forge.landedBy([await host.base()]);
    await expect(landing).rejects.toMatchObject({ code: "FORGE_UNAVAILABLE" });
  });
});

function lying(pull: unknown, lie: Readonly<Record<string, unknown>>, base: string): unknown {
  const own = pull as { readonly head: object; readonly base: object };
  return {
    ...own,
    ...lie,
    head: lie["head"] === undefined ? own.head : { ...own.head, sha: base },
    base: lie["base"] === undefined ? own.base : { ...own.base, ref: lie["base"] },
    ...(lie["merge_commit_sha"] === "other" ? { merge_commit_sha: base } : {}),
  };
}
