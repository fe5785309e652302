import { describe, expect, it } from "vitest";
import type { CheckAnnotation, CheckDraft } from "../../src/forge/host-services.ts";
import { GitHubHost } from "../../src/forge/drivers/github/github-host.ts";
import { silentLog } from "../../src/shared/log.ts";
import { at, fullName, noGit, openServices, type Services } from "./github-services.ts";
import { codeOf, startScriptedApi } from "./scripted-api.ts";

function annotations(count: number, message = "wrong"): CheckAnnotation[] {
  return Array.from({ length: count }, (_, index) => ({
    path: `models/m${index}/spec.yaml`,
    line: index + 1,
    column: 3,
    level: "failure" as const,
    title: "rule",
    message: `${message} ${index}`,
  }));
}

function draft(services: Pick<Services, "head">, changes: Partial<CheckDraft> = {}): CheckDraft {
  return {
    head: services.head,
    outcome: "failed",
    title: "2 errors",
    summary: "**prod**: taxi-fare 3 → 4",
    annotations: annotations(2),
    ...changes,
  };
}

async function runsOf({ github, head }: Services) {
  const client = github.client("cleo");
  const { data } = await client.rest.checks.listForRef({ ...at, ref: head, filter: "all" });
  return Promise.all(
    data.check_runs.map(async ({ id, name, status, conclusion, output, app }) => {
      const pages = { ...at, check_run_id: id, per_page: 100 };
      const notes = await client.paginate(client.rest.checks.listAnnotations, pages);
      return { name, status, conclusion, output, app: app?.slug, notes };
    }),
  );
}

