import { expect, it } from "vitest";
import { GitHubHost } from "../../src/forge/drivers/github/github-host.ts";
import type { HostInspection } from "../../src/forge/host-services.ts";
import { silentLog } from "../../src/shared/log.ts";
import { noGitHubChoices } from "../support/github-choices.ts";
import {
  branchRuleset,
  ledgerRuleset,
  tagsRuleset,
} from "../../src/usecases/author/github/rulesets.ts";
import { appPermissions } from "../support/github/app-permissions.ts";
import { at, noGit, openServices, type Services } from "./github-services.ts";
import { startScriptedApi } from "./scripted-api.ts";

type Outcomes = Readonly<Record<string, HostInspection["outcome"]>>;

function outcomes(found: readonly HostInspection[]): Outcomes {
  return Object.fromEntries(found.map(({ check, outcome }) => [check, outcome]));
}

/** Two workflows, one after the other, so that the first commit has another one than now. */
async function addWorkflows(services: Services): Promise<void> {
  await services.commit("one", { ".github/workflows/cairn.yml": "on: push\n" });
  await services.commit("two", {
    ".github/workflows/cairn.yml": "on: pull_request\n",
    ".github/CODEOWNERS": "* @contoso/ml\n",
  });
}

async function importRulesets({ github }: Services): Promise<void> {
  const choices = { ...noGitHubChoices, owner: "contoso", appId: 12, isEnterprise: true };
  for (const render of [branchRuleset, ledgerRuleset, tagsRuleset]) {
    await github
      .client("cleo")
      .request("POST /repos/{owner}/{repo}/rulesets", { ...at, ...JSON.parse(render(choices)) });
  }
}

it("finds everything right after what init --github says was done", async () => {
  const services = await openServices();
  await addWorkflows(services);
  await importRulesets(services);
  services.github.addTeam({ org: "contoso", slug: "ml", members: ["bo"] });
  services.github.lies.refuseWorkflowTags();
  const mirror = await services.mirror();

  const found = await services.host("app", mirror).inspect();

  const wrong = found.filter(({ outcome }) => outcome !== "ok");
  expect(wrong.map(({ check, message }) => `${check}: ${message}`)).toEqual([]);
  expect(Object.keys(outcomes(found))).toEqual([
    "github access",
    "github permission contents",
    "github permission pull_requests",
    "github permission checks",
    "github permission statuses",
    "github permission workflows",
    "github permission members",
    "github branch cairn-ledger",
    "github tags of versions",
    "github branch main",
    "github branch main: check",
    "github branch main: reviews",
    "github workflow",
    "github code owners",
    "github webhook",
    "github tags",
    "github limit",
  ]);
  expect([...(await mirror.fetchTags()).keys()]).toEqual([]);
});

it("says what is open to everybody, each with what to do", async () => {
  const services = await openServices();

  const found = await services.host("app", await services.mirror()).inspect();

  expect(outcomes(found)).toMatchObject({
    "github branch cairn-ledger": "failed",
    "github tags of versions": "failed",
    "github branch main": "failed",
    "github branch main: check": "failed",
    "github branch main: reviews": "warning",
    "github tags": "ok",
  });
  expect(found.filter(({ outcome, hint }) => outcome !== "ok" && hint === undefined)).toEqual([]);
  expect(found.find(({ check }) => check === "github branch main")?.hint).toContain("Classic");
});

it("warns when the registry is another branch than GitHub's default", async () => {
  const services = await openServices();
  const git = { ...noGit, branch: "refs/heads/registry" };
  services.github.protect("contoso/ml-registry", { requiredApprovals: 1 });
  const found = await services.host("app", git).inspect();

  expect(outcomes(found)).toMatchObject({ "github default branch": "warning" });
  const { hint } = found.find(({ check }) => check === "github branch registry") ?? {};
  expect(hint).not.toContain("Classic");
});

it("says that code owners are not known, and that GitHub tells of changes", async () => {
  const services = await openServices();
  await addWorkflows(services);
  const host = services.host("cleo", await services.mirror());
  const about = async (): Promise<readonly string[]> =>
    (await host.inspect())
      .filter(({ check }) => /owners|webhook/.test(check))
      .map(({ outcome, message }) => `${outcome}: ${message}`);

  expect(await about()).toEqual([
    "warning: GitHub finds 1 errors in .github/CODEOWNERS: those people are not asked.",
    "ok: GitHub tells Cairn of nothing itself; Cairn looks in each poll interval.",
  ]);
  services.github.addTeam({ org: "contoso", slug: "ml", members: [] });
  const hook = { repository: "contoso/ml-registry", secret: "s" };
  services.github.addWebhook({ ...hook, url: "http://127.0.0.1:9/webhooks/github" });
  expect(await about()).toEqual([
    "ok: .github/CODEOWNERS asks the right people for reviews.",
    "ok: GitHub tells Cairn of changes at once.",
  ]);
});

