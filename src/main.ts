#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";

import { run, type CliServices } from "./cli/run.ts";

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

/** Loaded when it is wanted: help and usage errors answer at once. */
const createApp: CliServices["createApp"] = async (options) =>
  (await import("./compose.ts")).createApp(options);

/**
 * V8 lets a heap grow to four times what is in use before it collects. For a daemon beside others
 * that is much to hold for nothing, and two fifths are enough (ADR 17). This is no limit: what is
 * in use may be as much as it needs to be.
 */
const heapGrowingPercent = 40;

/** Most commands need neither a server nor a watcher. */
const serve: CliServices["serve"] = async (request) => {
  setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent}`);
  const { openServeContext } = await import("./compose.ts");
  const { serveRegistries } = await import("./controller/serve.ts");
  const { startHttpServer } = await import("./http/node.ts");
  await serveRegistries(request, { openServeContext, startHttp: startHttpServer, onReloadSignal });
};

/** A daemon reads its configuration again on SIGHUP; on a terminal it means that the terminal is gone. */
function onReloadSignal(listener: () => void): () => void {
  if (process.stderr.isTTY) return () => undefined;
  process.on("SIGHUP", listener);
  return () => process.off("SIGHUP", listener);
}

const watch: CliServices["watch"] = async (request) => {
  const { openLook } = await import("./compose/watch.ts");
  const { watchRegistry } = await import("./controller/watch.ts");
  await watchRegistry(request, { openLook });
};

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
    serve,
    watch,
    seedSample: async ({ target }) => {
      const { seedSample } = await import("./compose/seed-sample.ts");
      return seedSample(target, process.env);
    },
    version,
  },
);