describe("a check run", () => {
  it("shows what was decided, at its lines, and is written once", async () => {
    const services = await openServices();
    const { checks } = services.host("app");

    expect(await checks.publish(draft(services))).toBe(true);
    expect(await checks.publish(draft(services))).toBe(false);
    expect(await services.host("app").checks.publish(draft(services))).toBe(false);
    const runs = await runsOf(services);
    expect(runs).toMatchObject([
      {
        name: "cairn",
        status: "completed",
        conclusion: "failure",
        output: { title: "2 errors", summary: "**prod**: taxi-fare 3 → 4" },
        notes: [
          { path: "models/m0/spec.yaml", start_line: 1, start_column: 3 },
          { message: "wrong 1" },
        ],
      },
    ]);
  });

  it.each([0, 1, 50, 51, 120])("has all of %d notes", async (count) => {
    const services = await openServices();
    const check = draft(services, { annotations: annotations(count) });
    await services.host("app").checks.publish(check);

    const [run] = await runsOf(services);
    expect(run?.notes.map(({ message }) => message)).toEqual(
      check.annotations.map(({ message }) => message),
    );
    expect(await services.host("app").checks.publish(check)).toBe(false);
  });

  it("says how many notes are left out, and leaves out those that GitHub would refuse", async () => {
    const services = await openServices();
    const [one] = annotations(1);
    const odd = ["/etc/passwd", "../x", "a/../b", "", "C:\\x"].flatMap((path) =>
      one === undefined ? [] : [{ ...one, path }],
    );
    const check = draft(services, { annotations: [...odd, ...annotations(520)] });
    await services.host("app").checks.publish(check);

    const [run] = await runsOf(services);
    expect(run?.notes).toHaveLength(500);
    expect(run?.output.summary).toMatch(/25 more notes are not shown/);
  });

  it.each([
    { name: "no answer after the first", fault: /POST .*check-runs/, at: 0 },
    { name: "no answer after the second", fault: /PATCH .*check-runs/, at: 0 },
  ])("is finished when it was begun: $name", async ({ fault }) => {
    const services = await openServices();
    const check = draft(services, { annotations: annotations(120) });
    services.github.lies.once(fault, { type: "answer-lost" });

    expect(await codeOf(services.host("app").checks.publish(check))).toBe("FORGE_UNAVAILABLE");
    expect(await services.host("app").checks.publish(check)).toBe(true);
    expect(await services.host("app").checks.publish(check)).toBe(false);
    const runs = await runsOf(services);
    expect(runs.map(({ notes }) => notes.map(({ message }) => message))).toEqual([
      check.annotations.map(({ message }) => message),
    ]);
  });

  it("waits, ends, and waits again", async () => {
    const services = await openServices();
    const { checks } = services.host("app");
    const pending = draft(services, { outcome: "pending", title: "Soaks for 2 days" });

    await checks.publish(pending);
    expect(await runsOf(services)).toMatchObject([{ status: "in_progress", conclusion: null }]);
    await checks.publish(draft(services, { outcome: "passed", annotations: pending.annotations }));
    expect(await runsOf(services)).toMatchObject([{ conclusion: "success" }]);
    await checks.publish(pending);
    expect((await runsOf(services))[0]).toMatchObject({ status: "in_progress" });
    // Notes cannot be taken away, so another run shows the others.
    await checks.publish(draft(services, { annotations: annotations(3, "other") }));
    expect((await runsOf(services)).map(({ conclusion }) => conclusion)).toEqual([
      "failure",
      "cancelled",
      "success",
    ]);
  });

  it("believes no run of others that looks like its own", async () => {
    const services = await openServices();
    await services.host("app").checks.publish(draft(services));
    const [own] = await runsOf(services);
    const other = services.client("actions");
    await other.send("POST /repos/{owner}/{repo}/check-runs", {
      name: "cairn",
      head_sha: services.head,
      status: "completed",
      conclusion: "success",
    });

    expect(await services.host("app").checks.publish(draft(services))).toBe(false);
    expect(await services.host("app").checks.publish(draft(services, { title: "3" }))).toBe(true);
    const runs = await runsOf(services);
    expect(runs.filter(({ app }) => app === own?.app)).toMatchObject([{ output: { title: "3" } }]);
  });

  it("is cut to what GitHub takes, and closed again", async () => {
    const services = await openServices();
    const summary = `<details><summary>x</summary>\n\n\`\`\`text\n${"ü 🚕 line\n".repeat(9000)}\`\`\`\n</details>`;
    const title = `${"t".repeat(254)}🚕🚕`;
    await services.host("app").checks.publish(draft(services, { title, summary }));

    const [run] = await runsOf(services);
    const shown = run?.output.summary ?? "";
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(65_535);
    expect(shown).toMatch(/line\n```\n\n<\/details>\n\n\*Cut here/);
    expect(run?.output.title).toBe(`${"t".repeat(254)}…`);
  });
});

describe("a commit status", () => {
  it("is what credentials that may write no check runs leave", async () => {
    const services = await openServices();
    const { checks } = services.host("bo");
    const check = draft(services, { title: "x".repeat(200) });

    expect(await checks.publish(check)).toBe(true);
    expect(await checks.publish(check)).toBe(false);
    await checks.publish({ ...check, outcome: "pending" });
    await checks.publish({ ...check, outcome: "passed" });
    const { data } = await services.github
      .client("cleo")
      .rest.repos.listCommitStatusesForRef({ ...at, ref: services.head });
    expect(data.map(({ state }) => state)).toEqual(["success", "pending", "failure"]);
    expect(data[0]).toMatchObject({ context: "cairn", description: `${"x".repeat(139)}…` });
    const tries = services.github.requests.filter(({ path }) => path.endsWith("/check-runs"));
    expect(tries).toHaveLength(1);
  });

  it("overrules somebody else's that came after it", async () => {
    const services = await openServices();
    const { checks } = services.host("bo");
    await checks.publish(draft(services));
    await services.github.client("cleo").rest.repos.createCommitStatus({
      ...at,
      sha: services.head,
      state: "success",
      context: "cairn",
    });

    expect(await checks.publish(draft(services))).toBe(true);
    expect(await checks.publish(draft(services))).toBe(false);
  });

  it("is not written for an App whose host only stumbles", async () => {
    const services = await openServices();
    services.github.lies.once(/POST .*check-runs/, { type: "status", status: 502 });

    expect(await codeOf(services.host("app").checks.publish(draft(services)))).toBe(
      "FORGE_UNAVAILABLE",
    );
  });
});

async function openPull(services: Services): Promise<number> {
  const { work, github } = services;
  work.checkout("change", "main");
  const head = await work.commit("change", { "a.txt": "1" });
  const client = github.client("cleo");
  work.checkout("main");
  await services.push(head, "refs/heads/change");
  const { data } = await client.rest.pulls.create({
    ...at,
    title: "t",
    head: "change",
    base: "main",
  });
  return data.number;
}

async function commentsOf({ github }: Services, number: number) {
  const client = github.client("cleo");
  const { data } = await client.rest.issues.listComments({ ...at, issue_number: number });
  return data.map(({ user, body }) => ({ by: user?.login, body }));
}

describe("the comment", () => {
  it("is one, changed only when it says something else", async () => {
    const services = await openServices();
    const number = await openPull(services);
    const { checks } = services.host("app");

    expect(await checks.say(number, "first\r\n")).toBe(true);
    expect(await checks.say(number, "first")).toBe(false);
    expect(await services.host("app").checks.say(number, "second")).toBe(true);
    expect(await commentsOf(services, number)).toEqual([
      { by: "cairn[bot]", body: "<!-- cairn:check -->\nsecond" },
    ]);
  });

  it("leaves those of others alone, whatever they hold", async () => {
    const services = await openServices();
    const number = await openPull(services);
    const forged = { ...at, issue_number: number, body: "<!-- cairn:check -->\nall is well" };
    await services.github.client("bo").rest.issues.createComment(forged);
    await services.host("app").checks.say(number, "no");
    await services.client("app").send("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
      issue_number: number,
      body: "quoting <!-- cairn:check -->",
    });
    await services.host("app").checks.say(number, "still no");

    expect(await commentsOf(services, number)).toEqual([
      { by: "bo", body: forged.body },
      { by: "cairn[bot]", body: "<!-- cairn:check -->\nstill no" },
      { by: "cairn[bot]", body: "quoting <!-- cairn:check -->" },
    ]);
  });

  it("is one again after two processes made two", async () => {
    const services = await openServices();
    const number = await openPull(services);
    await Promise.all(["a", "b"].map((text) => services.host("app").checks.say(number, text)));
    await services.host("app").checks.say(number, "c");

    expect(await commentsOf(services, number)).toEqual([
      { by: "cairn[bot]", body: "<!-- cairn:check -->\nc" },
    ]);
  });

  it("is cut to what GitHub takes", async () => {
    const services = await openServices();
    const number = await openPull(services);
    const { checks } = services.host("app");
    await checks.say(number, "long line\n".repeat(20_000));

    expect(await checks.say(number, "long line\n".repeat(20_000))).toBe(false);
    const [comment] = await commentsOf(services, number);
    expect(comment?.body?.length).toBeLessThanOrEqual(65_536);
  });

  it("has no place without a pull request", async () => {
    const services = await openServices();

    expect(await codeOf(services.host("app").checks.say(99, "x"))).toBe(
      "FORGE_PULL_REQUEST_MISSING",
    );
  });
});

describe("accounts", () => {
  it.each([
    { login: "Bo", known: true },
    { login: "github-actions[bot]", known: true },
    { login: "nobody-at-all", known: false },
    { login: "..", known: false },
    { login: "bo/repos", known: false },
    { login: "", known: false },
  ])("$login is one: $known", async ({ login, known }) => {
    const services = await openServices();

    expect(await services.host("app").hasAccount(login)).toBe(known);
  });

  it("are not guessed", async () => {
    const api = await startScriptedApi();
    api.on(/./, { status: 503, body: {} });
    const host = new GitHubHost({ client: api.client(), git: noGit, log: silentLog });

    expect(await codeOf(host.hasAccount("bo"))).toBe("FORGE_UNAVAILABLE");
  });
});

describe("teams", () => {
  it("says who is in one", async () => {
    const services = await openServices();
    services.github.addUser({ login: "Ann-Contoso" });
    services.github.addTeam({ org: "contoso", slug: "ml-leads", members: ["Ann-Contoso", "bo"] });
    const { teams } = services.host("app");

    expect(await teams.membersOf("ML-leads")).toEqual(["ann-contoso", "bo"]);
    expect(await teams.membersOf("ML-owners")).toBeUndefined();
  });

  it("are asked for in vain by a workflow", async () => {
    const services = await openServices();
    services.github.addTeam({ org: "contoso", slug: "ml-leads", members: ["bo"] });
    const { teams } = services.host("actions");

    expect(await codeOf(teams.membersOf("ml-leads"))).toBe("FORGE_DENIED");
    expect(await codeOf(teams.membersOf("ml-owners"))).toBe("FORGE_DENIED");
  });

  it.each([
    { name: "there is none", members: 404, teams: 200, code: "none" },
    { name: "the App may not look", members: 403, teams: 200, code: "FORGE_DENIED" },
    { name: "the token may not look", members: 404, teams: 404, code: "FORGE_DENIED" },
    {
      name: "it is there and its members are not told",
      members: 404,
      teams: 201,
      code: "FORGE_DENIED",
    },
    { name: "GitHub is down", members: 503, teams: 200, code: "FORGE_UNAVAILABLE" },
  ])("guesses nothing when $name", async ({ members, teams, code }) => {
    const api = await startScriptedApi();
    api.on(/ml-registry$/, { body: { id: 1, owner: { type: "Organization" } } });
    api.on(/members/, { status: members, body: { message: "no" } });
    api.on(/teams\?/, { status: teams, body: teams === 201 ? [{ slug: "leads" }] : [] });
    const host = new GitHubHost({ client: api.client(), git: noGit, log: silentLog });

    expect(await codeOf(host.teams.membersOf("leads"))).toBe(code);
  });

  it("asks for no team whose name would lead elsewhere", async () => {
    const api = await startScriptedApi();
    const host = new GitHubHost({ client: api.client(), git: noGit, log: silentLog });

    for (const team of ["", "..", "a/b", "a b"]) {
      expect(await host.teams.membersOf(team)).toBeUndefined();
    }
    expect(api.requests).toEqual([]);
  });
});

describe("what others say of a commit", () => {
  it("is the newest of each name, and never Cairn's own", async () => {
    const services = await openServices();
    const { github, head } = services;
    const people = github.client("cleo").rest.repos;
    const status = { ...at, sha: head, context: "ci/eval" };
    await people.createCommitStatus({ ...status, state: "failure" });
    await people.createCommitStatus({ ...status, state: "success" });
    await people.createCommitStatus({ ...status, state: "error", context: "ci/lint" });
    await people.createCommitStatus({ ...status, state: "success", context: "cairn" });
    const send = async (name: string, conclusion?: string): Promise<unknown> =>
      services.client("app").send("POST /repos/{owner}/{repo}/check-runs", {
        name,
        head_sha: head,
        ...(conclusion === undefined ? { status: "queued" } : { conclusion }),
      });
    await send("build", "failure");
    await send("build", "neutral");
    await send("docs", "skipped");
    await send("slow");
    await send("stopped", "cancelled");
    await services.host("app").checks.publish(draft(services));

    const found = await services.host("bo").statusesOf(head);
    expect(Object.fromEntries(found.map(({ name, outcome }) => [name, outcome]))).toEqual({
      "ci/eval": "passed",
      "ci/lint": "failed",
      build: "passed",
      docs: "passed",
      slow: "pending",
      stopped: "failed",
    });
  });
});

describe("the merge queue", () => {
  it("names the groups that wait, and nothing else that is there", async () => {
    const services = await openServices();
    const number = await openPull(services);
    services.github.protect(fullName, { mergeQueue: true });
    const group = await services.github.enqueue(fullName, number);
    for (const odd of ["pr-0-abc", `pr-1x-${services.head}`, "x"]) {
      await services.push(services.head, `refs/heads/gh-readonly-queue/main/${odd}`);
    }
    const host = services.host("app", await services.mirror());

    expect(await host.mergeGroups()).toEqual([{ pullRequest: number, head: group.head }]);
  });
});

it("names the repository by its id", async () => {
  const services = await openServices();

  expect(await services.host("bo").repositoryId()).toMatch(/^\d+$/);
});
