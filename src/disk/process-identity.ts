import { readFile, readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { kill, pid } from "node:process";
import { hasCode } from "../shared/errors.ts";

/** Which process something belongs to, so that it can be told whether that one still runs. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Machine, boot and process namespace: only where all are equal do process ids mean the same. */
  readonly host: string;
  /** When the process started, in the kernel's words; empty where that cannot be known. */
  readonly started: string;
}

export async function readOwnIdentity(): Promise<ProcessIdentity> {
  return { pid, host: await readHost(), started: await readStart(pid) };
}

/** `unknown` for a process of another machine, boot or container. */
export async function readLiveness(
  other: ProcessIdentity,
): Promise<"alive" | "dead" | "perhaps" | "unknown"> {
  if (other.host !== (await readHost())) return "unknown";
  if (!isRunning(other.pid)) return "dead";
  const started = await readStart(other.pid);
  // Without start times the process id may have been given to somebody else.
  if (started === "" || other.started === "") return "perhaps";
  return started === other.started ? "alive" : "dead";
}

async function readHost(): Promise<string> {
  const boot = await readOr("", readFile("/proc/sys/kernel/random/boot_id", "utf8"));
  const namespace = await readOr("", readlink("/proc/self/ns/pid"));
  return [hostname(), boot.trim(), namespace].join(" ").trim();
}

/** Field 22 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, after the name in brackets. */
async function readStart(processId: number): Promise<string> {
  const line = await readOr("", readFile(`/proc/${processId}/stat`, "utf8"));
  return line.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

async function readOr(fallback: string, reading: Promise<string>): Promise<string> {
  try {
    return await reading;
  } catch {
    return fallback;
  }
}

function isRunning(processId: number): boolean {
  try {
    kill(processId, 0);
    return true;
  } catch (error) {
    return !hasCode(error, "ESRCH");
  }
}
