import { spawn, type ChildProcessByStdio } from "node:child_process";
import { kill } from "node:process";
import type { Readable, Writable } from "node:stream";
import { redact } from "../../../shared/redact.ts";
import { aborted, commandFailed, programMissing } from "../../errors.ts";

/** Environment variables for child processes: what `process.env` is. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface GitProgramOptions {
  readonly environment: Environment;
  readonly gitDirectory?: string;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Configuration for this command alone, out of sight of other users of the machine. */
  readonly configuration?: Readonly<Record<string, string>>;
  /** Report the packets of the protocol on standard error. */
  readonly tracesPackets?: boolean;
  /** For standard input; nothing if absent. */
  readonly input?: string;
}

export interface Output {
  readonly exitCode: number;
  readonly stdout: Buffer;
  /** Redacted, at most 64 KiB. */
  readonly stderr: string;
}

export type GitChild = ChildProcessByStdio<Writable, Readable, Readable>;

const maxStdoutBytes = 256 * 2 ** 20;
const maxStderrBytes = 64 * 2 ** 10;
const graceMs = 5000;

/** Of Git's own variables only those that say how to reach a remote are handed on. */
const inheritedGitVariables =
  /^GIT_(?:SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|SSL_.*|PROXY_.*|HTTP_.*|CONFIG_GLOBAL|CONFIG_SYSTEM|CONFIG_NOSYSTEM)$/;

const hardening = Object.entries({
  "advice.detachedHead": "false",
  "advice.graftFileDeprecated": "false",
  "core.fsmonitor": "false",
  "core.hooksPath": "/dev/null",
  "core.quotePath": "true",
  "fetch.recurseSubmodules": "false",
  "fetch.writeCommitGraph": "false",
  "gc.auto": "0",
  "http.lowSpeedLimit": "1024",
  "http.lowSpeedTime": "30",
  "i18n.logOutputEncoding": "UTF-8",
  "log.showSignature": "false",
  "maintenance.auto": "false",
  "protocol.ext.allow": "never",
  "push.followTags": "false",
  "push.gpgSign": "false",
  "push.recurseSubmodules": "no",
  "submodule.recurse": "false",
  "transfer.fsckObjects": "true",
}).flatMap(([key, value]) => ["-c", `${key}=${value}`]);

/** The git program, hardened: it asks nobody, runs no hooks, and leaves no children behind. */
export class GitProgram {
  readonly #options: GitProgramOptions;

  constructor(options: GitProgramOptions) {
    this.#options = options;
  }

  /** Waits for the end; any exit code resolves. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<Output> {
    const child = this.spawn(args, options);
    child.stdin.end(options.input ?? "");
    const stdout: Buffer[] = [];
    let size = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxStdoutBytes) endGroup(child, "SIGKILL");
      else stdout.push(chunk);
    });
    const { exitCode, stderr } = await this.wait(child, args, options.signal);
    return { exitCode, stdout: Buffer.concat(stdout), stderr };
  }

  /** Like `run`, but an exit code other than 0 rejects with `GIT_COMMAND_FAILED`. */
  async runOrFail(args: readonly string[], options: RunOptions = {}): Promise<Buffer> {
    const { exitCode, stdout, stderr } = await this.run(args, options);
    if (exitCode !== 0) throw commandFailed(args[0] ?? "", stderr.trim());
    return stdout;
  }

  /** Yields what the command prints; stopping early ends it. Rejects when it fails. */
  async *stream(args: readonly string[]): AsyncGenerator<Buffer> {
    const child = this.spawn(args, {});
    child.stdin.end();
    const ended = this.wait(child, args, undefined);
    // It is awaited below, but not while somebody still reads.
    ended.catch(() => {});
    try {
      for await (const chunk of child.stdout) {
        if (Buffer.isBuffer(chunk)) yield chunk;
      }
      const { exitCode, stderr } = await ended;
      if (exitCode !== 0) throw commandFailed(args[0] ?? "", stderr.trim());
    } finally {
      endGroup(child, "SIGKILL");
    }
  }

  /** A child in a process group of its own. Whoever starts it ends it. */
  spawn(args: readonly string[], options: RunOptions): GitChild {
    const { gitDirectory } = this.#options;
    const place = gitDirectory === undefined ? [] : [`--git-dir=${gitDirectory}`];
    return spawn("git", [...hardening, "--literal-pathspecs", ...place, ...args], {
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      env: this.#environment(options),
    });
  }

  /** Resolves when the child and everything it started are gone. */
  async wait(
    child: GitChild,
    args: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<{ readonly exitCode: number; readonly stderr: string }> {
    const command = args[0] ?? "";
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      if (stderr.length < maxStderrBytes) stderr += chunk.toString("utf8");
    });
    const stop = stopOnAbort(child, signal);
    try {
      const exitCode = await waitForEnd(child);
      if (signal?.aborted === true) throw aborted(command, signal.reason);
      return { exitCode, stderr: redact(stderr) };
    } finally {
      stop();
    }
  }

  #environment({ configuration = {}, tracesPackets = false }: RunOptions): NodeJS.ProcessEnv {
    const environment: NodeJS.ProcessEnv = {
      GIT_ALLOW_PROTOCOL: "file:http:https:ssh",
      GIT_GRAFT_FILE: "/dev/null",
      GIT_NO_REPLACE_OBJECTS: "1",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_TERMINAL_PROMPT: "0",
      LC_ALL: "C",
      LANGUAGE: "C",
    };
    for (const [name, value] of Object.entries(this.#options.environment)) {
      if (name in environment || name === "SSH_ASKPASS") continue;
      if (!name.startsWith("GIT_") || inheritedGitVariables.test(name)) environment[name] = value;
    }
    if (tracesPackets) environment["GIT_TRACE_PACKET"] = "1";
    const entries = Object.entries(configuration);
    if (entries.length > 0) environment["GIT_CONFIG_COUNT"] = String(entries.length);
    for (const [index, [key, value]] of entries.entries()) {
      environment[`GIT_CONFIG_KEY_${index}`] = key;
      environment[`GIT_CONFIG_VALUE_${index}`] = value;
    }
    return environment;
  }
}

/** Ends a child and its own children. */
export function endGroup(child: GitChild, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    kill(-child.pid, signal);
  } catch {
    // Gone already, or a system without process groups.
    child.kill(signal);
  }
}

function stopOnAbort(child: GitChild, signal: AbortSignal | undefined): () => void {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    endGroup(child, "SIGTERM");
    timer ??= setTimeout(() => endGroup(child, "SIGKILL"), graceMs);
  };
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop, { once: true });
  return () => {
    signal?.removeEventListener("abort", stop);
    clearTimeout(timer);
  };
}

async function waitForEnd(child: GitChild): Promise<number> {
  // A child that ends early must not bring the process down with EPIPE.
  child.stdin.on("error", () => {});
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    child.once("error", (error) => reject(programMissing(error)));
    child.once("exit", () => {
      // Grandchildren may hold the pipes: they get a moment to end by themselves.
      timer = setTimeout(() => {
        killLeftovers(child);
        child.stdout.destroy();
        child.stderr.destroy();
      }, graceMs);
    });
    child.once("close", (exitCode) => {
      clearTimeout(timer);
      resolve(exitCode ?? -1);
    });
  });
}

/** The pipes are still open, so the group still has members and its id is nobody else's. */
function killLeftovers({ pid }: GitChild): void {
  if (pid === undefined) return;
  try {
    kill(-pid, "SIGKILL");
  } catch {
    // They ended in between.
  }
}
