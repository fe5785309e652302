import { defineProcessCommand } from "../command.ts";
import { clean } from "../ansi.ts";
import { usageError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";

export const serveCommand = defineProcessCommand({
  name: "serve",
  group: "operate",
  summary: "Keep the registries true until stopped, and answer on HTTP.",
  details:
    "Reconciles on every change, on a timer and after failures. Logs go to standard error: JSON lines, or short lines on a terminal. /healthz, /readyz, /metrics and /api/v1/status answer on the port, and /webhooks/github takes deliveries where cairn.yaml names a secret. A changed cairn.yaml counts without a restart.",
  arguments: [],
  options: {
    host: {
      type: "text",
      value: "HOST",
      summary: "The address to listen on; 127.0.0.1 unless told otherwise.",
    },
    port: {
      type: "text",
      value: "PORT",
      summary: "The port to listen on; 7420 unless told otherwise.",
    },
  },
  examples: [
    { line: "serve --registry https://git.example/ml.git", says: "Serve one registry:" },
    { line: "serve --config cairn.yaml", says: "Serve those of a configuration:" },
  ],

  async run({ values, options, terminal, signal, verbose, serve }) {
    const port = values.port === undefined ? undefined : parsePort(values.port);
    await serve({
      options,
      work: {
        kind: "reconcile",
        ...(values.host === undefined ? {} : { host: values.host }),
        ...(port === undefined ? {} : { port }),
      },
      verbose,
      color: terminal.errColor,
      stderr: terminal.stderr,
      signal,
      onListening: (url) => terminal.out(`Serving on ${clean(url ?? "no port")}`),
    });
    return ExitCode.ok;
  },
});

/** Port 0 lets the system choose one. */
function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw usageError(
    `"${text}" is not a port.`,
    "Write a number from 0 to 65535; 0 lets the system choose.",
  );
}
