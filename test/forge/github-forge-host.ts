import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import type { Account } from "../../src/domain/pull-request.ts";
import { createGitHubClient } from "../../src/forge/drivers/github/client.ts";
import type { Forge } from "../../src/forge/forge.ts";
import { GitHubForge } from "../../src/forge/drivers/github/github-forge.ts";
import { NativeGitMirror } from "../../src/git/drivers/native/mirror.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import { makeBareRepository } from "../support/bare-repository.ts";
import { makeTemporaryFolder } from "../support/git-repository.ts";
import { startGitHub, type GitHubDouble } from "../support/github/github.ts";
import type { ForgeHarness } from "./forge.contract.ts";
import { HomeRepository } from "./home-repository.ts";
import { TestClock } from "./test-clock.ts";

const run = promisify(execFile);

export const registryName = "contoso/ml-registry";
const [owner = "", repository = ""] = registryName.split("/");

/** One person's Cairn, with a mirror of its own. */
interface Client {
  readonly forge: GitHubForge;
  readonly mirror: NativeGitMirror;
  /** The mirror's repository. */
  readonly copy: string;
  /** Commits that were put there. */
  readonly known: Set<string>;
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
  const home = await HomeRepository.create(folder);
  const clock = new TestClock();
  const clients: Client[] = [];
  // As if it had been pushed before anybody looked.
  const first = await home.commit(undefined, { "a.txt": "1", "b.txt": "1" });
  await home.copyTo(folder, first);
  await writeFile(join(folder, "refs/heads/main"), `${first}\n`);
  const shared = { github, tokens, home, first, clock, clients };

  const push: GitHubHost["push"] = async (login, ref, commit, to = registryName) => {
    const update = `+${commit ?? ""}:${ref}`;
    await run("git", ["push", "--quiet", github.gitUrl(login, to), update], { cwd: home.path });
  };
  const ann = await connect(shared, "ann");
  const bo = await connect(shared, "bo");
  const base = async (): Promise<string> =>
    (await readFile(join(folder, "refs/heads/main"), "utf8")).trim();
  let newest = first;
  let seen = 0;
  return {
    ...ann,
    github,
    clock,
    folder,
    people: { ann: { login: "ann" }, bo: { login: "bo" } },
    as: ({ login }) => (login === "bo" ? bo : ann).forge,
    async another() {
      const client = await connect(shared, "ann");
      await bring(client, home, newest);
      return client.forge;
    },
    connect: async (login) => (await connect(shared, login)).forge,
    mirrorOf: (forge) => clients.find((client) => client.forge === forge)?.mirror ?? ann.mirror,
    async commit(parent, files) {
      newest = await home.commit(parent, files);
      for (const client of clients) await bring(client, home, newest);
      return newest;
    },
    push,
    async pushHead(number, commit) {
      const { data } = await github
        .client("ann")
        .rest.pulls.get({ owner, repo: repository, pull_number: number });
      await push("ann", `refs/heads/${data.head.ref}`, commit);
    },
    async land(files) {
      const commit = await home.commit(await base(), files);
      await push("cleo", "refs/heads/main", commit);
      return commit;
    },
    base,
    show: async (commit) => home.show(commit),
    loseNextAnswer: () =>
      github.lies.once(/^(?:POST|PUT|PATCH) \/repos\//, { type: "answer-lost" }),
    tick: () => github.clock.tick(60_000),
    mergeCommit: async (first, second) => home.merge(first, second),
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
  /** The commit that the registry starts with. */
  readonly first: string;
  readonly home: HomeRepository;
  readonly clock: TestClock;
  readonly clients: Client[];
}

async function connect(shared: Shared, login: string): Promise<Client> {
  const { github, tokens, home, first, clock } = shared;
  const client = createGitHubClient({
    apiUrl: github.apiUrl,
    owner,
    repository,
    credentials: { type: "token", token: tokens.get(login) ?? github.addUser({ login }).token },
    log: silentLog,
    // What GitHub shows depends on the time there, and not on how long a test takes.
    clock: { ...systemClock, now: () => github.clock.now() },
    limits: { writeSpacingMs: 0, retryAfterMs: 1, retries: 0 },
  });
  const directory = await makeTemporaryFolder();
  const copy = join(directory, "repository.git");
  await makeCopy(copy, github.repositoryUrl(registryName), { home, first });
  const mirror = await NativeGitMirror.open({
    directory,
    url: github.repositoryUrl(registryName),
    branch: "refs/heads/main",
    environment: process.env,
    login: async (signal) => client.login(signal),
  });
  onTestFinished(async () => mirror.close());
  const forge = new GitHubForge({
    client,
    git: mirror,
    log: silentLog,
    clock,
    pauseMs: 1,
  });
  const connected = { forge, mirror, copy, known: new Set([first]) };
  shared.clients.push(connected);
  return connected;
}

/** What a mirror makes that has fetched once. */
async function makeCopy(
  copy: string,
  url: string,
  { home, first }: Pick<Shared, "home" | "first">,
): Promise<void> {
  const config = [`[remote "origin"]`, `\turl = ${url}`, "[cairn]", "\tbranch = refs/heads/main"];
  await makeBareRepository(copy, { config });
  await home.copyTo(copy, first);
  await mkdir(join(copy, "refs/remotes/origin"), { recursive: true });
  await writeFile(join(copy, "refs/remotes/origin/main"), `${first}\n`);
}

/** As Cairn's user had made it there. */
async function bring(client: Client, home: HomeRepository, commit: string): Promise<void> {
  if (client.known.has(commit)) return;
  const parents = home.parentsOf(commit);
  // Only git knows what else the host's own commits need.
  if (parents === undefined) await client.mirror.fetchCommitFrom(home.path, commit);
  for (const parent of parents ?? []) await bring(client, home, parent);
  await home.copyTo(client.copy, commit);
  client.known.add(commit);
}
