import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The program that runs Python 3 here, or `undefined` if there is none. */
export function findPython3(): string | undefined {
  return ["python3", "python"].find((program) => {
    const { status, stdout } = spawnSync(program, ["--version"], { encoding: "utf8" });
    return status === 0 && stdout.startsWith("Python 3.");
  });
}

/** Runs a Python script and resolves to what it prints; rejects if it fails. */
export async function runPython(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(program, ["-B", ...args], { encoding: "utf8" });
  return stdout;
}
