#!/usr/bin/env node
import { readFileSync } from "node:fs";

import { run } from "./cli/run.ts";
import { createApp, openServeContext } from "./compose.ts";
import { seedSample } from "./compose/seed-sample.ts";
import { serveRegistries } from "./controller/serve.ts";
import { startHttpServer } from "./http/node.ts";

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
);

// A reader that went away (`cairn list | head`) is no reason for a stack trace.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

process.exitCode = await run(
  {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    stdout: process.stdout,
    stderr: process.stderr,
    onSignal(listener) {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, listener);
    },
  },
  {
    createApp,
    serve: (request) => serveRegistries(request, { openServeContext, startHttp: startHttpServer }),
    seedSample: ({ target }) => seedSample(target, process.env),
    version,
  },
);
