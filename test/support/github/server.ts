import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Session } from "./accounts.ts";
import { Refusal, type Answer } from "./answers.ts";
import { etagOf, type Api } from "./api.ts";
import type { Budget } from "./budget.ts";
import type { DoubleRequest } from "./double.ts";
import { answerInstead, sendAnswer, spoil, type WireAnswer } from "./faults.ts";
import { listenLocally } from "../listen-locally.ts";
import { serveGit } from "./git-transport.ts";
import type { Fault } from "./lies.ts";
import type { World } from "./world.ts";

const apiPath = "/api/v3";
const graphqlPath = "/api/graphql";

export interface Parts {
  readonly world: World;
  readonly api: Api;
  readonly budget: Budget;
  /** The folder above the repositories. */
  readonly root: string;
  readonly note: (request: DoubleRequest) => void;
}

interface Asked {
  readonly kind: DoubleRequest["kind"];
  readonly method: string;
  readonly url: URL;
  /** As it is recorded, and as lies are matched: without the API's root. */
  readonly shown: string;
  readonly body: Buffer;
  readonly request: IncomingMessage;
}

/** Listens on a free port of this machine; `serve` starts with the first request. */
export async function listen(): Promise<{
  readonly server: Server;
  readonly url: string;
  readonly serve: (parts: Parts) => void;
}> {
  const server = createServer();
  const url = await listenLocally(server);
  const serve = (parts: Parts) =>
    server.on("request", (request, response) => {
      handle(parts, request, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : undefined);
      });
    });
  return { server, url, serve };
}

async function handle(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = await read(request);
  const fault = parts.world.deceit.takeFault(`${asked.method} ${asked.shown}`);
  const { session, refusal } = authenticate(parts.world, request);
  const note = (status: number) =>
    parts.note({
      kind: asked.kind,
      method: asked.method,
      path: asked.shown,
      status,
      login: session?.account.login,
      when: parts.world.clock.now(),
    });
  if (fault?.type === "hang") {
    note(0);
    parts.world.deceit.noteHanging();
    return;
  }
  const answer =
    answerInstead(fault) ?? (await carryOut(parts, asked, { session, refusal, fault }));
  note(answer.status);
  await sendAnswer(response, answer, fault);
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const isApi = url.pathname.startsWith(`${apiPath}/`);
  const isGraphql = url.pathname === graphqlPath;
  const shown = `${url.pathname}${url.search}`;
  return {
    kind: isApi ? "api" : isGraphql ? "graphql" : "git",
    method: request.method ?? "GET",
    url,
    shown: isApi ? shown.slice(apiPath.length) : isGraphql ? shown.slice("/api".length) : shown,
    body: Buffer.concat(chunks),
    request,
  };
}

function authenticate(
  { accounts }: World,
  request: IncomingMessage,
): { readonly session: Session | undefined; readonly refusal: Refusal | undefined } {
  try {
    return { session: accounts.authenticate(request.headers.authorization), refusal: undefined };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { session: undefined, refusal: error };
  }
}

interface Circumstances {
  readonly session: Session | undefined;
  readonly refusal: Refusal | undefined;
  readonly fault: Fault | undefined;
}

async function carryOut(
  parts: Parts,
  asked: Asked,
  circumstances: Circumstances,
): Promise<WireAnswer> {
  const answer =
    asked.kind === "git"
      ? await answerGit(parts, asked, circumstances)
      : await answerApi(parts, asked, circumstances);
  return spoil(
    circumstances.fault,
    answer,
    `${parts.world.url}${asked.url.pathname}${asked.url.search}`,
  );
}

async function answerGit(
  { world, root }: Parts,
  { request, url, body }: Asked,
  { session, refusal }: Circumstances,
): Promise<WireAnswer> {
  try {
    if (refusal !== undefined) {
      throw new Refusal(401, refusal.message, {}, { "www-authenticate": 'Basic realm="GitHub"' });
    }
    return await serveGit(world, { request, url, session, root, body });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const headers = [["content-type", "text/plain"] as const, ...Object.entries(error.headers)];
    return { status: error.status, headers, body: Buffer.from(error.message) };
  }
}

async function answerApi(
  parts: Parts,
  asked: Asked,
  { session, refusal }: Circumstances,
): Promise<WireAnswer> {
  const { world, budget } = parts;
  const login = session?.account.login ?? "";
  const answer =
    refusal?.toAnswer() ??
    overBudget(budget, login, asked) ??
    (await askApi(parts, asked, session));
  const wire = toWire(answer, asked);
  if (wire.status !== 304) budget.spend(login);
  const headers = {
    date: new Date(world.clock.wall()).toUTCString(),
    "x-github-request-id": "0000:0000:000000",
    "x-github-enterprise-version": "3.19.0",
    ...budget.headers(login),
    ...answer.headers,
  };
  return { ...wire, headers: [...Object.entries(headers), ...wire.headers] };
}

/** The body, or that the asker has it already. */
function toWire({ status, body }: Answer, { method, request }: Asked): WireAnswer {
  const bytes = Buffer.from(body === undefined ? "" : JSON.stringify(body));
  if (bytes.length === 0) return { status, headers: [], body: bytes };
  const typed = ["content-type", "application/json; charset=utf-8"] as const;
  if (method !== "GET" || status !== 200) return { status, headers: [typed], body: bytes };
  const etag = etagOf(bytes);
  if (request.headers["if-none-match"] !== etag) {
    return { status, headers: [typed, ["etag", etag]], body: bytes };
  }
  return { status: 304, headers: [["etag", etag]], body: Buffer.alloc(0) };
}

async function askApi(
  { api }: Parts,
  { shown, method, url, body }: Asked,
  session: Session | undefined,
): Promise<Answer> {
  const path = shown.split("?", 1)[0] ?? "";
  return api.answer({ method, path, query: url.searchParams, session, body });
}

function overBudget(budget: Budget, login: string, asked: Asked): Answer | undefined {
  try {
    budget.check(login, `${asked.method} ${asked.shown}`);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.toAnswer();
    throw error;
  }
}
