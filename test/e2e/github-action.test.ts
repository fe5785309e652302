import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it, onTestFinished } from "vitest";

import { readAction, runAction, type ActionOutcome, type WorkflowRun } from "./action-runner.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

const github: WorkflowRun = {
  token: "ghs_secret",
  event_name: "pull_request",
  server_url: "https://github.com",
  repository: "contoso/ml-registry",
  event: { pull_request: { number: 12, title: "$(touch /tmp/owned)", head: { ref: "`id`" } } },
};

/** Programs that write down how they were called. */
async function fakePrograms(...names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-programs-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of names) {
    const path = join(folder, name);
    const lines = [
      "#!/bin/sh",
      `{ printf '%s' ${name}; printf '|%s' "$@"; echo; } >> "${folder}/calls"`,
      `echo "$PWD" >> "${folder}/folders"`,
      `env > "${folder}/env-${name}"`,
      `echo "answer of ${name}"`,
    ];
    await writeFile(path, `${lines.join("\n")}\n`);
    await chmod(path, 0o755);
  }
  return folder;
}

async function callsOf(programs: string): Promise<readonly string[]> {
  const text = await readFile(join(programs, "calls"), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

describe("the Action's file", () => {
  it("uses nothing but what is pinned by its commit", async () => {
    const { runs } = await readAction();

    expect(runs.using).toBe("composite");
    expect(runs.steps.flatMap(({ uses }) => uses ?? [])).toEqual([
      expect.stringMatching(/^actions\/setup-node@[0-9a-f]{40}$/),
    ]);
  });

  it("puts nothing into a script but what the script itself says", async () => {
    const { runs } = await readAction();

    for (const { run, shell } of runs.steps.filter((step) => step.run !== undefined)) {
      expect(shell).toBe("bash");
      expect(run).not.toContain("${{");
    }
  });

  it("gives the token to the check alone, and not to what npm runs", async () => {
    const { runs } = await readAction();
    const secrets = runs.steps.filter(({ env }) => JSON.stringify(env ?? {}).includes("token"));

    expect(secrets.map(({ name }) => name)).toEqual(["Check"]);
  });

  it("says what each input is for", async () => {
    const { inputs } = await readAction();

    expect(Object.keys(inputs)).toEqual(["version", "token", "publish", "node-version"]);
    for (const { description } of Object.values(inputs)) expect(description).toMatch(/\.$/);
  });
});

describe("the check step", () => {
  const program = { program: { program: "/opt/cairn/main.js" } };
  const asked = "|--workflow|--forge|github";

  async function check(
    run: Partial<WorkflowRun>,
    inputs: Readonly<Record<string, string>> = {},
  ): Promise<ActionOutcome & { readonly calls: readonly string[]; readonly programs: string }> {
    const programs = await fakePrograms("node");
    const outcome = await runAction({
      github: { ...github, ...run },
      inputs,
      programs,
      outputs: program,
    });
    return { ...outcome, calls: await callsOf(programs), programs };
  }

  it.each([
    { name: "a pull request", run: {}, subject: "--pr=12" },
    {
      name: "a merge group",
      run: { event_name: "merge_group", event: { merge_group: { head_sha: commit } } },
      subject: `--merge-group=${commit}`,
    },
  ])("asks about $name", async ({ run, subject }) => {
    const { calls, exitCode, summary } = await check(run);

    expect(calls).toEqual([`node|/opt/cairn/main.js|check|${subject}${asked}`]);
    expect({ exitCode, summary }).toEqual({ exitCode: 0, summary: "answer of node\n" });
  });

  it("publishes only when it is told to", async () => {
    const calls = await Promise.all(
      ["true", "false", "TRUE", "--verbose"].map(
        async (publish) => (await check({}, { publish })).calls,
      ),
    );

    expect(calls.map(([call]) => call?.includes("|--publish|"))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it("knows the repository and the token by the environment, outside of every checkout", async () => {
    const { programs, temporary } = await check({});
    const environment = await readFile(join(programs, "env-node"), "utf8");

    expect(environment).toContain("CAIRN_REGISTRY=https://github.com/contoso/ml-registry.git\n");
    expect(environment).toContain("GITHUB_TOKEN=ghs_secret\n");
    expect(await readFile(join(programs, "folders"), "utf8")).toBe(`${temporary}/cairn-check\n`);
  });

  it.each([
    { name: "pull_request_target", event_name: "pull_request_target" },
    { name: "a push", event_name: "push" },
    { name: "an event with more words", event_name: "pull_request --publish" },
  ])("does nothing for $name", async ({ event_name }) => {
    const { exitCode, log, calls } = await check({ event_name });

    expect({ exitCode, calls }).toEqual({ exitCode: 1, calls: [] });
    expect(log).toMatch(/^::error::Run this for pull_request and merge_group/);
  });

  it.each([
    "1; touch owned",
    "$(touch owned)",
    "`touch owned`",
    "1 --publish",
    '"; touch owned; "',
  ])("gives a number like %s to Cairn as one word, which refuses it", async (number) => {
    const { calls, temporary } = await check({ event: { pull_request: { number } } });

    expect(calls).toEqual([`node|/opt/cairn/main.js|check|--pr=${number}${asked}`]);
    expect(await readdir(join(temporary, "cairn-check"))).toEqual([]);
  });
});

describe("the step that gets Cairn", () => {
  /** A copy of Cairn, as GitHub downloads an Action's repository. */
  async function makeCheckout(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "cairn-checkout-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const action = join(folder, ".github/actions/cairn");
    await mkdir(action, { recursive: true });
    return action;
  }

  it("builds the checkout that the Action lies in", async () => {
    const programs = await fakePrograms("npm", "node");
    const action = await makeCheckout();
    const { exitCode } = await runAction({ github, programs, action });
    const root = action.slice(0, -"/.github/actions/cairn".length);

    expect(exitCode).toBe(0);
    expect(await callsOf(programs)).toEqual([
      "npm|ci|--ignore-scripts|--no-audit|--no-fund|--loglevel=error",
      "npm|run|--silent|build",
      `node|${root}/dist/main.js|check|--pr=12|--workflow|--forge|github`,
    ]);
    expect((await readFile(join(programs, "folders"), "utf8")).split("\n")[0]).toBe(root);
    expect(await readFile(join(programs, "env-npm"), "utf8")).not.toContain("ghs_secret");
  });

  it("takes a published version instead", async () => {
    const programs = await fakePrograms("npm", "node");
    const { temporary } = await runAction({ github, programs, inputs: { version: "0.1.0" } });
    const [install, run] = await callsOf(programs);

    expect(install).toMatch(
      /^npm\|install\|--prefix\|.*\|--ignore-scripts\|.*\|cairn-registry@0\.1\.0$/,
    );
    expect(run).toContain(
      `${temporary}/cairn-program/node_modules/cairn-registry/dist/main.js|check`,
    );
  });

  it.each(["1.0.0 evil", "../evil", "file:/tmp/evil", "1;id"])(
    "refuses the version %s",
    async (version) => {
      const programs = await fakePrograms("npm", "node");
      const { exitCode } = await runAction({ github, programs, inputs: { version } });

      expect({ exitCode, calls: await callsOf(programs) }).toEqual({ exitCode: 1, calls: [] });
    },
  );
});
