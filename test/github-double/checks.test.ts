import { generateKeyPairSync } from "node:crypto";
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { describe, expect, it } from "vitest";
import { octoReg, openScene, refusalOf, type Scene } from "./open.ts";

const keys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});

interface AppScene extends Scene {
  readonly installationId: number;
  /** As the installation of the app. */
  readonly app: Octokit;
  /** As the app itself. */
  readonly self: Octokit;
}

async function openApp(permissions: Readonly<Record<string, string>>): Promise<AppScene> {
  const scene = await openScene();
  const { github } = scene;
  const draft = { id: 7, slug: "cairn", publicKey: keys.publicKey, permissions };
  const { installationId } = github.addApp({ ...draft, installedOn: ["octo/reg"] });
  const options = { authStrategy: createAppAuth, baseUrl: github.apiUrl };
  const auth = { appId: 7, privateKey: keys.privateKey };
  return {
    ...scene,
    installationId,
    app: new Octokit({ ...options, auth: { ...auth, installationId } }),
    self: new Octokit({ ...options, auth }),
  };
}

describe("apps", () => {
  it("prove who they are and get a token for their installation", async () => {
    const { self, app, installationId } = await openApp({ contents: "read" });
    expect((await self.rest.apps.getAuthenticated()).data).toMatchObject({ id: 7, slug: "cairn" });
    expect((await self.rest.apps.getRepoInstallation(octoReg)).data.id).toBe(installationId);
    const narrow = { installation_id: installationId, repositories: ["reg"] };
    const { data } = await self.rest.apps.createInstallationAccessToken({
      ...narrow,
      permissions: { contents: "read" },
    });
    expect(data).toMatchObject({
      permissions: { contents: "read" },
      repositories: [{ name: "reg" }],
    });
    expect((await app.rest.repos.get(octoReg)).data.full_name).toBe("octo/reg");
    const much = { ...narrow, permissions: { contents: "write" } as const };
    const refused = await refusalOf(self.rest.apps.createInstallationAccessToken(much));
    expect(refused).toMatch(/^422 The permissions requested are not granted/);
    const foreign = { installation_id: installationId, repositories: ["other"] };
    expect(await refusalOf(self.rest.apps.createInstallationAccessToken(foreign))).toMatch(
      /^422 There is at least one repository/,
    );
  });

  it("are refused with another key, and when the token has expired", async () => {
    const { github, self, installationId } = await openApp({ contents: "read" });
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const privateKey = other.export({ type: "pkcs8", format: "pem" });
    const auth = { appId: 7, privateKey };
    const forger = new Octokit({ authStrategy: createAppAuth, auth, baseUrl: github.apiUrl });
    expect(await refusalOf(forger.rest.apps.getAuthenticated())).toMatch(/^401 /);
    const { data } = await self.rest.apps.createInstallationAccessToken({
      installation_id: installationId,
    });
    const late = new Octokit({ auth: data.token, baseUrl: github.apiUrl });
    expect((await late.rest.repos.get(octoReg)).status).toBe(200);
    github.clock.tick(3_600_001);
    expect(await refusalOf(late.rest.repos.get(octoReg))).toMatch(/^401 Bad credentials/);
  });

  it("do only what they were permitted", async () => {
    const { app, propose } = await openApp({ pull_requests: "read" });
    const number = await propose("topic", { a: "1" });
    expect((await app.rest.pulls.get({ ...octoReg, pull_number: number })).status).toBe(200);
    const body = { ...octoReg, issue_number: number, body: "hi" };
    expect(await refusalOf(app.rest.issues.createComment(body))).toMatch(
      /^403 Resource not accessible by integration/,
    );
  });
});

