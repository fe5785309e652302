import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { program, runCli, type CliResult } from "../support/cli.ts";
import { startGitHub, type GitHubDouble } from "../support/github/github.ts";
import { runAction, type ActionOutcome, type WorkflowRun } from "./action-runner.ts";

const execute = promisify(execFile);
const sample = fileURLToPath(new URL("../../sample-registry", import.meta.url));

export const fullName = "contoso/ml-registry";
const [owner = "", name = ""] = fullName.split("/");

/** What a workflow's job may do that only reads, as a fork's always is. */
export const readOnly = {
  contents: "read",
  "pull-requests": "read",
  checks: "read",
  statuses: "read",
} as const;

/** Path to its new text; `undefined` removes. */
export type Files = Readonly<Record<string, string | undefined>>;

/** The sample registry on a GitHub of its own, adopted by Cairn; closed by whoever opened it. */
export class GitHubRegistry {
  readonly github: GitHubDouble;
  readonly folder: string;
  readonly clone: string;
  readonly #token: string;

  private constructor(github: GitHubDouble, folder: string, token: string) {
    this.github = github;
    this.folder = folder;
    this.clone = join(folder, "clone");
    this.#token = token;
  }

  static async open(changes: Files = {}): Promise<GitHubRegistry> {
    const github = await startGitHub();
    const folder = await mkdtemp(join(tmpdir(), "cairn-github-e2e-"));
    const { token } = github.addUser({ login: "contoso-cairn" });
    for (const login of ["ann-contoso", "bo-contoso", "cy-contoso", "dee-contoso", "eve"]) {
      github.addUser({ login });
    }
    const writers = ["ann-contoso", "bo-contoso", "cy-contoso", "dee-contoso"];
    await github.addRepository({
      owner,
      name,
      permissions: {
        "contoso-cairn": "admin",
        ...Object.fromEntries(writers.map((login) => [login, "write"] as const)),
      },
    });
    const registry = new GitHubRegistry(github, folder, token);
    await registry.#fill(changes);
    return registry;
  }

  async close(): Promise<void> {
    await this.github.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #fill(changes: Files): Promise<void> {
    await cp(sample, this.clone, { recursive: true, dereference: true });
    await this.git("init", "--quiet", "--initial-branch=main");
    await this.commit("Start", changes);
    await this.push("ann-contoso", "HEAD:refs/heads/main");
    await this.git("update-ref", "refs/remotes/origin/main", "HEAD");
    const { exitCode, stderr } = await this.cairn("adopt");
    if (exitCode !== 0) throw new Error(stderr);
  }

  /** A command of Cairn's own machine. */
  cairn(...words: readonly string[]): Promise<CliResult> {
    const url = this.github.repositoryUrl(fullName);
    const data = join(this.folder, "data");
    return runCli([...words, "--registry", url, "--forge", "github", "--data", data], {
      cwd: this.folder,
      env: { GITHUB_TOKEN: this.#token },
    });
  }

  /** Asynchronous: the server answers in this process. */
  async git(...words: readonly string[]): Promise<string> {
    const person = { NAME: "Dee Ramos", EMAIL: "dee@contoso.example" };
    const env = {
      ...process.env,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_TERMINAL_PROMPT: "0",
      GIT_AUTHOR_NAME: person.NAME,
      GIT_AUTHOR_EMAIL: person.EMAIL,
      GIT_COMMITTER_NAME: person.NAME,
      GIT_COMMITTER_EMAIL: person.EMAIL,
    };
    return (await execute("git", words, { cwd: this.clone, env })).stdout.trim();
  }

  async commit(message: string, files: Files): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      const target = join(this.clone, path);
      await mkdir(dirname(target), { recursive: true });
      if (text === undefined) await rm(target);
      else await writeFile(target, text);
    }
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--allow-empty", "-m", message);
    return this.git("rev-parse", "HEAD");
  }

  push(login: string, refspec: string, to = fullName): Promise<string> {
    return this.git("push", "--quiet", this.github.gitUrl(login, to), `+${refspec}`);
  }

  /** A pull request of a branch with these files on top of the first commit. */
  async propose(draft: {
    readonly by: string;
    readonly branch: string;
    readonly title: string;
    readonly files: Files;
    /** Full name of the fork it comes from. */
    readonly fork?: string;
  }): Promise<number> {
    const { by, branch, title, files, fork } = draft;
    await this.git("checkout", "--quiet", "--force", "--detach", "origin/main");
    await this.commit(title, files);
    await this.push(by, `HEAD:refs/heads/${branch}`, fork);
    const head = fork === undefined ? branch : `${fork.split("/")[0]}:${branch}`;
    const { data } = await this.github
      .client(by)
      .rest.pulls.create({ owner, repo: name, title, head, base: "main" });
    return data.number;
  }

  /** The job of a workflow, as a runner does it with the built program. */
  runJob(
    event: WorkflowRun["event"],
    options: {
      readonly eventName?: string;
      readonly permissions?: Readonly<Record<string, string>>;
      readonly publish?: boolean;
    } = {},
  ): Promise<ActionOutcome> {
    const { eventName = "pull_request", permissions = readOnly, publish = false } = options;
    return runAction({
      github: {
        token: this.github.actionsToken(fullName, toApiNames(permissions)),
        event_name: eventName,
        server_url: this.github.url,
        repository: fullName,
        event,
      },
      inputs: { publish: String(publish) },
      outputs: { program: { program } },
    });
  }

  /** What a job asked to be written, as `POST /repos/…`. */
  writesOfJobs(): readonly string[] {
    return this.github.requests
      .filter(({ login, kind }) => login === "github-actions[bot]" && kind !== "graphql")
      .filter(({ kind, method, path }) =>
        kind === "git" ? path.includes("receive-pack") : method !== "GET",
      )
      .map(({ method, path }) => `${method} ${path}`);
  }
}

/** A workflow writes `pull-requests`, the API `pull_requests`. */
function toApiNames(permissions: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(permissions).map(([key, level]) => [key.replaceAll("-", "_"), level]),
  );
}
