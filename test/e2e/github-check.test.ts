import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { fullName, GitHubRegistry, type Files } from "./github-world.ts";

const [owner = "", repo = ""] = fullName.split("/");
const prep = "components/prep/src/prep.py";
const waitingRule = `rules:
  - { stage: test, assets: ["models/**"], gates: { soak: { hours: 24 } } }
  - { stage: prod, assets: ["**"], gates: { approvals: { count: 1, from: [ml-leads] } } }
`;

let registry: GitHubRegistry;
beforeAll(async () => {
  registry = await GitHubRegistry.open({
    "policies/promotion.yaml": waitingRule,
    "policies/promotion.test.yaml": undefined,
    "stages/test/models/taxi-fare.yaml": undefined,
    "stages/prod/models/taxi-fare.yaml": undefined,
  });
}, 120_000);
afterAll(async () => {
  await registry.close();
});

let branches = 0;

async function propose(files: Files, title = "A change"): Promise<number> {
  branches += 1;
  return registry.propose({ by: "dee-contoso", branch: `branch-${branches}`, title, files });
}

async function checkRunsOf(number: number) {
  const { rest } = registry.github.client("ann-contoso");
  const { data: pull } = await rest.pulls.get({ owner, repo, pull_number: number });
  const { data } = await rest.checks.listForRef({ owner, repo, ref: pull.head.sha });
  return data.check_runs.map(({ name, status, conclusion }) => ({ name, status, conclusion }));
}

async function commentsOf(number: number): Promise<readonly string[]> {
  const { rest } = registry.github.client("ann-contoso");
  const { data } = await rest.issues.listComments({ owner, repo, issue_number: number });
  return data.map(({ body }) => body ?? "");
}

describe("a job on a pull request of the same repository", () => {
  it("says what merging it would do", async () => {
    const number = await propose({ [prep]: "print('better')\n" });
    const { exitCode, summary, log } = await registry.runJob({ pull_request: { number } });

    expect({ exitCode, log }).toEqual({ exitCode: 0, log: expect.any(String) });
    expect(summary).toContain("prep gets version 2");
    expect(log).toContain("prep gets version 2");
  });

  it("fails with the findings at their lines", async () => {
    const number = await propose({
      "models/taxi-fare/model.yaml": "name: taxi-fare\ntype: nonsense\n",
    });
    const { exitCode, summary, log } = await registry.runJob({ pull_request: { number } });

    expect(exitCode).toBe(1);
    expect(log).toMatch(/^::error file=models\/taxi-fare\/model\.yaml,line=\d+,/m);
    expect(log).toMatch(/^::error title=Cairn::/m);
    expect(summary).toContain("models/taxi-fare");
  });

  it("cannot wait, and says until when", async () => {
    const number = await propose({ "stages/test/models/taxi-fare.yaml": 'version: "1"\n' });
    const { exitCode, log } = await registry.runJob({ pull_request: { number } });

    expect(exitCode).toBe(1);
    expect(log).toMatch(
      /^::error title=Cairn::Only time is missing: .* choose "Re-run jobs" after \d{4}-\d\d-\d\dT[\d:.]+Z\.$/m,
    );
  });

  it("publishes a check that waits instead, and a comment, where it may", async () => {
    const number = await propose({ "stages/test/models/taxi-fare.yaml": 'version: "1"\n' });
    const permissions = { contents: "read", "pull-requests": "write", checks: "write" };
    const options = { permissions, publish: true };
    const { exitCode, log } = await registry.runJob({ pull_request: { number } }, options);

    expect({ exitCode, log }).toEqual({ exitCode: 0, log: expect.any(String) });
    expect(await checkRunsOf(number)).toEqual([
      { name: "cairn", status: expect.not.stringMatching("completed"), conclusion: null },
    ]);
    expect(await commentsOf(number)).toHaveLength(1);
  });

  it("has nothing to say of one that has ended", async () => {
    const number = await propose({ [prep]: "print('never')\n" });
    const { rest } = registry.github.client("dee-contoso");
    await rest.pulls.update({ owner, repo, pull_number: number, state: "closed" });
    const { exitCode, summary } = await registry.runJob({ pull_request: { number } });

    expect({ exitCode, summary }).toEqual({
      exitCode: 0,
      summary: "It is closed already, so there is nothing to check.\n",
    });
  });
});

describe("a job on a pull request of a fork", () => {
  const evil = "::error::pwned $(touch owned) `touch owned` @ann-contoso ##[error]";

  it("reads it and writes nothing, whatever it brings", async () => {
    const fork = "eve/ml-registry";
    await registry.github.addRepository({ owner: "eve", name: "ml-registry", forkOf: fullName });
    const number = await registry.propose({
      by: "eve",
      branch: "a;touch${IFS}owned",
      title: evil,
      fork,
      files: {
        [prep]: "print('evil')\n",
        ".github/workflows/cairn.yml": "on: pull_request\njobs: {}\n",
        "cairn.yaml": "registries: []\n",
        "policies/promotion.yaml": "rules: []\n",
      },
    });
    const before = registry.writesOfJobs().length;
    const { exitCode, log, summary } = await registry.runJob(
      { pull_request: { number, title: evil, head: { ref: "a;touch${IFS}owned" } } },
      { publish: true },
    );

    // The policy is that of the branch, and its owners were not asked.
    expect(exitCode).toBe(1);
    expect(log).toMatch(/^::notice title=Cairn::It is shown here only: /m);
    expect(log).not.toContain("pwned");
    expect(summary).not.toContain("@ann-contoso");
    expect(summary).toContain(".github/workflows/cairn.yml");
    const refused = registry.writesOfJobs().slice(before);
    expect(refused.filter((request) => !/\/(?:check-runs|statuses\/\w+)$/.test(request))).toEqual(
      [],
    );
    expect(await checkRunsOf(number)).toEqual([]);
    expect(await commentsOf(number)).toEqual([]);
  });
});

describe("a job on a merge group", () => {
  it("checks what the queue has made", async () => {
    registry.github.protect(fullName, { mergeQueue: true, requiredChecks: ["cairn"] });
    const number = await propose({ [prep]: "print('queued')\n" });
    const { rest } = registry.github.client("ann-contoso");
    const { data } = await rest.pulls.get({ owner, repo, pull_number: number });
    await registry.github.client("contoso-cairn").rest.repos.createCommitStatus({
      owner,
      repo,
      sha: data.head.sha,
      state: "success",
      context: "cairn",
    });
    const { head } = await registry.github.enqueue(fullName, number);
    const { exitCode, log, summary } = await registry.runJob(
      { merge_group: { head_sha: head } },
      { eventName: "merge_group" },
    );

    expect({ exitCode, log }).toEqual({ exitCode: 0, log: expect.any(String) });
    expect(summary).toContain("prep gets version 2");
  });

  it("does not take any commit for one", async () => {
    const { exitCode, log } = await registry.runJob(
      { merge_group: { head_sha: "0".repeat(40) } },
      { eventName: "merge_group" },
    );

    expect(exitCode).toBe(3);
    expect(log).toContain("The merge queue has no group at 000000000000");
  });
});

it("asked nothing that the double answers otherwise than GitHub", () => {
  expect(registry.github.contractViolations).toEqual([]);
});
