import { systemClock } from "../shared/clock.ts";
import type { Logger } from "../shared/log.ts";
import type { ServeRequest } from "../usecases/app-options.ts";
import { Controller, type ControllerView } from "./controller.ts";
import { createServeLog } from "./log.ts";
import { ConfigReloader } from "./reload.ts";
import type { OpenServeContext, ServeContext } from "./serve-context.ts";
import { systemTimer } from "./timer.ts";
import { watchFile } from "./watch-file.ts";

export interface RunningHttp {
  readonly url: string;
  close(): Promise<void>;
}

/** What the controller needs of the rest; given by `main.ts`. */
export interface ServeServices {
  readonly openServeContext: OpenServeContext;
  readonly startHttp: (
    view: ControllerView,
    listen: { readonly host: string; readonly port: number },
  ) => Promise<RunningHttp>;
  /** Calls `listener` whenever somebody asks for a reload; returns how to end that. */
  readonly onReloadSignal?: (listener: () => void) => () => void;
}

/** Runs a controller until the request's signal; `cairn serve` and `cairn sync --watch`. */
export async function serveRegistries(
  request: ServeRequest,
  services: ServeServices,
): Promise<void> {
  const { stderr: stream, color, verbose, options, signal } = request;
  const log = createServeLog({ stream, color, verbose });
  const context = await services.openServeContext({ ...options, log });
  const { registries, webhookSecrets } = context;
  const controller = new Controller({
    registries,
    webhookSecrets,
    work: request.work,
    clock: systemClock,
    timer: systemTimer,
    random: Math.random,
    log,
  });
  let http: RunningHttp | undefined;
  let endReloads: (() => Promise<void>) | undefined;
  try {
    http = await listen(request, context.http, async (at) =>
      services.startHttp(controller.view, at),
    );
    controller.start();
    endReloads = startReloads({ controller, context, services, log });
    log.info({ url: http?.url, registries: registries.map(({ name }) => name) }, "serving");
    request.onListening?.(http?.url);
    await untilAborted(signal);
    log.info({}, "stopping");
  } finally {
    await http?.close();
    await Promise.all([endReloads?.(), controller.stop()]);
  }
}

interface Reloads {
  readonly controller: Controller;
  readonly context: ServeContext;
  readonly services: ServeServices;
  readonly log: Logger;
}

/** Lets the operator change the configuration without a restart; returns how to end that. */
function startReloads({ controller, context, services, log }: Reloads): () => Promise<void> {
  const { source } = context;
  if (source === undefined) return async () => undefined;
  const reloader = new ConfigReloader({
    source,
    watchFile,
    timer: systemTimer,
    log,
    onContext: async (next) => {
      logFixed(context, next, log);
      const changes = await controller.apply(next);
      log.info({ ...changes }, "the configuration was read again");
      if (next.registries.length === 0) log.warn({}, "there is no registry to serve any more");
    },
    onProblem: (problem) => controller.reportConfig(problem?.message),
  });
  const endSignals = services.onReloadSignal?.(() => reloader.hint());
  reloader.start();
  return async () => {
    endSignals?.();
    await reloader.stop();
  };
}

/** What is decided when the process starts. */
function logFixed(started: ServeContext, next: ServeContext, log: Logger): void {
  const { http, dataFolder } = started;
  const fixed = [
    ...(next.http.host === http.host && next.http.port === http.port ? [] : ["http"]),
    ...(next.dataFolder === dataFolder ? [] : ["data"]),
  ];
  if (fixed.length > 0) log.warn({ keys: fixed }, "this part of the configuration needs a restart");
}

/** The port of the request wins over the configured one; an agent opens none. */
async function listen(
  { work }: ServeRequest,
  configured: ServeContext["http"],
  start: (at: ServeContext["http"]) => Promise<RunningHttp>,
): Promise<RunningHttp | undefined> {
  if (work.kind === "sync") return undefined;
  return start({ host: work.host ?? configured.host, port: work.port ?? configured.port });
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
