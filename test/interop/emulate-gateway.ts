import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

import { Octokit } from "@octokit/rest";

import { runGitBackend } from "../support/git-http-backend.ts";
import { GitRepository, makeTemporaryFolder } from "../support/git-repository.ts";
import { listenForTest } from "../support/local-server.ts";
import { ObjectBridge, type ApiRepository } from "./emulate-objects.ts";

export interface Gateway {
  readonly url: string;
  /** What Git's transport serves. */
  readonly bare: GitRepository;
}

export interface GatewayOptions {
  /** Where emulate listens. */
  readonly emulator: string;
  readonly at: ApiRepository;
  /** Of the App that shows checks: emulate says of no check run who made it. */
  readonly slug: string;
}

/**
 * An address as that of an Enterprise Server: its API is emulate's, and Git's transport, which
 * emulate has not, works on a bare repository that is kept the same.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { at } = options;
  const root = await makeTemporaryFolder();
  const path = `${root}/${at.owner}/${at.repo}.git`;
  const bare = await GitRepository.create({ path, bare: true });
  bare.git("config", "uploadpack.allowReachableSHA1InWant", "true");
  const transport = new GitTransport(root, new ObjectBridge(bare, at), options);
  const server = createServer((request, response) => {
    const isApi = request.url?.startsWith("/api/v3/") === true;
    const serving = isApi
      ? forward(request, response, options)
      : transport.serve(request, response);
    serving.catch((error: unknown) => {
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    });
  });
  return { url: await listenForTest(server), bare };
}

/** One request at a time, so that nothing moves between a look at emulate and the answer. */
class GitTransport {
  readonly #root: string;
  readonly #bridge: ObjectBridge;
  readonly #emulator: string;
  #turn = Promise.resolve();

  constructor(root: string, bridge: ObjectBridge, { emulator }: GatewayOptions) {
    this.#root = root;
    this.#bridge = bridge;
    this.#emulator = emulator;
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const done = this.#turn.then(async () => this.#serve(request, response));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, login = ""] = /^Basic (.+)$/.exec(request.headers.authorization ?? "") ?? [];
    const [user, auth] = Buffer.from(login, "base64").toString().split(/:(.*)/);
    if (user !== "x-access-token" || auth === undefined) {
      request.resume();
      response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
      return;
    }
    const api = new Octokit({ auth, baseUrl: this.#emulator });
    const { pathname, search } = new URL(request.url ?? "/", "http://gateway");
    if (pathname.endsWith("/info/refs")) await this.#bridge.bring(api);
    const answer = await runGitBackend({
      root: this.#root,
      method: request.method ?? "GET",
      path: decodeURIComponent(pathname),
      query: search.slice(1),
      headers: request.headers,
      body: request,
      user,
    });
    if (pathname.endsWith("/git-receive-pack")) await this.#bridge.take(api);
    for (const [name, value] of answer.headers) response.setHeader(name, value);
    response.writeHead(answer.status).end(answer.body);
  }
}

/** What emulate answers, made whole where the real GitHub says more. */
async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  options: GatewayOptions,
): Promise<void> {
  const method = request.method ?? "GET";
  const path = (request.url ?? "").slice("/api/v3".length);
  const { authorization = "" } = request.headers;
  const ask: Ask = async (asked) => {
    const answer = await fetch(options.emulator + asked, { headers: { authorization } });
    if (!answer.ok) throw new Error(`emulate answers ${answer.status} to ${asked}`);
    return answer.json();
  };
  const more = method === "GET" ? await fillIn(path, ask, options.at) : undefined;
  if (more !== undefined) {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(more));
    return;
  }
  const answer = await fetch(options.emulator + path, {
    method,
    headers: { authorization, "content-type": request.headers["content-type"] ?? "" },
    ...(method === "GET" ? {} : { body: await text(request) }),
  });
  const body = await answer.text();
  const isRun = answer.ok && /\/check-runs(?:\/\d+)?(?:\?|$)/.test(path);
  response.writeHead(answer.status, Object.fromEntries(shownHeaders(answer.headers)));
  // GitHub says of each run which App made it; of one by nobody Cairn rightly takes none for its own.
  response.end(isRun ? body.replaceAll('"app":null', `"app":{"slug":"${options.slug}"}`) : body);
}

type Ask = (path: string) => Promise<unknown>;
type Shown = Readonly<Record<string, unknown>>;

interface Asked {
  /** `/repos/octo/reg` */
  readonly root: string;
  readonly id: string;
  readonly query: string;
  readonly ask: Ask;
}

/** Answers that emulate has not, from what it does have; `undefined` for all others. */
async function fillIn(path: string, ask: Ask, { owner, repo }: ApiRepository): Promise<unknown> {
  const root = `/repos/${owner}/${repo}`;
  const [resource = "", query = ""] = path.split("?");
  const [, kind = "", id = "", part] =
    /^\/(pulls|issues|commits)(?:\/(\w+))?(?:\/(\w+))?$/.exec(resource.slice(root.length)) ?? [];
  const name = `${kind} ${part ?? (id === "" ? "list" : "one")}`;
  return filled.get(name)?.({ root, id, query, ask });
}

const filled = new Map<string, (asked: Asked) => Promise<unknown>>([
  ["pulls one", readPull],
  [
    "pulls list",
    async (asked) => {
      const { root, query, ask } = asked;
      const found = (await ask(`${root}/pulls?${query}`)) as Shown[];
      return Promise.all(
        found.map(async ({ number }) => readPull({ ...asked, id: String(number) })),
      );
    },
  ],
  [
    "pulls requested_reviewers",
    async (asked) => {
      const { requested_reviewers: users, requested_teams: teams } = await readPull(asked);
      return { users, teams };
    },
  ],
  [
    "issues timeline",
    async ({ root, id, ask }) => {
      const comments = (await ask(`${root}/issues/${id}/comments?per_page=100`)) as Shown[];
      return comments.map((comment) => ({ ...comment, event: "commented" }));
    },
  ],
  [
    "commits pulls",
    async ({ root, id, ask }) => {
      const all = (await ask(`${root}/pulls?state=all&per_page=100`)) as Shown[];
      return all.filter(
        ({ head, merge_commit_sha: merge }) => merge === id || (head as Shown)["sha"] === id,
      );
    },
  ],
  ["commits statuses", async () => []],
]);

/** A review is news of its pull request: on GitHub it changes this date. */
async function readPull({ root, id, ask }: Asked): Promise<Shown> {
  const shown = (await ask(`${root}/pulls/${id}`)) as Shown;
  const reviews = (await ask(`${root}/pulls/${id}/reviews?per_page=100`)) as Shown[];
  const dates = [shown["updated_at"], ...reviews.map((review) => review["submitted_at"])];
  return { ...shown, updated_at: dates.map(String).sort().at(-1) };
}

function shownHeaders(headers: Headers): readonly (readonly [string, string])[] {
  return [...headers].filter(([name]) => /^(?:content-type|link|retry-after|x-.+)$/.test(name));
}