describe("check runs", () => {
  const annotation = (line: number) => ({
    path: "a",
    start_line: line,
    end_line: line,
    annotation_level: "failure" as const,
    message: `line ${line}`,
  });

  it("are made, completed and annotated in batches", async () => {
    const { app, work, propose } = await openApp({ checks: "write" });
    await propose("topic", { a: "1" });
    const head_sha = work.id("topic");
    const output = { title: "t", summary: "s" };
    const lines = (start: number) => Array.from({ length: 50 }, (_, at) => annotation(start + at));
    const { data } = await app.rest.checks.create({
      ...octoReg,
      name: "cairn",
      head_sha,
      status: "in_progress",
      output: { ...output, annotations: lines(1) },
    });
    expect(data).toMatchObject({ status: "in_progress", conclusion: null, app: { slug: "cairn" } });
    const { data: done } = await app.rest.checks.update({
      ...octoReg,
      check_run_id: data.id,
      conclusion: "failure",
      output: { ...output, annotations: lines(51) },
    });
    expect(done).toMatchObject({ status: "completed", output: { annotations_count: 100 } });
    const runs = await app.rest.checks.listForRef({ ...octoReg, ref: "topic" });
    expect(runs.data).toMatchObject({ total_count: 1, check_runs: [{ id: data.id }] });
    const found = await app.paginate(app.rest.checks.listAnnotations, {
      ...octoReg,
      check_run_id: data.id,
      per_page: 40,
    });
    expect(found.map(({ start_line }) => start_line)).toEqual(
      Array.from({ length: 100 }, (_, at) => at + 1),
    );
  });

  it("are refused when they are too much, or not an app's", async () => {
    const { github, app, work, propose } = await openApp({ checks: "write" });
    await propose("topic", { a: "1" });
    const run = { ...octoReg, name: "cairn", head_sha: work.id("topic") };
    const create = async (by: Octokit, output: object, more: object = {}) =>
      refusalOf(
        by.rest.checks.create({ ...run, ...more, output: { title: "t", summary: "s", ...output } }),
      );
    const many = Array.from({ length: 51 }, (_, at) => annotation(at + 1));
    expect(await create(app, { annotations: many })).toMatch(/^422 .*No more than 50 items/s);
    expect(await create(app, { summary: "x".repeat(65_536) })).toMatch(/^422 .*Only 65535/s);
    expect(await create(app, {}, { head_sha: "0".repeat(40) })).toMatch(/^422 No commit found/);
    expect(await create(github.client("ann"), {})).toMatch(
      /^403 You must authenticate via a GitHub App/,
    );
    const actions = new Octokit({
      auth: github.actionsToken("octo/reg", { checks: "write" }),
      baseUrl: github.apiUrl,
    });
    expect(await create(actions, {})).toBe("not refused");
    const { data } = await actions.rest.checks.listForRef({ ...octoReg, ref: "topic" });
    expect(data.check_runs).toMatchObject([{ app: { id: 15_368, slug: "github-actions" } }]);
    github.lies.refuseCheckRuns();
    expect(await create(app, {})).toMatch(/^403 /);
  });
});

describe("commit statuses", () => {
  it("are listed newest first and combined", async () => {
    const { github, work } = await openScene();
    const sha = work.id("main");
    const ann = github.client("ann");
    const set = async (context: string, state: "success" | "failure" | "pending") =>
      ann.rest.repos.createCommitStatus({ ...octoReg, sha, context, state });
    const combined = async () =>
      (await ann.rest.repos.getCombinedStatusForRef({ ...octoReg, ref: "main" })).data;
    expect(await combined()).toMatchObject({ state: "pending", total_count: 0 });
    await set("ci", "pending");
    await set("lint", "success");
    await set("ci", "success");
    expect(await combined()).toMatchObject({ state: "success", total_count: 2, sha });
    await set("lint", "failure");
    expect((await combined()).state).toBe("failure");
    const { data } = await ann.rest.repos.listCommitStatusesForRef({ ...octoReg, ref: sha });
    expect(data.map(({ context, state }) => `${context} ${state}`)).toEqual([
      "lint failure",
      "ci success",
      "lint success",
      "ci pending",
    ]);
    const long = { ...octoReg, sha, state: "success", description: "x".repeat(141) } as const;
    expect(await refusalOf(ann.rest.repos.createCommitStatus(long))).toMatch(/^422 .*too long/);
    const eve = github.client("eve").rest.repos.createCommitStatus({ ...long, description: "x" });
    expect(await refusalOf(eve)).toMatch(/^403 /);
  });
});
