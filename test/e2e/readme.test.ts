import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { expect, it, onTestFinished, vi } from "vitest";

import { program, startCli } from "../support/cli.ts";

const execute = promisify(execFile);
const root = new URL("../../", import.meta.url);

/** Somebody's checkout, as far as the page needs it. */
async function makeCheckout(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-readme-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  await symlink(dirname(program), join(folder, "dist"));
  await symlink(new URL("docs", root), join(folder, "docs"));
  await symlink(new URL("sample-registry", root), join(folder, "sample-registry"));
  await writeFile(join(folder, "cairn.yaml"), "http: { port: 0 }\n");
  return folder;
}

/** The block of commands below a heading of the README. */
async function commandsBelow(heading: string): Promise<string> {
  const page = await readFile(new URL("README.md", root), "utf8");
  const [, section = ""] = page.split(`## ${heading}\n`);
  const [, commands] = /^```sh\n(.*?)^```$/ms.exec(section) ?? [];
  if (commands === undefined) throw new Error(`README.md has no commands below "${heading}"`);
  return commands;
}

it("what is there can be checked without a registry around it", async () => {
  const folder = await makeCheckout();
  const commands = await commandsBelow("Checking the YAML you have");
  const { stdout } = await execute("sh", ["-ec", commands], { cwd: folder });
  expect(stdout).toBe("No finding in 9 assets.\nNo finding in 1 asset.\n");
});

it("the story of a better model happens as it is told", async () => {
  const folder = await makeCheckout();
  const commands = await commandsBelow("A better model, from branch to prod");
  await startAndStop(folder);

  // A fresh machine: nobody told Git who types.
  const env = { ...process.env, HOME: folder, GIT_CONFIG_GLOBAL: "/dev/null", NO_COLOR: "1" };
  const { stdout } = await execute("sh", ["-c", commands], { cwd: folder, env });

  expect(stdout).toContain("✓ passed  models/taxi-fare gets version 2");
  expect(stdout).toMatch(/^models\/taxi-fare +2 .*models\/taxi-fare#test#3/m);
  // On some days the window waits too.
  expect(stdout).toMatch(/^✗ failed {2}prod: .* \(1 of 8 gates fails, (?:1 waits|2 wait)\)$/m);
  expect(stdout).toContain("✓ approvals     2 of 2 approvals (ann, bo).");
  expect(stdout).toMatch(/^Next: Nothing is to be done: it is merged, and accepted from /m);
  const told = stdout
    .split("\n")
    .flatMap(
      (line) => /^[0-9a-f]{7,} ((?:publish|accept|wait).*taxi-fare 2.*)$/.exec(line)?.[1] ?? [],
    );
  expect(told).toEqual([
    "wait with models/taxi-fare 2 in prod",
    "accept models/taxi-fare 2 in test",
    "publish models/taxi-fare 2, followed by dev",
  ]);
}, 180_000);

/** `npm start` and Ctrl-C. */
async function startAndStop(folder: string): Promise<void> {
  const child = startCli(["start"], { cwd: folder });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = new Promise((resolve) => child.once("close", resolve));
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  child.stderr?.resume();
  await vi.waitFor(() => expect(output).toContain("Ctrl-C stops it."), 60_000);
  child.kill("SIGINT");
  expect(await ended).toBe(0);
}
