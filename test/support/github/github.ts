import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Octokit } from "@octokit/rest";
import { Accounts } from "./accounts.ts";
import { Api } from "./api.ts";
import { Budget } from "./budget.ts";
import { Clock } from "./clock.ts";
import { loadContract } from "./contract.ts";
import { Deceit } from "./deceit.ts";
import { Deliveries } from "./deliveries.ts";
import type { DoubleRequest, GitHubDouble, GitHubOptions, WebhookDraft } from "./double.ts";
import { updateHook } from "./git-transport.ts";
import { enqueue, finishQueue } from "./merge-queue.ts";
import { markReady } from "./pull-state.ts";
import { Repositories } from "./repositories.ts";
import { addLateReview } from "./reviews.ts";
import { addRuleset } from "./rule-routes.ts";
import { listen } from "./server.ts";
import { repositoryShape } from "./shapes.ts";
import type { World } from "./world.ts";

export type * from "./delivery.ts";
export type * from "./double.ts";
export type * from "./lies.ts";

/** Starts a GitHub of its own on a free port of this machine. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHubDouble> {
  const root = options.root ?? (await realpath(await mkdtemp(join(tmpdir(), "cairn-github-"))));
  await addHooks(root);
  const { server, url, serve } = await listen();
  const world = newWorld(url, root, new Clock(options.start));
  const api = new Api(world, await loadContract());
  const budget = new Budget(world.clock);
  const requests: DoubleRequest[] = [];
  serve({ world, api, budget, root, note: (request) => requests.push(request) });
  return {
    ...administration(world),
    url,
    apiUrl: world.apiUrl,
    budget,
    requests,
    deliveries: world.deliveries.all,
    contractViolations: api.violations,
    clock: world.clock,
    lies: world.deceit,
    settled: async () => world.deliveries.settled(),
    close: async () => {
      await stop(server, world);
      if (options.root === undefined)
        await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function addHooks(root: string): Promise<void> {
  const folder = join(root, ".hooks");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "update"), updateHook);
  await chmod(join(folder, "update"), 0o755);
}

function newWorld(url: string, root: string, clock: Clock): World {
  let lastId = 1000;
  const nextId = () => (lastId += 1);
  const accounts = new Accounts(clock, nextId);
  const deliveries = new Deliveries(clock);
  const deceit = new Deceit(deliveries);
  const world: World = {
    url,
    apiUrl: `${url}/api/v3`,
    clock,
    accounts,
    repositories: new Repositories(root, accounts, clock, nextId),
    deliveries,
    deceit,
    nextId,
  };
  deceit.addLateReview = (review) => addLateReview(world, review);
  return world;
}

/** What the test does as nobody in particular. */
function administration(
  world: World,
): Pick<
  GitHubDouble,
  | "repositoryUrl"
  | "addUser"
  | "addRepository"
  | "addTeam"
  | "addApp"
  | "addWebhook"
  | "actionsToken"
  | "removeRepository"
  | "client"
  | "gitUrl"
  | "protect"
  | "enqueue"
  | "finishQueue"
  | "markReady"
> {
  const { accounts, repositories, url, apiUrl } = world;
  const repositoryUrl = (fullName: string) => `${url}/${fullName}.git`;
  return {
    repositoryUrl,
    addUser: (draft) => {
      const { login, id, token } = accounts.add(draft);
      return { login, id, token };
    },
    addRepository: async (draft) => {
      const { id, fullName, folder } = await repositories.add(draft);
      return { id, fullName, folder, url: repositoryUrl(fullName) };
    },
    addTeam: (team) => accounts.addTeam(team),
    addApp: (draft) => {
      const { installationId, account } = accounts.addApp(draft);
      return { installationId, login: account.login };
    },
    addWebhook: (draft) => addWebhook(world, draft),
    actionsToken: (fullName, permissions = {}) => accounts.actionsToken(fullName, permissions),
    removeRepository: async (fullName) => repositories.remove(repositories.get(fullName)),
    client: (login) => new Octokit({ auth: accounts.tokenOf(login), baseUrl: apiUrl, log: quiet }),
    gitUrl: (login, fullName) => {
      const target = new URL(repositoryUrl(fullName));
      target.username = login;
      target.password = accounts.tokenOf(login);
      return target.href;
    },
    protect: (fullName, rules) => addRuleset(world, repositories.get(fullName), rules).id,
    enqueue: async (fullName, number) => enqueue(world, repositories.get(fullName), number),
    finishQueue: async (fullName) => finishQueue(world, repositories.get(fullName)),
    markReady: async (fullName, number) => {
      const pull = repositories.get(fullName).pulls.get(number);
      if (pull === undefined) throw new Error(`there is no #${number}`);
      await markReady(world, pull);
    },
  };
}

function addWebhook(world: World, draft: WebhookDraft): void {
  const repository = world.repositories.get(draft.repository);
  const { url, secret, events } = draft;
  const id = world.nextId();
  const asked = events === undefined ? undefined : new Set(events);
  const webhook = { id, url, secret, events: asked };
  repository.webhooks.push(webhook);
  world.deliveries.tellOne(webhook, repository, "ping", {
    zen: "Keep it logically awesome.",
    hook_id: id,
    hook: { type: "Repository", id, active: true, events: events ?? ["*"], config: { url } },
    repository: repositoryShape(world, repository),
  });
}

const silence = () => {};
const quiet = { debug: silence, info: silence, warn: silence, error: silence };

async function stop(server: Server, world: World): Promise<void> {
  world.deliveries.close();
  world.repositories.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
