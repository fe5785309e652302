import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { promisify } from "node:util";
import { GitHubHost } from "../../src/forge/drivers/github/github-host.ts";
import {
  createGitHubClient,
  type GitHubClient,
  type GitHubCredentials,
} from "../../src/forge/drivers/github/client.ts";
import type { HostGit } from "../../src/forge/drivers/github/host-git.ts";
import { NativeGitMirror } from "../../src/git/drivers/native/mirror.ts";
import { systemClock } from "../../src/shared/clock.ts";
import { silentLog } from "../../src/shared/log.ts";
import { onTestFinished } from "vitest";
import { appPermissions } from "../support/github/app-permissions.ts";
import { openGitHub } from "../support/github/open.ts";
import { GitRepository, makeTemporaryFolder } from "../support/git-repository.ts";
import type { GitHubDouble } from "../support/github/github.ts";

export const fullName = "contoso/ml-registry";
export const at = { owner: "contoso", repo: "ml-registry" };
const run = promisify(execFile);
const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });

export type Identity = "app" | "actions" | "cleo" | "bo";

/** A registry on GitHub with one commit, and Cairn's services for it. */
export interface Services {
  readonly github: GitHubDouble;
  readonly work: GitRepository;
  /** The first commit of the default branch. */
  readonly head: string;
  /** By an App, or by the token of `cleo`, `bo` or a workflow. */
  host(as: Identity, git?: HostGit): GitHubHost;
  client(as: Identity): GitHubClient;
  commit(message: string, files: Readonly<Record<string, string>>): Promise<string>;
  /** Cleo pushes a commit to a ref. */
  push(commit: string, ref: string): Promise<void>;
  /** Of the App. */
  mirror(): Promise<NativeGitMirror>;
}

export async function openServices(
  permissions: Readonly<Record<string, string>> = appPermissions,
): Promise<Services> {
  const github = await openGitHub();
  const bo = github.addUser({ login: "bo" }).token;
  const cleo = github.addUser({ login: "cleo" }).token;
  const access = { bo: "write", cleo: "admin" } as const;
  await github.addRepository({ owner: at.owner, name: at.repo, permissions: access });
  const publicKey = keys.publicKey.export({ type: "spki", format: "pem" }).toString();
  github.addApp({ id: 12, slug: "cairn", publicKey, permissions, installedOn: [fullName] });
  const privateKey = keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const work = await GitRepository.create();
  const push: Services["push"] = async (id, ref) => {
    // Not with spawnSync: the server answers in this process.
    const args = ["push", "--quiet", github.gitUrl("cleo", fullName), `${id}:${ref}`];
    await run("git", args, { cwd: work.path });
  };
  const commit: Services["commit"] = async (message, files) => {
    const id = await work.commit(message, files);
    await push(id, "refs/heads/main");
    return id;
  };
  const head = await commit("first", { "registry.yaml": "version: 1\n" });
  const credentials = {
    app: { type: "app", appId: "12", privateKey },
    actions: {
      type: "token",
      token: github.actionsToken(fullName, {
        contents: "write",
        checks: "write",
        statuses: "write",
        issues: "write",
        "pull-requests": "write",
      }),
    },
    cleo: { type: "token", token: cleo },
    bo: { type: "token", token: bo },
  } satisfies Record<string, GitHubCredentials>;
  const client: Services["client"] = (as) =>
    createGitHubClient({
      apiUrl: github.apiUrl,
      owner: at.owner,
      repository: at.repo,
      credentials: credentials[as],
      log: silentLog,
      clock: systemClock,
      limits: { writeSpacingMs: 0, retryAfterMs: 1 },
    });
  return {
    github,
    work,
    head,
    client,
    commit,
    push,
    mirror: async () => openMirror(github, client("app")),
    host: (as, git = noGit) => new GitHubHost({ client: client(as), git, log: silentLog }),
  };
}

/** For what needs no Git. */
export const noGit: HostGit = {
  branch: "refs/heads/main",
  fetchRefs: async () => new Map(),
  fetch: async () => ({ head: undefined }),
  firstParentLog: async () => [],
  listTree: async () => [],
  push: async () => ({ accepted: true }),
};

async function openMirror(github: GitHubDouble, client: GitHubClient): Promise<NativeGitMirror> {
  const mirror = await NativeGitMirror.open({
    directory: await makeTemporaryFolder(),
    url: github.repositoryUrl(fullName),
    environment: process.env,
    login: async (signal) => client.login(signal),
  });
  onTestFinished(async () => mirror.close());
  await mirror.fetch();
  return mirror;
}
