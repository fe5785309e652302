import { run, type CliServices } from "../../src/cli/run.ts";
import type { ExitCode } from "../../src/cli/exit-codes.ts";
import type { App } from "../../src/usecases/app.ts";
import type { AppOptions, ServeRequest } from "../../src/usecases/app-options.ts";
import { appWith } from "./fake-app.ts";

export interface RunOptions {
  readonly app?: Partial<App>;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly services?: Partial<CliServices>;
  readonly onSignal?: (listener: () => void) => void;
}

export interface RunOutcome {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
  /** What `createApp` was asked for. */
  readonly opened: readonly AppOptions[];
  readonly served: readonly ServeRequest[];
}

/** Runs `cairn` with these words over an app of literals. */
export async function cairn(
  argv: readonly string[],
  { app = {}, env = {}, isTTY = false, columns = 100, services, onSignal }: RunOptions = {},
): Promise<RunOutcome> {
  const texts = { out: "", err: "" };
  const opened: AppOptions[] = [];
  const served: ServeRequest[] = [];
  const stream = (name: "out" | "err") => ({
    write: (text: string) => (texts[name] += text),
    isTTY,
    columns,
  });
  const code = await run(
    {
      argv,
      env,
      cwd: "/home/ann",
      stdout: stream("out"),
      stderr: stream("err"),
      onSignal: onSignal ?? (() => undefined),
    },
    {
      createApp: async (options) => {
        opened.push(options);
        return appWith(app);
      },
      serve: async (request) => {
        served.push(request);
      },
      watch: async () => undefined,
      seedSample: async ({ target }) => ({ repository: target, created: true }),
      version: "0.1.0",
      clock: { now: () => new Date("2025-01-02T00:00:00Z"), monotonicMs: () => 0 },
      ...services,
    },
  );
  return { code, ...texts, opened, served };
}
