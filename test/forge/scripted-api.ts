import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  createGitHubClient,
  type GitHubClient,
  type GitHubClientOptions,
} from "../../src/forge/drivers/github/client.ts";
import { silentLog } from "../../src/shared/log.ts";
import { listenForTest } from "../support/local-server.ts";
import { TestClock } from "./test-clock.ts";

export interface SeenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  /** What is done instead of an answer. */
  readonly instead?: "hang" | "reset" | "cut" | "endless";
}

/** A server that says what a test wrote down, with the manners that a test wants. */
export interface ScriptedApi {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Answers to requests that match (`GET /user`), one after the other; the last one again and again. */
  on(pattern: RegExp, ...answers: readonly ScriptedAnswer[]): void;
  client(options?: Partial<GitHubClientOptions>): GitHubClient;
  readonly clock: TestClock;
}

export const canary = "0123456789canary0123456789canary01234567";

export async function startScriptedApi(): Promise<ScriptedApi> {
  const requests: SeenRequest[] = [];
  const script: { pattern: RegExp; answers: ScriptedAnswer[] }[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const path = request.url ?? "";
      const seen = { method: request.method ?? "", path, headers: request.headers, body };
      requests.push(seen);
      const entry = script.findLast(({ pattern }) => pattern.test(`${seen.method} ${path}`));
      const next = (entry?.answers.length ?? 0) > 1 ? entry?.answers.shift() : entry?.answers[0];
      answer(response, next ?? { status: 404, body: { message: "Not Found" } });
    });
  });
  const url = await listenForTest(server);
  const clock = new TestClock();
  return {
    url,
    requests,
    clock,
    on: (pattern, ...answers) => {
      script.push({ pattern, answers: [...answers] });
    },
    client: (options = {}) =>
      createGitHubClient({
        apiUrl: url,
        owner: "contoso",
        repository: "ml-registry",
        credentials: { type: "token", token: canary },
        log: silentLog,
        clock,
        ...options,
        limits: { retryAfterMs: 1, writeSpacingMs: 0, ...options.limits },
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

function answer(
  response: ServerResponse,
  { status = 200, headers = {}, body, instead }: ScriptedAnswer,
): void {
  if (instead === "hang") return;
  if (instead === "reset") {
    response.destroy();
    return;
  }
  const text = typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    ...(instead === "cut" ? { "Content-Length": String(text.length) } : {}),
    ...headers,
  });
  if (instead === "cut") {
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  } else if (instead === "endless") {
    writeForEver(response);
  } else {
    response.end(text);
  }
}

function writeForEver(response: ServerResponse): void {
  const chunk = Buffer.alloc(65_536, " ");
  const write = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", write);
  write();
}

/** The code of what a promise rejects with; `none` when it does not. */
export async function codeOf(running: Promise<unknown>): Promise<string> {
  try {
    await running;
    return "none";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}
