import { systemClock } from "../shared/clock.ts";
import type { LookAtFolder, WatchRequest } from "../usecases/watch.ts";
import { systemTimer } from "./timer.ts";
import { watchFolder } from "./watch-folder.ts";
import { WatchLoop } from "./watch-loop.ts";

/** Given by `main.ts`. */
export interface WatchServices {
  readonly openLook: (
    request: WatchRequest,
  ) => Promise<{ readonly look: LookAtFolder; readonly close: () => Promise<void> }>;
}

/** Watches a folder until the request's signal. */
export async function watchRegistry(request: WatchRequest, services: WatchServices): Promise<void> {
  const { signal, onRun, onProblem, options } = request;
  const { look, close } = await services.openLook(request);
  const loop = new WatchLoop({
    look,
    watchFolder,
    clock: systemClock,
    timer: systemTimer,
    log: options.log,
    onRun,
    onProblem,
  });
  try {
    loop.start();
    await untilAborted(signal);
  } finally {
    await loop.stop();
    await close();
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
