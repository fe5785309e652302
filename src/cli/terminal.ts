import type { Clock } from "../shared/clock.ts";
import type { Progress, ProgressListener } from "../usecases/app.ts";
import type { TextStream } from "../usecases/app-options.ts";
import { clean, paintAnsi, paintPlain, type Paint } from "./ansi.ts";
import { renderProgress } from "./render/progress.ts";

/** What a command may do with the screen. */
export interface Terminal {
  /** The answer: one or more lines on standard output. */
  out(text: string): void;
  /** What is said about the work: on standard error, so that it never mixes with the answer. */
  err(text: string): void;
  readonly isTty: boolean;
  /** Whether standard error shows colours too. */
  readonly errColor: boolean;
  readonly paint: Paint;
  readonly paintErr: Paint;
  /** Columns to fill; without bound when nobody looks. */
  readonly width: number;
  readonly clock: Clock;
  readonly stderr: TextStream;
  /** Shows progress of anything that takes longer than a second. `end` wipes it. */
  startProgress(): { readonly onProgress: ProgressListener; readonly end: () => void };
}

export interface TerminalOptions {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly noColor: boolean;
  readonly clock: Clock;
}

export function createTerminal(options: TerminalOptions): Terminal {
  const { stdout, stderr, clock } = options;
  const paintErr = paintFor(stderr, options);
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    isTty: stdout.isTTY === true,
    errColor: paintErr === paintAnsi,
    paint: paintFor(stdout, options),
    paintErr,
    width: stdout.isTTY === true ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY,
    clock,
    stderr,
    startProgress: () => startProgress(stderr, clock, paintErr),
  };
}

/** `NO_COLOR` (no-color.org) and `--no-color` win over `FORCE_COLOR`, and that over the terminal. */
function paintFor(stream: TextStream, { env, noColor }: TerminalOptions): Paint {
  if (noColor || (env["NO_COLOR"] ?? "") !== "") return paintPlain;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced === "0" || forced === "false" ? paintPlain : paintAnsi;
  return stream.isTTY === true && env["TERM"] !== "dumb" ? paintAnsi : paintPlain;
}

const silentMs = 1000;
const redrawMs = 100;
const lineMs = 5000;

/** A bar that redraws itself on a terminal; elsewhere a line when the step changes or time passes. */
function startProgress(
  stream: TextStream,
  clock: Clock,
  paint: Paint,
): ReturnType<Terminal["startProgress"]> {
  const startedMs = clock.monotonicMs();
  const onTerminal = stream.isTTY === true;
  let shownMs: number | undefined;
  let shownStep: string | undefined;

  function isDue(progress: Progress, nowMs: number): boolean {
    if (nowMs - startedMs < silentMs) return false;
    if (shownMs === undefined || progress.step !== shownStep) return true;
    return nowMs - shownMs >= (onTerminal ? redrawMs : lineMs);
  }

  return {
    onProgress(progress) {
      const nowMs = clock.monotonicMs();
      if (!isDue(progress, nowMs)) return;
      shownMs = nowMs;
      shownStep = progress.step;
      const columns = stream.columns ?? 80;
      if (onTerminal) stream.write(`\r\u001B[2K${renderProgress(progress, columns - 1, paint)}`);
      else stream.write(`${clean(renderProgress(progress, 0, paint))}\n`);
    },
    end() {
      if (onTerminal && shownMs !== undefined) stream.write("\r\u001B[2K");
    },
  };
}
