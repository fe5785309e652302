import { spawn, spawnSync } from "node:child_process";
import type { IncomingHttpHeaders } from "node:http";
import { join } from "node:path";
import type { Readable } from "node:stream";

/** What the backend is asked, as CGI wants it. */
export interface BackendRequest {
  /** The folder above the repositories. */
  readonly root: string;
  readonly method: string;
  /** Decoded, below `root`. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
  /** Who pushes; without a name the backend refuses to take anything. */
  readonly user: string;
  /** More of the environment: hooks and Git settings for this request. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface BackendAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** Runs `git http-backend` for one request. */
export async function runGitBackend(request: BackendRequest): Promise<BackendAnswer> {
  const child = spawn(join(execPath(), "git-http-backend"), {
    env: {
      PATH: process.env["PATH"],
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_PROJECT_ROOT: request.root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: request.path,
      QUERY_STRING: request.query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_USER: request.user,
      ...request.environment,
    },
  });
  request.body.pipe(child.stdin);
  child.stdin.on("error", () => {});
  child.stderr.resume();
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve());
  });
  return parseCgi(Buffer.concat(chunks));
}

function parseCgi(output: Buffer): BackendAnswer {
  const end = output.indexOf("\r\n\r\n");
  const headers: [string, string][] = [];
  let status = 200;
  for (const line of output.toString("latin1", 0, Math.max(end, 0)).split("\r\n")) {
    const [name = "", value = ""] = line.split(/: (.*)/);
    if (name === "Status") status = Number.parseInt(value, 10);
    else if (name !== "") headers.push([name, value]);
  }
  return { status, headers, body: output.subarray(end + 4) };
}

let found: string | undefined;
function execPath(): string {
  found ??= spawnSync("git", ["--exec-path"], { encoding: "utf8" }).stdout.trim();
  return found;
}
