import { systemClock } from "../shared/clock.ts";
import type { ServeRequest } from "../usecases/app-options.ts";
import { Controller, type ControllerView } from "./controller.ts";
import { createServeLog } from "./log.ts";
import type { OpenServeContext, ServeContext } from "./serve-context.ts";
import { systemTimer } from "./timer.ts";

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
}

/** Runs a controller until the request's signal; `cairn serve` and `cairn sync --watch`. */
export async function serveRegistries(
  request: ServeRequest,
  services: ServeServices,
): Promise<void> {
  const { stderr: stream, color, verbose, options, signal } = request;
  const log = createServeLog({ stream, color, verbose });
  const context = await services.openServeContext({ ...options, log });
  try {
    const { registries } = context;
    const controller = new Controller({
      registries,
      work: request.work,
      clock: systemClock,
      timer: systemTimer,
      random: Math.random,
      log,
    });
    const http = await listen(request, context.http, async (at) =>
      services.startHttp(controller.view, at),
    );
    try {
      controller.start();
      log.info({ url: http?.url, registries: registries.map(({ name }) => name) }, "serving");
      request.onListening?.(http?.url);
      await untilAborted(signal);
      log.info({}, "stopping");
    } finally {
      await http?.close();
      await controller.stop();
    }
  } finally {
    await Promise.allSettled(context.registries.map(async ({ app }) => app.close()));
  }
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
