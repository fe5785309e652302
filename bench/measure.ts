import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";

export interface Measurement {
  readonly seconds: number;
  /** Largest resident set of the program itself, its children left out; 0 where nobody asked. */
  readonly peakMiB: number;
}

/** Prints the process's own peak memory as its last words, so that no other tool is needed. */
const reportPeak =
  "data:text/javascript,process.on('exit',()=>process.stderr.write('\\npeak='+process.resourceUsage().maxRSS+'\\n'))";

/** Runs a whole process and waits for it. Its output is read and thrown away. */
export function measureProcess(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly input?: string; readonly endsWith?: number },
): Promise<Measurement> {
  const isNode = command === process.execPath;
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(command, isNode ? ["--import", reportPeak, ...args] : args, {
      cwd: options.cwd,
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    let stderr = "";
    child.stdout.resume();
    child.stderr.on("data", (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-4000)));
    child.stdin.end(options.input ?? "");
    child.on("error", reject);
    child.on("close", (code) => {
      if (code !== (options.endsWith ?? 0))
        reject(new Error(`${command} ${args.join(" ")} ended with ${code}: ${stderr}`));
      const peak = Number(/peak=(\d+)/.exec(stderr)?.[1] ?? 0) / 1024;
      resolve({ seconds: (performance.now() - started) / 1000, peakMiB: Math.round(peak) });
    });
  });
}

/** The run in the middle: machines are noisy, and one slow run says nothing. */
export async function median(runs: number, run: () => Promise<Measurement>): Promise<Measurement> {
  const measurements: Measurement[] = [];
  for (let index = 0; index < runs; index += 1) measurements.push(await run());
  measurements.sort((left, right) => left.seconds - right.seconds);
  const middle = measurements[Math.floor(runs / 2)];
  if (middle === undefined) throw new Error("A median needs a run.");
  return {
    seconds: middle.seconds,
    peakMiB: Math.max(...measurements.map(({ peakMiB }) => peakMiB)),
  };
}
