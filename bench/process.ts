import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { measureProcess, type Measurement } from "./measure.ts";

/** One line of the table: what Cairn took beside the floor of the same run. */
export interface Row {
  readonly name: string;
  readonly cairn: Measurement;
  readonly floorName: string;
  readonly floor: Measurement;
}

export const program = fileURLToPath(new URL("../dist/main.js", import.meta.url));
/** Everything a run writes lies below it and goes with it. */
export const scratch = mkdtempSync(join(tmpdir(), "cairn-bench-"));
export const runs = Number(process.env["BENCH_RUNS"] ?? 3);

export function cairn(args: readonly string[], endsWith = 0): Promise<Measurement> {
  return measureProcess(process.execPath, [program, ...args], { cwd: scratch, endsWith });
}

export function shell(line: string, cwd: string): Promise<Measurement> {
  return measureProcess("sh", ["-c", line], { cwd });
}
