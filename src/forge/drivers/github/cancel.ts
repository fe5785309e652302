import { cancelled } from "./failures.ts";

/** Stops waiting when the caller does; what was begun ends by itself. */
export async function orCancelled<T>(
  running: Promise<T>,
  what: string,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return running;
  if (signal.aborted) {
    running.catch(() => {});
    throw cancelled(what);
  }
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(cancelled(what));
    signal.addEventListener("abort", stop, { once: true });
    running.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
