import { Octokit } from "@octokit/rest";
import { describe, expect, it } from "vitest";
import { octoReg, openScene, refusalOf } from "./open.ts";

describe("the repository", () => {
  it("answers by name and by id, and knows who may what", async () => {
    const { github } = await openScene();
    const ann = github.client("ann");
    const { data } = await ann.rest.repos.get(octoReg);
    expect(data).toMatchObject({
      full_name: "octo/reg",
      permissions: { push: true, admin: false },
    });
    const byId = await ann.request("GET /repositories/{id}", { id: data.id });
    expect(byId.data).toEqual(data);
    expect((await ann.rest.users.getAuthenticated()).data.login).toBe("ann");
    const level = async (username: string) =>
      (await ann.rest.repos.getCollaboratorPermissionLevel({ ...octoReg, username })).data;
    expect(await level("bob")).toMatchObject({ permission: "write", user: { login: "bob" } });
    expect(await level("eve")).toMatchObject({ permission: "read" });
  });

  it("is not there for those who must not know, nor without a valid token", async () => {
    const { github } = await openScene();
    await github.addRepository({ owner: "octo", name: "secret", isPrivate: true });
    const secret = { owner: "octo", repo: "secret" };
    expect(await refusalOf(github.client("eve").rest.repos.get(secret))).toBe("404 Not Found");
    const stranger = new Octokit({ auth: "ghp_wrong", baseUrl: github.apiUrl });
    expect(await refusalOf(stranger.rest.repos.get(octoReg))).toBe("401 Bad credentials");
    const unknown = github.client("ann").request("GET /repos/octo/reg/no-such-thing");
    expect(await refusalOf(unknown)).toBe("404 Not Found");
  });

  it("records who moved which branch", async () => {
    const { github, work, push } = await openScene();
    const first = work.id("main");
    await work.commit("second", { b: "2" });
    await push("bob", "main");
    const second = work.id("main");
    work.git("reset", "--quiet", "--hard", first);
    await push("ann", "--force", "main");
    await push("ann", "main:other");
    await push("ann", "--delete", "other");
    const ann = github.client("ann");
    const { data } = await ann.request("GET /repos/{owner}/{repo}/activity", octoReg);
    expect(data.map(({ activity_type, ref }) => `${activity_type} ${ref}`)).toEqual([
      "branch_deletion refs/heads/other",
      "branch_creation refs/heads/other",
      "force_push refs/heads/main",
      "push refs/heads/main",
      "branch_creation refs/heads/main",
    ]);
    expect(data[3]).toMatchObject({ before: first, after: second, actor: { login: "bob" } });
    const paged = await ann.paginate("GET /repos/{owner}/{repo}/activity", {
      ...octoReg,
      ref: "refs/heads/main",
      per_page: 1,
    });
    expect(paged).toEqual(data.slice(2, 5).filter(({ ref }) => ref === "refs/heads/main"));
  });

  it("has refs and files as Git has them", async () => {
    const { github, work, push } = await openScene();
    const sha = await work.commit("owners", { ".github/CODEOWNERS": "* @ann\n" });
    await push("ann", "main");
    const ann = github.client("ann");
    const path = ".github/CODEOWNERS";
    const { data } = await ann.rest.repos.getContent({ ...octoReg, path });
    expect(data).toMatchObject({
      type: "file",
      content: Buffer.from("* @ann\n").toString("base64"),
    });
    const { data: folder } = await ann.rest.repos.getContent({ ...octoReg, path: ".github" });
    expect(folder).toMatchObject([{ name: "CODEOWNERS", type: "file", path }]);
    const absent = ann.rest.repos.getContent({ ...octoReg, path: ".github/workflows" });
    expect(await refusalOf(absent)).toBe("404 Not Found");
    await ann.rest.git.createRef({ ...octoReg, ref: "refs/tags/v1", sha });
    const again = ann.rest.git.createRef({ ...octoReg, ref: "refs/tags/v1", sha });
    expect(await refusalOf(again)).toBe("422 Reference already exists");
    const found = await ann.rest.git.getRef({ ...octoReg, ref: "tags/v1" });
    expect(found.data.object).toMatchObject({ sha, type: "commit" });
    await ann.rest.git.deleteRef({ ...octoReg, ref: "tags/v1" });
    const gone = ann.rest.git.getRef({ ...octoReg, ref: "tags/v1" });
    expect(await refusalOf(gone)).toBe("404 Not Found");
    const outside = { ...octoReg, ref: "refs/../../config", sha };
    expect(await refusalOf(ann.rest.git.createRef(outside))).toBe(
      "422 Reference name is not valid",
    );
  });

  it("names the members of a team, in pages", async () => {
    const { github } = await openScene();
    const members = Array.from({ length: 35 }, (_, at) => `member-${at}`);
    for (const login of members) github.addUser({ login });
    github.addTeam({ org: "octo", slug: "ml-leads", members });
    const ann = github.client("ann");
    const team = { org: "octo", team_slug: "ml-leads" };
    const found = await ann.paginate(ann.rest.teams.listMembersInOrg, team);
    expect(found.map(({ login }) => login)).toEqual(members);
    const absent = ann.rest.teams.listMembersInOrg({ ...team, team_slug: "absent" });
    expect(await refusalOf(absent)).toBe("404 Not Found");
    const outsider = github.client("eve").rest.teams.listMembersInOrg(team);
    expect(await refusalOf(outsider)).toMatch(/^403 /);
  });

  it("tells its rulesets, and takes them as they are imported", async () => {
    const { github } = await openScene();
    github.addUser({ login: "root" });
    await github.addRepository({ owner: "octo", name: "own", permissions: { root: "admin" } });
    const own = { owner: "octo", repo: "own" };
    const root = github.client("root");
    const ruleset = {
      name: "ledger",
      target: "branch" as const,
      enforcement: "active" as const,
      conditions: { ref_name: { include: ["refs/heads/cairn-ledger"], exclude: [] } },
      rules: [{ type: "deletion" as const }, { type: "non_fast_forward" as const }],
    };
    const { data } = await root.rest.repos.createRepoRuleset({ ...own, ...ruleset });
    expect(data).toMatchObject(ruleset);
    const { data: rules } = await root.rest.repos.getBranchRules({
      ...own,
      branch: "cairn-ledger",
    });
    expect(rules.map(({ type }) => type)).toEqual(["deletion", "non_fast_forward"]);
    expect((await root.rest.repos.getBranchRules({ ...own, branch: "main" })).data).toEqual([]);
    github.protect("octo/own", {
      name: "reviewed",
      requiredApprovals: 2,
      requiredChecks: ["cairn"],
      mergeQueue: true,
      bypass: ["root"],
    });
    expect((await root.rest.repos.getRepoRulesets(own)).data).toHaveLength(2);
    const merged = (await root.rest.repos.getBranchRules({ ...own, branch: "main" })).data;
    expect(merged.map(({ type }) => type)).toEqual([
      "pull_request",
      "required_status_checks",
      "merge_queue",
    ]);
    const denied = github.client("ann").rest.repos.createRepoRuleset({ ...octoReg, ...ruleset });
    expect(await refusalOf(denied)).toMatch(/^403 /);
  });

  it("keeps to its rulesets when somebody pushes", async () => {
    const { github, work, push } = await openScene();
    github.protect("octo/reg", {
      include: ["refs/heads/cairn-ledger"],
      restrict: ["deletion", "non_fast_forward"],
    });
    github.protect("octo/reg", {
      target: "tag",
      include: ["refs/tags/models/**"],
      restrict: ["creation"],
      bypass: ["bob"],
    });
    await push("ann", "main:cairn-ledger");
    const amended = work.commitFiles({ other: "1" });
    expect(await push("ann", "--force", `${amended}:refs/heads/cairn-ledger`)).toMatch(/rejected/);
    expect(await push("ann", "--delete", "cairn-ledger")).toMatch(/rejected/);
    work.tag("models/m@1");
    expect(await push("ann", "refs/tags/models/m@1")).toMatch(/rejected/);
    expect(await push("bob", "refs/tags/models/m@1")).toMatch(/new tag/);
    expect(await push("eve", "main:mine")).toMatch(/403|denied/);
  });
});
