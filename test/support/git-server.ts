import { spawn, spawnSync } from "node:child_process";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { onTestFinished } from "vitest";

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
      runBackend(root, request, response, fault);
    }
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
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

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
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

function runBackend(
  root: string,
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | undefined,
): void {
  const url = new URL(request.url ?? "/", "http://localhost");
  const child = spawn(join(execPath(), "git-http-backend"), {
    env: {
      PATH: process.env["PATH"],
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_USER: "tester",
    },
  });
  request.pipe(child.stdin);
  child.stdin.on("error", () => {});
  child.stderr.resume();
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("close", () => send(Buffer.concat(chunks), response, fault));
}

/** Turns a CGI answer into an HTTP one, cut where the fault says. */
function send(output: Buffer, response: ServerResponse, fault: Fault | undefined): void {
  if (fault?.type === "status") {
    response.writeHead(fault.status).end();
    return;
  }
  const end = output.indexOf("\r\n\r\n");
  let status = 200;
  for (const line of output.toString("latin1", 0, Math.max(end, 0)).split("\r\n")) {
    const [name = "", value = ""] = line.split(/: (.*)/);
    if (name === "Status") status = Number.parseInt(value, 10);
    else if (name !== "") response.setHeader(name, value);
  }
  const body = output.subarray(end + 4);
  response.writeHead(status);
  if (fault?.type !== "cut" || body.length <= fault.afterBytes) {
    response.end(body);
    return;
  }
  const part = body.subarray(0, fault.afterBytes);
  if (fault.cleanly) response.end(part);
  else response.write(part, () => response.destroy());
}

let found: string | undefined;
function execPath(): string {
  found ??= spawnSync("git", ["--exec-path"], { encoding: "utf8" }).stdout.trim();
  return found;
}
