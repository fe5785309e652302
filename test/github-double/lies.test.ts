import { describe, expect, it } from "vitest";
import { octoReg, openScene, refusalOf, runGit } from "./open.ts";

const pulls = /^GET \/repos\/octo\/reg\/pulls/;

describe("faults of requests", () => {
  const get = async (url: string, path: string, token: string) =>
    fetch(`${url}${path}`, { headers: { authorization: `token ${token}` }, redirect: "manual" });

  async function openAsk() {
    const scene = await openScene();
    const { token } = scene.github.addUser({ login: "asker" });
    const { apiUrl, lies } = scene.github;
    const ask = async (path = "/repos/octo/reg/pulls") => get(apiUrl, path, token);
    return { ...scene, lies, ask };
  }

  it("spoil the answer once, or until healed", async () => {
    const { lies, ask } = await openAsk();
    lies.once(pulls, { type: "status", status: 502 });
    expect([(await ask()).status, (await ask()).status]).toEqual([502, 200]);
    lies.always(pulls, { type: "empty" });
    expect([await (await ask()).text(), await (await ask()).text()]).toEqual(["", ""]);
    lies.heal();
    expect(await (await ask()).json()).toEqual([]);
  });

  it("cut the body, with a length that fits or not", async () => {
    const { lies, ask } = await openAsk();
    lies.once(/^GET \/repos\/octo\/reg$/, { type: "truncated", keep: 20, cleanly: true });
    const cut = await (await ask("/repos/octo/reg")).text();
    expect(cut).toHaveLength(20);
    lies.once(/^GET \/repos\/octo\/reg$/, { type: "truncated" });
    const broken = await ask("/repos/octo/reg");
    expect(broken.status).toBe(200);
    await expect(broken.text()).rejects.toThrow(/terminated/);
  });

  it("make types wrong, links strange and redirects foreign", async () => {
    const { github, lies, ask } = await openAsk();
    const repository = /^GET \/repos\/octo\/reg$/;
    lies.once(repository, { type: "wrong-types", ids: "string" });
    expect(await (await ask("/repos/octo/reg")).json()).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
    });
    lies.once(repository, { type: "wrong-types", ids: "huge" });
    expect(await (await ask("/repos/octo/reg")).text()).toMatch(/"id":\d{20}/);
    lies.once(pulls, { type: "link", next: "https://elsewhere.example/next" });
    expect((await ask()).headers.get("link")).toBe('<https://elsewhere.example/next>; rel="next"');
    lies.once(pulls, { type: "link", next: "itself" });
    expect((await ask()).headers.get("link")).toBe(
      `<${github.apiUrl}/repos/octo/reg/pulls>; rel="next"`,
    );
    lies.once(pulls, { type: "redirect", to: "https://elsewhere.example/" });
    expect((await ask()).headers.get("location")).toBe("https://elsewhere.example/");
    lies.once(pulls, { type: "change", change: () => [{ number: "seven" }] });
    expect(await (await ask()).json()).toEqual([{ number: "seven" }]);
  });

  it("lose the answer, or refuse, after the write", async () => {
    const { github, propose } = await openScene();
    const { lies } = github;
    const number = await propose("topic", { a: "1" });
    const ann = github.client("ann");
    const comment = { ...octoReg, issue_number: number, body: "hi" };
    const comments = async () =>
      (await ann.rest.issues.listComments({ ...octoReg, issue_number: number })).data.length;
    lies.once(/comments$/, { type: "answer-lost" });
    expect(await refusalOf(ann.rest.issues.createComment(comment))).not.toBe("not refused");
    expect(await comments()).toBe(1);
    lies.once(/^POST .*comments$/, { type: "status", status: 502, afterWrite: true });
    expect(await refusalOf(ann.rest.issues.createComment(comment))).toMatch(/^502/);
    expect(await comments()).toBe(2);
    lies.once(/^POST .*comments$/, { type: "status", status: 502 });
    expect(await refusalOf(ann.rest.issues.createComment(comment))).toMatch(/^502/);
    expect(await comments()).toBe(2);
  });

  it("hang until the asker goes", async () => {
    const { github } = await openScene();
    github.lies.once(pulls, { type: "hang" });
    const abort = new AbortController();
    const request = { signal: abort.signal };
    const asking = refusalOf(github.client("ann").rest.pulls.list({ ...octoReg, request }));
    await github.lies.whenHanging();
    abort.abort();
    expect(await asking).not.toBe("not refused");
  });
});

