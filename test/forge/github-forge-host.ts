import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import type { Account } from "../../src/domain/pull-request.ts";
import { createGitHubClient } from "../../src/forge/drivers/github/client.ts";
import type { Forge } from "../../src/forge/forge.ts";
import { GitHubForge } from "../../src/forge/drivers/github/github-forge.ts";
import { NativeGitMirror } from "../../src/git/drivers/native/mirror.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import { GitRepository, makeTemporaryFolder } from "../support/git-repository.ts";
import { startGitHub, type GitHubDouble } from "../support/github/github.ts";
import type { Files, ForgeHarness, ShownCommit } from "./forge.contract.ts";
import { TestClock } from "./test-clock.ts";

const run = promisify(execFile);

export const registryName = "contoso/ml-registry";
const [owner = "", repository = ""] = registryName.split("/");

/** One person's Cairn, with a mirror of its own. */
interface Client {
  readonly forge: GitHubForge;
  readonly mirror: NativeGitMirror;
}

export interface GitHubHost extends ForgeHarness {
  readonly forge: GitHubForge;
  readonly mirror: NativeGitMirror;
  readonly github: GitHubDouble;
  /** Of Cairn; GitHub has its own. */
  readonly clock: TestClock;
  /** The bare repository behind it. */
  readonly folder: string;
  as(account: Account): GitHubForge;
  another(): Promise<GitHubForge>;
  /** A client of somebody else's. */
  connect(login: string): Promise<GitHubForge>;
  mirrorOf(forge: Forge): NativeGitMirror;
  /** Somebody pushes, by force if need be; without a commit the ref is deleted. */
  push(login: string, ref: string, commit: string | undefined, to?: string): Promise<void>;
  /** A merge of two commits that somebody made at home. */
  mergeCommit(first: string, second: string): Promise<string>;
  /** What a client asked for since the last time, as `GET /repos/…`. */
  takeRequests(): readonly string[];
}

/** GitHub with an empty registry of two people's. */
export async function openGitHubHost(): Promise<GitHubHost> {
  const github = await startGitHub({ start: new Date("2026-11-20T10:00:00Z") });
  onTestFinished(async () => github.close());
  const permissions = { ann: "write", bo: "write", cleo: "admin" } as const;
  const tokens = new Map<string, string>();
  for (const login of Object.keys(permissions)) {
    tokens.set(login, github.addUser({ login }).token);
  }
  const { folder } = await github.addRepository({ owner, name: repository, permissions });
  const work = await GitRepository.create();
  const mirrors: NativeGitMirror[] = [];
  const clock = new TestClock();
  const clients: Client[] = [];
  const shared = { github, tokens, mirrors, clock, clients };

  const push: GitHubHost["push"] = async (login, ref, commit, to = registryName) => {
    const update = `+${commit ?? ""}:${ref}`;
    await run("git", ["push", "--quiet", github.gitUrl(login, to), update], { cwd: work.path });
  };
  const change = async (parent: string, files: Files): Promise<string> => {
    if (parent !== "") {
      // Not through the server, which answers in this process.
      if (!hasCommit(work, parent)) work.git("fetch", "--quiet", folder, parent);
      work.git("checkout", "--quiet", "--force", "--detach", parent);
    }
    return work.commit("change", files);
  };
  await push("cleo", "refs/heads/main", await change("", { "a.txt": "1", "b.txt": "1" }));
  const ann = await connect(shared, "ann");
  const bo = await connect(shared, "bo");
  const base = async (): Promise<string> =>
    work.git("ls-remote", folder, "refs/heads/main").slice(0, 40);
  let seen = 0;
  return {
    ...ann,
    github,
    clock,
    folder,
    people: { ann: { login: "ann" }, bo: { login: "bo" } },
    as: ({ login }) => (login === "bo" ? bo : ann).forge,
    async another() {
      const { forge } = await connect(shared, "ann");
      for (const mirror of mirrors) await mirror.fetchCommitFrom(work.path, "HEAD");
      return forge;
    },
    connect: async (login) => (await connect(shared, login)).forge,
    mirrorOf: (forge) => clients.find((client) => client.forge === forge)?.mirror ?? ann.mirror,
    async commit(parent, files) {
      const commit = await change(parent, files);
      for (const mirror of mirrors) await mirror.fetchCommitFrom(work.path, commit);
      return commit;
    },
    push,
    async pushHead(number, commit) {
      const { data } = await github
        .client("ann")
        .rest.pulls.get({ owner, repo: repository, pull_number: number });
      await push("ann", `refs/heads/${data.head.ref}`, commit);
    },
    async land(files) {
      const commit = await change(await base(), files);
      await push("cleo", "refs/heads/main", commit);
      return commit;
    },
    base,
    show: async (commit) => show(folder, work, commit),
    loseNextAnswer: () =>
      github.lies.once(/^(?:POST|PUT|PATCH) \/repos\//, { type: "answer-lost" }),
    tick: () => github.clock.tick(60_000),
    async mergeCommit(first, second) {
      work.git("checkout", "--quiet", "--force", "--detach", first);
      work.git("merge", "--quiet", "--no-ff", "--no-edit", second);
      return work.git("rev-parse", "HEAD");
    },
    takeRequests() {
      const requests = github.requests.slice(seen).map(({ method, path }) => `${method} ${path}`);
      seen = github.requests.length;
      return requests;
    },
  };
}

interface Shared {
  readonly github: GitHubDouble;
  readonly tokens: ReadonlyMap<string, string>;
  readonly mirrors: NativeGitMirror[];
  readonly clock: TestClock;
  readonly clients: Client[];
}

async function connect(shared: Shared, login: string): Promise<Client> {
  const { github, tokens, mirrors, clock } = shared;
  const client = createGitHubClient({
    apiUrl: github.apiUrl,
    owner,
    repository,
    credentials: { type: "token", token: tokens.get(login) ?? github.addUser({ login }).token },
    log: silentLog,
    clock: systemClock,
    limits: { writeSpacingMs: 0, retryAfterMs: 1, retries: 0 },
  });
  const mirror = await NativeGitMirror.open({
    directory: await makeTemporaryFolder(),
    url: github.repositoryUrl(registryName),
    branch: "refs/heads/main",
    environment: process.env,
    login: async (signal) => client.login(signal),
  });
  onTestFinished(async () => mirror.close());
  mirrors.push(mirror);
  await mirror.fetch();
  const forge = new GitHubForge({
    client,
    git: mirror,
    log: silentLog,
    clock,
    pauseMs: 1,
  });
  shared.clients.push({ forge, mirror });
  return { forge, mirror };
}

function hasCommit(work: GitRepository, commit: string): boolean {
  return work.git("cat-file", "--batch-check", "--batch-all-objects").includes(commit);
}

function show(folder: string, work: GitRepository, commit: string): ShownCommit {
  work.git("fetch", "--quiet", folder, commit);
  const format = "--format=%P%n%an%n%s";
  const [parents = "", author = "", subject = ""] = work
    .git("show", "--no-patch", format, commit)
    .split("\n");
  const names = work.git("ls-tree", "-r", "--name-only", commit).split("\n");
  const files = names.map((name) => [name, work.git("show", `${commit}:${name}`)] as const);
  return { parents: parents.split(" "), author, subject, files: Object.fromEntries(files) };
}
