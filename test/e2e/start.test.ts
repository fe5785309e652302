import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { expect, it, onTestFinished, vi } from "vitest";

import { program, runCli, startCli } from "../support/cli.ts";

const execute = promisify(execFile);
const author = {
  GIT_AUTHOR_NAME: "Ann",
  GIT_AUTHOR_EMAIL: "ann@contoso.example",
  GIT_COMMITTER_NAME: "Ann",
  GIT_COMMITTER_EMAIL: "ann@contoso.example",
};

/** Somebody's checkout, as far as the printed commands need it. */
async function makeCheckout(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-start-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  await symlink(dirname(program), join(folder, "dist"));
  await writeFile(join(folder, "cairn.yaml"), "http: { port: 0 }\n");
  return folder;
}

async function typeIn(folder: string, line: string): Promise<string> {
  const env = { ...process.env, ...author, NO_COLOR: "1" };
  const { stdout } = await execute("sh", ["-c", line], { cwd: folder, env });
  return stdout;
}

it.each(["its own folder", "a folder that was named"])(
  "start serves the sample from %s, and the printed commands do what they say",
  async (where) => {
    const folder = await makeCheckout();
    const data = where === "its own folder" ? [] : ["--data", join(folder, "some data")];
    const starting = start(folder, ...data);
    const commands = await vi.waitFor(() => printedCommands(starting.output()), 30_000);
    expect(commands).toHaveLength(3);

    const [clone = "", change = "", look = ""] = commands;
    await typeIn(folder, clone);
    await typeIn(folder, change);
    await vi.waitFor(async () => expect(await typeIn(folder, look)).toMatch(/prep.*\b2\b/), 20_000);

    starting.interrupt();
    expect(await starting.ended).toBe(0);
    expect(starting.output()).toContain("Stopped.");
  },
  90_000,
);

it("start takes up what is there", async () => {
  const folder = await makeCheckout();
  const first = await startAndStop(folder);
  const second = await startAndStop(folder);
  expect(first).toContain("seeded .cairn/sample.git");
  expect(second).toContain("found .cairn/sample.git");
  const { stdout } = await runCli(
    ["plan", "--registry", ".cairn/sample.git", "--stores", ".cairn/stores"],
    {
      cwd: folder,
    },
  );
  expect(stdout).toContain("Nothing to do");
}, 60_000);

/** Throws until all of them are there. */
function printedCommands(output: string): readonly string[] {
  if (!output.includes("Ctrl-C stops it.")) throw new Error(`It does not serve yet: ${output}`);
  return [...output.matchAll(/^ {2}\d\. .*\n {5}(\S.*)$/gm)].map(([, line = ""]) => line);
}

async function startAndStop(folder: string): Promise<string> {
  const starting = start(folder);
  await vi.waitFor(() => printedCommands(starting.output()), 30_000);
  starting.interrupt();
  expect(await starting.ended).toBe(0);
  return starting.output();
}

function start(
  folder: string,
  ...args: readonly string[]
): {
  readonly output: () => string;
  readonly interrupt: () => void;
  readonly ended: Promise<unknown>;
} {
  const child = startCli(["start", ...args], { cwd: folder });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  child.stderr?.resume();
  return {
    output: () => output,
    interrupt: () => child.kill("SIGINT"),
    ended: new Promise((resolve) => child.once("close", resolve)),
  };
}
