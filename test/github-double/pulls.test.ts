import { describe, expect, it } from "vitest";
import { octoReg, openScene, refusalOf, runGit } from "./open.ts";

describe("a pull request", () => {
  it("is opened from a pushed branch and kept in the repository", async () => {
    const { github, work, propose } = await openScene();
    const number = await propose("topic", { "a.txt": "1\n" });
    const { data } = await github.client("bob").rest.pulls.get({ ...octoReg, pull_number: number });
    expect(data).toMatchObject({
      number: 1,
      state: "open",
      mergeable: true,
      mergeable_state: "clean",
      changed_files: 1,
      additions: 1,
      commits: 1,
      user: { login: "ann" },
      head: { sha: work.id("topic"), label: "octo:topic" },
      base: { ref: "main", sha: work.id("main") },
    });
    const remote = github.gitUrl("bob", "octo/reg");
    const kept = await runGit(work, "ls-remote", remote, "refs/pull/1/head");
    expect(kept).toContain(work.id("topic"));
  });

  it("is refused as GitHub refuses it", async () => {
    const { github, propose, push } = await openScene();
    await propose("topic", { "a.txt": "1\n" });
    await push("ann", "main:same");
    const ann = github.client("ann");
    const open = async (head: string, base = "main") =>
      refusalOf(ann.rest.pulls.create({ ...octoReg, head, base, title: "again" }));
    expect(await open("topic")).toMatch(/^422 .*A pull request already exists for octo:topic\./);
    expect(await open("same")).toMatch(/^422 .*No commits between main and same/);
    expect(await open("absent")).toMatch(/^422 .*"field":"head"/);
    expect(await open("topic", "absent")).toMatch(/^422 .*"field":"base"/);
  });

  it("is listed by state, head and base, in pages", async () => {
    const { github, propose } = await openScene();
    for (const name of ["one", "two", "three"]) await propose(name, { [name]: name });
    const ann = github.client("ann");
    await ann.rest.pulls.update({ ...octoReg, pull_number: 2, state: "closed" });
    const numbers = async (query: Parameters<typeof ann.rest.pulls.list>[0]) =>
      (await ann.paginate(ann.rest.pulls.list, query)).map(({ number }) => number);
    expect(await numbers(octoReg)).toEqual([3, 1]);
    expect(await numbers({ ...octoReg, state: "all", per_page: 1 })).toEqual([3, 2, 1]);
    expect(await numbers({ ...octoReg, state: "closed" })).toEqual([2]);
    expect(await numbers({ ...octoReg, head: "octo:three" })).toEqual([3]);
    expect(await numbers({ ...octoReg, base: "other" })).toEqual([]);
    const byUpdate = { ...octoReg, state: "all", sort: "updated", direction: "desc" } as const;
    expect(await numbers(byUpdate)).toEqual([2, 3, 1]);
    const { headers } = await ann.rest.pulls.list({ ...octoReg, state: "all", per_page: 2 });
    expect(headers.link).toMatch(/\/api\/v3\/repositories\/\d+\/pulls\?.*page=2>; rel="next"/);
  });

  it("follows its branch: pushes, force-pushes, retargeting, the end of the branch", async () => {
    const { github, work, push, propose } = await openScene();
    const number = await propose("topic", { "a.txt": "1\n" });
    const opened = work.id("topic");
    await work.commit("more", { "b.txt": "2\n" });
    await push("bob", "topic");
    const pushed = work.id("topic");
    work.git("reset", "--quiet", "--hard", "main");
    await work.commit("anew", { "c.txt": "3\n" });
    await push("bob", "--force", "topic");
    await push("ann", "main:release");
    const ann = github.client("ann");
    const at = { ...octoReg, pull_number: number };
    await ann.rest.pulls.update({ ...at, base: "release", title: "Better", body: "why" });
    const { data } = await ann.rest.pulls.get(at);
    expect(data).toMatchObject({ title: "Better", body: "why", base: { ref: "release" } });
    expect(data.head.sha).toBe(work.id("topic"));
    await push("ann", "--delete", "topic");
    expect((await ann.rest.pulls.get(at)).data.state).toBe("closed");
    const { data: timeline } = await ann.rest.issues.listEventsForTimeline({
      ...octoReg,
      issue_number: number,
    });
    expect(timeline.map(({ event }) => event)).toEqual([
      "head_ref_force_pushed",
      "committed",
      "renamed",
      "base_ref_changed",
      "head_ref_deleted",
      "closed",
    ]);
    expect(timeline[0]).toMatchObject({ actor: { login: "bob" }, commit_id: work.id("topic") });
    const { data: answer } = await ann.request("POST /graphql", {
      baseUrl: `${github.url}/api`,
      query: "query($owner: String!) { … timelineItems(itemTypes: HEAD_REF_FORCE_PUSHED_EVENT) }",
      variables: { ...octoReg, number },
    });
    expect(opened).not.toBe(pushed);
    expect(answer.data.repository.pullRequest.timelineItems.nodes).toMatchObject([
      {
        actor: { login: "bob" },
        beforeCommit: { oid: pushed },
        afterCommit: { oid: work.id("topic") },
      },
    ]);
  });

  it("may come from a fork that is gone later", async () => {
    const { github, work } = await openScene();
    await github.addRepository({ owner: "eve", name: "reg", forkOf: "octo/reg" });
    work.checkout("topic", "main");
    const head = await work.commit("from outside", { "eve.txt": "1\n" });
    await runGit(work, "push", github.gitUrl("eve", "eve/reg"), "topic");
    const eve = github.client("eve");
    const draft = { ...octoReg, head: "eve:topic", base: "main", title: "From outside" };
    const { data } = await eve.rest.pulls.create(draft);
    expect(data.head).toMatchObject({ label: "eve:topic", sha: head, repo: { fork: true } });
    const second = await work.commit("once more", { "eve.txt": "2\n" });
    await runGit(work, "push", github.gitUrl("eve", "eve/reg"), "topic");
    const base = github.gitUrl("eve", "octo/reg");
    expect(await runGit(work, "ls-remote", base, "refs/pull/*/head")).toContain(second);
    await github.removeRepository("eve/reg");
    const gone = await eve.rest.pulls.get({ ...octoReg, pull_number: data.number });
    expect(gone.data.head).toMatchObject({ repo: null, sha: second });
    expect(gone.data.state).toBe("open");
  });

  it("is merged in each way, and its commits know it", async () => {
    const { github, work, propose } = await openScene();
    const ann = github.client("ann");
    for (const method of ["merge", "squash", "rebase"] as const) {
      const number = await propose(method, { [method]: method });
      const { data } = await ann.rest.pulls.merge({
        ...octoReg,
        pull_number: number,
        merge_method: method,
        sha: work.id(method),
      });
      await runGit(work, "fetch", "--quiet", github.gitUrl("ann", "octo/reg"), "main");
      expect(work.id("FETCH_HEAD")).toBe(data.sha);
      expect(work.git("show", `${data.sha}:${method}`)).toBe(method);
      const parents = work.git("log", "-1", "--format=%P", data.sha).split(" ");
      expect(parents).toHaveLength(method === "merge" ? 2 : 1);
      const found = await ann.rest.repos.listPullRequestsAssociatedWithCommit({
        ...octoReg,
        commit_sha: data.sha,
      });
      expect(found.data).toMatchObject([{ number, merge_commit_sha: data.sha, state: "closed" }]);
      expect(found.data[0]?.merged_at).toMatch(/^\d{4}-.*Z$/);
    }
  });

  it("is not merged against an obstacle", async () => {
    const { github, work, push, propose } = await openScene();
    const number = await propose("topic", { "README.md": "mine\n" });
    const merge = async (login: string, sha?: string) =>
      refusalOf(
        github
          .client(login)
          .rest.pulls.merge({ ...octoReg, pull_number: number, ...(sha && { sha }) }),
      );
    expect(await merge("bob", "0".repeat(40))).toMatch(/^409 Head branch was modified/);
    expect(await merge("eve")).toMatch(/^403 /);
    const rules = github.protect("octo/reg", { requiredApprovals: 1, requiredChecks: ["ci"] });
    expect(rules).toBeGreaterThan(0);
    expect(await merge("bob")).toMatch(/^405 Repository rule violations.*At least 1 approving/s);
    expect(await push("bob", "topic:main")).toMatch(/remote rejected/);
    const at = { ...octoReg, pull_number: number };
    await github.client("bob").rest.pulls.createReview({ ...at, event: "APPROVE" });
    expect(await merge("bob")).toMatch(/^405 .*Required status check "ci" is expected/s);
    const sha = work.id("topic");
    const ci = { ...octoReg, sha, context: "ci", state: "success" } as const;
    await github.client("bob").rest.repos.createCommitStatus(ci);
    expect(await merge("bob")).toBe("not refused");
  });

  it("is not merged when it conflicts", async () => {
    const { github, work, push, propose } = await openScene();
    const number = await propose("topic", { "README.md": "mine\n" });
    work.checkout("main");
    await work.commit("theirs", { "README.md": "theirs\n" });
    await push("bob", "main");
    const bob = github.client("bob");
    const at = { ...octoReg, pull_number: number };
    expect((await bob.rest.pulls.get(at)).data).toMatchObject({
      mergeable: false,
      mergeable_state: "dirty",
    });
    for (const merge_method of ["merge", "squash", "rebase"] as const) {
      const refused = await refusalOf(bob.rest.pulls.merge({ ...at, merge_method }));
      expect(refused).toMatch(/^405 Pull Request is not mergeable/);
    }
  });

  it("is merged by a push that brings its head to the base", async () => {
    const { github, work, push, propose } = await openScene();
    const number = await propose("topic", { "a.txt": "1\n" });
    work.checkout("main");
    const commit = work.merge("topic");
    await push("bob", "main");
    const { data } = await github.client("ann").rest.pulls.get({ ...octoReg, pull_number: number });
    expect(data).toMatchObject({
      merged: true,
      state: "closed",
      merge_commit_sha: commit,
      merged_by: { login: "bob" },
    });
  });

  it("lands through the merge queue when its group is green", async () => {
    const { github, propose } = await openScene();
    github.protect("octo/reg", { mergeQueue: true, requiredChecks: ["ci"] });
    const number = await propose("topic", { "a.txt": "1\n" });
    const at = { ...octoReg, pull_number: number };
    const bob = github.client("bob");
    expect(await refusalOf(bob.rest.pulls.merge(at))).toMatch(/merge queue/);
    const { ref, head } = await github.enqueue("octo/reg", number);
    expect(ref).toMatch(/^refs\/heads\/gh-readonly-queue\/main\/pr-1-[0-9a-f]{40}$/);
    expect(await github.finishQueue("octo/reg")).toEqual([]);
    const ci = { ...octoReg, sha: head, context: "ci", state: "success" } as const;
    await bob.rest.repos.createCommitStatus(ci);
    expect(await github.finishQueue("octo/reg")).toEqual([number]);
    expect((await bob.rest.pulls.get(at)).data).toMatchObject({
      merged: true,
      merge_commit_sha: head,
    });
    const { data } = await bob.rest.git.getRef({ ...octoReg, ref: "heads/main" });
    expect(data.object.sha).toBe(head);
  });

  it("tells 3 000 files at most", async () => {
    const { github, propose } = await openScene();
    const files = Object.fromEntries(
      Array.from({ length: 3001 }, (_, index) => [`many/${index}.txt`, "1\n"]),
    );
    const number = await propose("many", files);
    const ann = github.client("ann");
    const at = { ...octoReg, pull_number: number };
    expect((await ann.rest.pulls.get(at)).data.changed_files).toBe(3001);
    const listed = await ann.paginate(ann.rest.pulls.listFiles, { ...at, per_page: 100 });
    expect(listed).toHaveLength(3000);
  });
});
