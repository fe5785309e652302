import { beforeEach, describe, expect, it } from "vitest";
import { GitHubHost } from "../../src/forge/drivers/github/github-host.ts";
import type { HostGit } from "../../src/forge/drivers/github/host-git.ts";
import { silentLog } from "../../src/shared/log.ts";
import { startScriptedApi, type ScriptedApi } from "./scripted-api.ts";

const head = "1".repeat(40);
let api: ScriptedApi;
beforeEach(async () => {
  api = await startScriptedApi();
});

const status = (context: string, state: string, login: string | undefined, second: number) => ({
  context,
  state,
  created_at: `2026-11-21T12:00:${String(second).padStart(2, "0")}Z`,
  creator: login === undefined ? null : { login, type: "User" },
});

const run = (name: string, conclusion: string, slug: string, second: number) => ({
  id: second,
  name,
  status: "completed",
  conclusion,
  started_at: `2026-11-21T12:00:${String(second).padStart(2, "0")}Z`,
  app: { slug },
});

const noGit: HostGit = {
  branch: "refs/heads/main",
  fetchRefs: async () => new Map(),
  fetch: async () => ({ head: undefined }),
  firstParentLog: async () => [],
  listTree: async () => [],
  push: async () => ({ accepted: false, refs: new Map() }),
};

function hostOf(from: ScriptedApi): GitHubHost {
  return new GitHubHost({ client: from.client(), git: noGit, log: silentLog });
}

interface Said {
  readonly name: string;
  readonly statuses?: readonly unknown[];
  readonly runs?: readonly unknown[];
  readonly outcomes: readonly string[];
}

describe("what other programs say", () => {
  it.each<Said>([
    {
      name: "a person takes back a program's status",
      statuses: [status("ci/eval", "success", "sam", 9), status("ci/eval", "failure", "ci", 1)],
      outcomes: ["failed", "passed"],
    },
    {
      name: "a person sets a status beside a check run",
      statuses: [status("ci/eval", "success", "sam", 9)],
      runs: [run("ci/eval", "failure", "eval", 1)],
      outcomes: ["failed", "passed"],
    },
    {
      name: "a workflow of the pull request has a job of the same name",
      runs: [run("ci/eval", "success", "github-actions", 9), run("ci/eval", "failure", "eval", 1)],
      outcomes: ["failed", "passed"],
    },
    {
      name: "the same program says otherwise",
      statuses: [status("ci/eval", "success", "CI", 9), status("ci/eval", "failure", "ci", 1)],
      outcomes: ["passed"],
    },
    {
      name: "an account that is gone",
      statuses: [status("ci/eval", "failure", undefined, 1)],
      outcomes: ["failed"],
    },
  ])("is not hidden when $name", async ({ statuses = [], runs = [], outcomes }) => {
    api.on(/\/statuses\?/, { body: statuses });
    api.on(/\/check-runs\?/, { body: { total_count: runs.length, check_runs: runs } });
    const said = await hostOf(api).statusesOf(head);
    expect(said.map(({ outcome }) => outcome).sort()).toEqual(outcomes);
  });
});

describe("who may write", () => {
  it.each([
    { name: "an admin", answer: { body: { permission: "admin" } }, expected: true },
    { name: "a writer", answer: { body: { permission: "write" } }, expected: true },
    { name: "a reader", answer: { body: { permission: "read" } }, expected: false },
    { name: "nobody's", answer: { body: { permission: "none" } }, expected: false },
    { name: "a name that nobody has", answer: { status: 404, body: {} }, expected: false },
    { name: "what is not told", answer: { status: 403, body: {} }, expected: undefined },
  ])("is asked of the host: $name", async ({ answer, expected }) => {
    api.on(/\/repos\/contoso\/ml-registry$/, { body: { id: 1 } });
    api.on(/\/collaborators\/bo\/permission/, answer);
    expect(await hostOf(api).mayWrite("bo")).toBe(expected);
  });

  it("asks for no other thing than a name", async () => {
    for (const login of ["../../orgs/x", "bo/permission", "", "%2e%2e", "a b"]) {
      expect(await hostOf(api).mayWrite(login)).toBe(false);
    }
    expect(api.requests).toEqual([]);
  });

  it("fails where the host does", async () => {
    api.on(/permission/, { status: 502, body: {} });
    await expect(hostOf(api).mayWrite("bo")).rejects.toMatchObject({ code: "FORGE_UNAVAILABLE" });
  });
});