it("names each permission that an App lacks", async () => {
  const { workflows: _workflows, members: _members, ...some } = appPermissions;
  const services = await openServices({ ...some, checks: "read" });
  await addWorkflows(services);
  services.github.lies.refuseWorkflowTags();
  const mirror = await services.mirror();

  const found = await services.host("app", mirror).inspect();

  expect(outcomes(found)).toMatchObject({
    "github access": "ok",
    "github permission contents": "ok",
    "github permission checks": "failed",
    "github permission workflows": "failed",
    "github permission members": "warning",
    "github tags": "failed",
  });
  expect(found.find(({ check }) => check === "github tags")?.hint).toContain("Workflows: write");
  expect([...(await mirror.fetchTags()).keys()]).toEqual([]);
});

it("takes its tag away also when the answer to the push was lost", async () => {
  const services = await openServices();
  const mirror = await services.mirror();
  const git = {
    branch: mirror.branch,
    fetchRefs: mirror.fetchRefs.bind(mirror),
    fetch: mirror.fetch.bind(mirror),
    firstParentLog: mirror.firstParentLog.bind(mirror),
    listTree: mirror.listTree.bind(mirror),
    push: async (updates: Parameters<typeof mirror.push>[0]) => {
      await mirror.push(updates);
      throw new Error("lost");
    },
  };

  const found = await services.host("app", git).inspect();

  expect(outcomes(found)).toMatchObject({ "github tags": "failed" });
  expect([...(await mirror.fetchTags()).keys()]).toEqual([]);
});

it("finds rulesets that keep Cairn out, or let others in", async () => {
  const services = await openServices();
  const restrict = ["creation", "update", "deletion"] as const;
  const tags = ["models", "data", "environments", "components"].map(
    (kind) => `refs/tags/${kind}/**/*`,
  );
  services.github.protect("contoso/ml-registry", {
    include: ["refs/heads/cairn-*"],
    restrict,
    bypass: ["cleo"],
  });
  services.github.protect("contoso/ml-registry", {
    target: "tag",
    include: tags,
    restrict,
    bypass: ["cairn[bot]", "cleo"],
  });

  const found = outcomes(await services.host("app", await services.mirror()).inspect());

  expect(found).toMatchObject({
    "github branch cairn-ledger": "failed",
    "github tags of versions": "warning",
  });
});

it.each([
  { scopes: "repo, workflow, read:org", failed: [], doubtful: [] },
  {
    scopes: "public_repo",
    failed: ["github scope repo", "github scope workflow"],
    doubtful: ["github scope read:org"],
  },
  { scopes: undefined, failed: [], doubtful: ["github permissions"] },
])("reads what a token with the scopes $scopes may do", async ({ scopes, failed, doubtful }) => {
  const api = await startScriptedApi();
  const headers: Record<string, string> = scopes === undefined ? {} : { "X-OAuth-Scopes": scopes };
  const repository = { id: 5, permissions: { push: true }, archived: false };
  api.on(/./, { body: [] });
  api.on(/ml-registry$/, { body: repository, headers });
  api.on(/user$/, { body: { login: "cleo" } });
  const host = new GitHubHost({ client: api.client(), git: noGit, log: silentLog });

  const access = (await host.inspect()).filter(({ check }) =>
    /access|permission|scope/.test(check),
  );

  const named = (outcome: string): readonly string[] =>
    access.filter((found) => found.outcome === outcome).map(({ check }) => check);
  expect({ failed: named("failed"), doubtful: named("warning") }).toEqual({ failed, doubtful });
});

it.each([
  { name: "no credentials", credentials: undefined, status: 200 },
  { name: "a token that has ended", status: 401 },
  { name: "a repository that it does not see", status: 404 },
])("stops at $name", async ({ status, ...options }) => {
  const api = await startScriptedApi();
  api.on(/./, { status, body: { message: "no" } });
  const host = new GitHubHost({ client: api.client(options), git: noGit, log: silentLog });

  expect(outcomes(await host.inspect())).toEqual({ "github access": "failed" });
});

it("tells a clock that is wrong and a limit that is nearly reached", async () => {
  const api = await startScriptedApi();
  const headers = {
    Date: new Date((api.clock.seconds + 600) * 1000).toUTCString(),
    "X-RateLimit-Limit": "5000",
    "X-RateLimit-Remaining": "600",
    "X-RateLimit-Reset": String(api.clock.seconds + 900),
  };
  api.on(/./, { body: [], headers });
  api.on(/ml-registry$/, { body: { id: 5 }, headers });
  api.on(/user$/, { body: { login: "cleo" }, headers });
  const host = new GitHubHost({ client: api.client(), git: noGit, log: silentLog });

  expect(outcomes(await host.inspect())).toMatchObject({
    "github limit": "warning",
    "github clock": "warning",
  });
});
