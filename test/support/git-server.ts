import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { runGitBackend, type BackendAnswer } from "./git-http-backend.ts";
import { listenForTest } from "./local-server.ts";

/** What goes wrong with an answer. */
export type Fault =
  | { readonly type: "cut"; readonly afterBytes: number; readonly cleanly: boolean }
  | { readonly type: "status"; readonly status: number; readonly afterGit?: boolean }
  | { readonly type: "empty" }
  | { readonly type: "text"; readonly body: string }
  | { readonly type: "hang" };

export interface GitServer {
  readonly url: string;
  /** Requests so far, as `GET /registry.git/info/refs?service=…`. */
  readonly requests: readonly string[];
  /** Requests whose path and query match get the fault, until it is cleared. */
  fail(pattern: RegExp, fault: Fault): void;
  heal(): void;
  /** Resolves when a request hangs. */
  whenHanging(): Promise<void>;
  /** Only requests with these credentials are served. */
  requireLogin(user: string, password: string): void;
}

/** `git http-backend` over a folder of repositories, on a free port of this machine. */
export async function startGitServer(root: string): Promise<GitServer> {
  const requests: string[] = [];
  let faulty: { readonly pattern: RegExp; readonly fault: Fault } | undefined;
  let login: string | undefined;
  let noteHanging = () => {};
  let hanging = new Promise<void>((resolve) => (noteHanging = resolve));
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const fault = faulty?.pattern.test(request.url ?? "") === true ? faulty.fault : undefined;
    if (login !== undefined && request.headers.authorization !== login) {
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end();
    } else if (fault?.type === "hang") {
      noteHanging();
    } else if (fault !== undefined && answer(fault, response)) {
      request.resume();
    } else {
      void runBackend(root, request, response, fault);
    }
  });
  const url = await listenForTest(server);
  return {
    url,
    requests,
    fail: (pattern, fault) => {
      faulty = { pattern, fault };
    },
    heal: () => {
      faulty = undefined;
      hanging = new Promise<void>((resolve) => (noteHanging = resolve));
    },
    whenHanging: async () => hanging,
    requireLogin: (user, password) => {
      login = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    },
  };
}

/** Faults that need no git. */
function answer(fault: Fault, response: ServerResponse): boolean {
  switch (fault.type) {
    case "status":
      if (fault.afterGit === true) return false;
      response.writeHead(fault.status).end();
      return true;
    case "empty":
      response.writeHead(200).end();
      return true;
    case "text":
      response.writeHead(200, { "Content-Type": "text/html" }).end(fault.body);
      return true;
    case "cut":
    case "hang":
      return false;
  }
}

async function runBackend(
  root: string,
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const answer = await runGitBackend({
    root,
    method: request.method ?? "GET",
    path: decodeURIComponent(url.pathname),
    query: url.search.slice(1),
    headers: request.headers,
    body: request,
    user: "tester",
  });
  send(answer, response, fault);
}

/** Sends what the backend said, cut where the fault says. */
function send(answer: BackendAnswer, response: ServerResponse, fault: Fault | undefined): void {
  if (fault?.type === "status") {
    response.writeHead(fault.status).end();
    return;
  }
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  response.writeHead(answer.status);
  const { body } = answer;
  if (fault?.type !== "cut" || body.length <= fault.afterBytes) {
    response.end(body);
    return;
  }
  const part = body.subarray(0, fault.afterBytes);
  if (fault.cleanly) response.end(part);
  else response.write(part, () => response.destroy());
}
