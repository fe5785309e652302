import { execFile, spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built program: these tests run what a user runs. */
export const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs one command to its end; a failing command is an answer, not an exception. */
export function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { cwd: options.cwd, env: cliEnvironment(options), maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 99;
        resolve({ exitCode: code, stdout, stderr });
      },
    );
  });
}

/** Runs a command with `--json` that must succeed, and parses its answer. */
export async function runCliJson<Answer>(
  args: readonly string[],
  options: CliOptions,
): Promise<Answer> {
  const { exitCode, stdout, stderr } = await runCli([...args, "--json"], options);
  if (exitCode !== 0)
    throw new Error(`cairn ${args.join(" ")} ended with ${exitCode}: ${stderr || stdout}`);
  return JSON.parse(stdout) as Answer;
}

/** Starts a command and leaves it running. */
export function startCli(args: readonly string[], options: CliOptions): ChildProcess {
  return spawn(process.execPath, [program, ...args], {
    cwd: options.cwd,
    env: cliEnvironment(options),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function cliEnvironment({ env }: CliOptions): NodeJS.ProcessEnv {
  const inherited = { ...process.env };
  for (const name of Object.keys(inherited)) {
    if (name.startsWith("CAIRN_") || name === "VITEST") delete inherited[name];
  }
  return { ...inherited, NO_COLOR: "1", ...env };
}
