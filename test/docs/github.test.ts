import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, it } from "vitest";

import { program } from "../support/cli.ts";
import { startGitHub, type GitHubDouble } from "../support/github/github.ts";

const execute = promisify(execFile);
const page = new URL("../../docs/github.md", import.meta.url);
const [owner, repo] = ["contoso", "ml-registry"];
const appId = 123_456;

/** What the page needs of the GitHub CLI. */
const gh = `#!/usr/bin/env node
const { execFileSync } = require("node:child_process");
const { readFileSync } = require("node:fs");
const words = process.argv.slice(2);
const git = (...args) => execFileSync("git", args, { encoding: "utf8" }).trim();
async function post(path, body) {
  const headers = { authorization: "Bearer " + process.env.GH_TOKEN, "content-type": "application/json" };
  const answer = await fetch(process.env.GH_API + "/" + path, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(path + ": " + answer.status + " " + (await answer.text()));
}
async function main() {
  const [first, second] = words;
  if (first === "repo" && second === "create") {
    git("clone", "--quiet", process.env.GH_SERVER + "/" + words[2] + ".git");
  } else if (first === "api" && words.includes("POST")) {
    await post(words[3], readFileSync(words[words.indexOf("--input") + 1]));
  } else if (first === "pr" && second === "create") {
    const head = git("branch", "--show-current");
    const title = git("log", "-1", "--format=%s");
    await post("repos/${owner}/${repo}/pulls", JSON.stringify({ title, head, base: "main" }));
  } else throw new Error("gh " + words.join(" "));
}
main().catch((error) => { console.error(error); process.exit(1); });
`;

let github: GitHubDouble;
let folder: string;
beforeAll(async () => {
  github = await startGitHub();
  folder = await mkdtemp(join(tmpdir(), "cairn-github-page-"));
});
afterAll(async () => {
  await github.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A machine with Cairn, Git and the GitHub CLI, where Ann is logged in; and the App. */
async function prepare(): Promise<Readonly<Record<string, string>>> {
  const { token } = github.addUser({ login: "ann-contoso" });
  github.addUser({ login: "bo-contoso" });
  await github.addRepository({
    owner,
    name: repo,
    permissions: { "ann-contoso": "admin", "bo-contoso": "write" },
  });
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = { type: "spki", format: "pem" } as const;
  github.addApp({
    id: appId,
    slug: "contoso-cairn",
    publicKey: publicKey.export(pem).toString(),
    permissions: {
      contents: "write",
      workflows: "write",
      pull_requests: "write",
      checks: "write",
      statuses: "write",
      administration: "read",
      members: "read",
      metadata: "read",
    },
    installedOn: [`${owner}/${repo}`],
  });
  await mkdir(join(folder, "cairn"));
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await writeFile(join(folder, "cairn", "contoso-cairn.pem"), key);
  const programs = join(folder, "programs");
  await mkdir(programs);
  await addProgram(join(programs, "gh"), gh);
  const cairn = `#!/bin/sh\nGIT_CONFIG_GLOBAL=/dev/null exec "${process.execPath}" "${program}" "$@"\n`;
  await addProgram(join(programs, "cairn"), cairn);
  const login = github.url.replace("://", `://ann-contoso:${token}@`);
  const settings = join(folder, "gitconfig");
  await writeFile(
    settings,
    `[user]\n\tname = Ann Carter\n\temail = ann@contoso.example\n[url "${login}/"]\n\tinsteadOf = ${github.url}/\n`,
  );
  return {
    PATH: `${programs}:${process.env["PATH"] ?? ""}`,
    HOME: folder,
    GIT_CONFIG_GLOBAL: settings,
    GIT_TERMINAL_PROMPT: "0",
    NO_COLOR: "1",
    GH_TOKEN: token,
    GH_API: github.apiUrl,
    GH_SERVER: github.url,
  };
}

async function addProgram(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o755);
}

/** The blocks of the page that are to be typed, for this GitHub. */
async function commandsOfPage(): Promise<string> {
  const text = await readFile(page, "utf8");
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  expect(blocks.length).toBeGreaterThan(4);
  return blocks.join("").replaceAll("https://github.com/", `${github.url}/`);
}

/** Runs the commands as a person types them; whatever they said is in the error. */
function type(
  commands: string,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("sh", ["-ec", commands], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${stdout}${stderr}`));
    });
  });
}

it("every command works, and the pull request is checked as the page shows", async () => {
  const env = await prepare();
  const commands = await commandsOfPage();
  const stdout = await type(commands, { cwd: folder, env });
  const said = stdout.split("\n").map(withoutChance);
  const shownOfDoctor = await doctorOfPage();
  expect(said.filter((line) => shownOfDoctor.includes(line))).toEqual(shownOfDoctor);
  expect(shownOfDoctor.length).toBeGreaterThan(10);

  // What `cairn serve` does as soon as it hears of it.
  const server = { ...env, CONTOSO_APP_ID: String(appId), GH_TOKEN: "" };
  const key = { CONTOSO_APP_PRIVATE_KEY_FILE: join(folder, "cairn", "contoso-cairn.pem") };
  const cwd = join(folder, "cairn");
  await execute("cairn", ["apply"], { cwd, env: { ...server, ...key } });

  const { rest } = github.client("ann-contoso");
  const { data: pull } = await rest.pulls.get({ owner, repo, pull_number: 1 });
  const { data: checks } = await rest.checks.listForRef({ owner, repo, ref: pull.head.sha });
  expect(checks.check_runs).toMatchObject([{ name: "cairn", conclusion: "success" }]);
  const { data: comments } = await rest.issues.listComments({ owner, repo, issue_number: 1 });
  const comment = (comments[0]?.body ?? "").replace(/^<!--.*-->\n/, "");
  const [, shown = ""] = /^```markdown\n(.*?)^```$/ms.exec(await readFile(page, "utf8")) ?? [];
  expect(shown).toBe(comment.replaceAll(/\b[0-9a-f]{10}\b/g, "0123456789"));
}, 180_000);

/** What the page shows of the doctor, without the lines that it leaves out. */
async function doctorOfPage(): Promise<readonly string[]> {
  const [, block = ""] = /^```text\n(✓ remote.*?)^```$/ms.exec(await readFile(page, "utf8")) ?? [];
  return block.split("\n").filter((line) => line !== "" && line !== "…");
}

/** The same on every run. */
function withoutChance(line: string): string {
  return line
    .replace(github.url, "https://github.com")
    .replace(/\b[0-9a-f]{12}\b/, "0123456789ab")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, "2026-11-21T12:00:00Z")
    .replace(/\(id \d+\)/, "(id 1003)");
}
