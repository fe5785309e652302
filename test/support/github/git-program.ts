import { spawn } from "node:child_process";

export class GitFailure extends Error {
  readonly status: number;
  readonly output: string;

  constructor(args: readonly string[], status: number, output: string, errors: string) {
    super(`git ${args.join(" ")} ended with ${status}: ${errors}`);
    this.status = status;
    this.output = output;
  }
}

export interface GitRun {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const environment = {
  PATH: process.env["PATH"],
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  TZ: "UTC",
};

/** What git prints in this repository; rejects with `GitFailure`. */
export async function runGit(
  folder: string,
  args: readonly string[],
  run: GitRun = {},
): Promise<string> {
  const child = spawn("git", args, { cwd: folder, env: { ...environment, ...run.environment } });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  child.stdin.on("error", () => {});
  child.stdin.end(run.input ?? "");
  const status = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? -1));
  });
  const text = Buffer.concat(output).toString("utf8");
  if (status === 0) return text;
  throw new GitFailure(args, status, text, Buffer.concat(errors).toString("utf8"));
}

export function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
