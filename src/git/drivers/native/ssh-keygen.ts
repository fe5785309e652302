import { spawn } from "node:child_process";
import { kill } from "node:process";
import { redact } from "../../../shared/redact.ts";
import { signingFailed } from "../../errors.ts";
import type { Environment } from "./program.ts";

export interface KeygenOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const timeoutMs = 30_000;
const maxPrintedBytes = 2 ** 20;
const inheritedVariables = ["PATH", "HOME", "SSH_AUTH_SOCK", "SYSTEMROOT"] as const;

/** The ssh-keygen program, without anybody to ask for a passphrase. */
export async function runKeygen(
  args: readonly string[],
  input: Uint8Array,
  environment: Environment,
): Promise<KeygenOutput> {
  const env: NodeJS.ProcessEnv = { LC_ALL: "C", SSH_ASKPASS_REQUIRE: "never" };
  for (const name of inheritedVariables) {
    if (environment[name] !== undefined) env[name] = environment[name];
  }
  // A session of its own has no terminal at which it could wait for an answer.
  const child = spawn("ssh-keygen", args, { detached: true, stdio: "pipe", env });
  const stop = () => {
    if (child.pid === undefined) return;
    try {
      kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  const timer = setTimeout(stop, timeoutMs);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    if (stdout.length < maxPrintedBytes) stdout += chunk.toString("latin1");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    if (stderr.length < maxPrintedBytes) stderr += chunk.toString("utf8");
  });
  // One that ends early must not bring the process down with EPIPE.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once("error", (error) =>
        reject(signingFailed("ssh-keygen could not be started.", error)),
      );
      child.once("close", (code) => resolve(code ?? -1));
    });
    return { exitCode, stdout, stderr: redact(stderr).trim().slice(0, 1000) };
  } finally {
    clearTimeout(timer);
  }
}
