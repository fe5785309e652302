import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** The first of these programs that is there; tests that need it are skipped by name without it. */
export async function firstThatRuns(
  programs: readonly (string | undefined)[],
): Promise<string | undefined> {
  for (const program of programs) {
    if (program === undefined) continue;
    const ran = await execute(program, ["--version"]).catch(() => undefined);
    if (ran !== undefined) return program;
  }
  return undefined;
}

/** What a Python script prints as JSON for what it gets as JSON: one process for all questions. */
export async function askPython(
  program: string,
  script: string,
  questions: unknown,
): Promise<unknown> {
  const run = execute(program, ["-B", script], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  run.child.stdin?.end(JSON.stringify(questions));
  return JSON.parse((await run).stdout) as unknown;
}