describe("budgets", () => {
  it("count down, spare what is known already, and refuse", async () => {
    const { github } = await openScene();
    github.budget.limit(3);
    const ann = github.client("ann");
    const { headers } = await ann.rest.repos.get(octoReg);
    expect(headers["x-ratelimit-remaining"]).toBe("2");
    const known = { ...octoReg, headers: { "if-none-match": headers.etag } };
    expect(await refusalOf(ann.rest.repos.get(known))).toMatch(/^304/);
    expect(github.budget.remaining("ann")).toBe(2);
    await ann.rest.repos.get(octoReg);
    await ann.rest.repos.get(octoReg);
    expect(await refusalOf(ann.rest.repos.get(octoReg))).toMatch(/^403 API rate limit exceeded/);
    github.clock.tick(3_600_001);
    expect(await refusalOf(ann.rest.repos.get(octoReg))).toBe("not refused");
    github.budget.refuse({ times: 1, retryAfterSeconds: 7, status: 429 });
    expect(await refusalOf(ann.rest.repos.get(octoReg))).toMatch(/^429 .*secondary rate limit/);
  });
});

describe("other lies", () => {
  it("show a review late, and bind approvals anew", async () => {
    const { github, work, push, propose } = await openScene();
    const number = await propose("topic", { a: "1" });
    const at = { ...octoReg, pull_number: number };
    const seen = work.id("topic");
    github.lies.lateReview({
      repository: "octo/reg",
      pullRequest: number,
      by: "bob",
      state: "APPROVED",
      submittedAt: new Date("2026-01-02T03:04:05Z"),
    });
    const reviews = async () => (await github.client("ann").rest.pulls.listReviews(at)).data;
    expect(await reviews()).toMatchObject([
      { commit_id: seen, submitted_at: "2026-01-02T03:04:05Z" },
    ]);
    github.lies.rebindApprovals();
    work.git("commit", "--quiet", "--amend", "-m", "payload");
    await push("ann", "--force", "topic");
    expect(await reviews()).toMatchObject([{ commit_id: work.id("topic"), state: "APPROVED" }]);
  });

  it("refuse tags on commits that change workflows", async () => {
    const { github, work, push } = await openScene();
    const old = work.id("main");
    await work.commit("workflow", { ".github/workflows/ci.yml": "on: push\n" });
    await push("ann", "main");
    work.tag("new");
    work.tag("old", old);
    github.lies.refuseWorkflowTags();
    expect(await push("ann", "refs/tags/new")).toMatch(/without `workflows` permission/);
    expect(await push("ann", "refs/tags/old")).toMatch(/new tag/);
    const ref = { ...octoReg, ref: "refs/tags/api", sha: work.id("main") };
    expect(await refusalOf(github.client("ann").rest.git.createRef(ref))).toMatch(/^403 /);
  });

  it("hide what GitHub usually shows", async () => {
    const { github, work, propose } = await openScene();
    const number = await propose("topic", { a: "1" });
    const ann = github.client("ann");
    const url = github.gitUrl("ann", "octo/reg");
    github.lies.hidePullRefs();
    expect(await runGit(work, "ls-remote", url, "refs/pull/*")).toBe("");
    expect(await runGit(work, "fetch", url, "refs/pull/1/head")).toMatch(
      /couldn't find remote ref/,
    );
    github.lies.hideActivity();
    const activity = ann.request("GET /repos/{owner}/{repo}/activity", octoReg);
    expect(await refusalOf(activity)).toMatch(/^403 /);
    github.lies.hideGraphql();
    const graphql = ann.request("POST /graphql", { baseUrl: `${github.url}/api`, query: "{}" });
    expect(await refusalOf(graphql)).toMatch(/^404 /);
    github.lies.mergeableUnknown(1);
    const mergeable = async () =>
      (await ann.rest.pulls.get({ ...octoReg, pull_number: number })).data.mergeable;
    expect([await mergeable(), await mergeable()]).toEqual([null, true]);
    github.lies.heal();
    expect(await runGit(work, "ls-remote", url, "refs/pull/*")).toMatch(/refs\/pull\/1\/head/);
  });
});
