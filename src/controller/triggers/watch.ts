import { join, relative, sep } from "node:path";
import { watch, type FSWatcher } from "chokidar";
import type { Logger } from "../../shared/log.ts";
import type { Timer } from "../timer.ts";
import type { Enqueue, StopTrigger } from "./trigger.ts";

export interface WatchOptions {
  /** A `.git` folder or a bare repository. */
  readonly gitFolder: string;
  readonly timer: Timer;
  readonly log: Logger;
  /** For tests: the first scan is over. */
  readonly onReady?: () => void;
}

/** How long a folder that went away is given before it is looked for again. */
const rearmMs = 1000;
/** A watch can die without a word (folder replaced, system limits): none lives longer than this. */
const renewMs = 60_000;

/**
 * Watches where Git writes when a branch moves. A hint only: events may be lost or folded
 * together, so nothing is read from them, and the poll finds what they missed.
 */
export function startWatch(enqueue: Enqueue, options: WatchOptions): StopTrigger {
  const { gitFolder, timer, log } = options;
  let stopped = false;
  let isUrgent = false;
  let watcher = arm(() => undefined);
  let cancelRearm = timer.after(renewMs, rearm);

  function arm(onFound: () => void): FSWatcher {
    const armed = watch(gitFolder, {
      ignored: (path) => !isWatched(gitFolder, path),
      ignoreInitial: true,
      followSymlinks: false,
      ignorePermissionErrors: true,
    });
    armed.on("all", (event) => {
      enqueue();
      // The watch on a removed folder is dead, even when the folder comes back.
      if (event === "unlinkDir") rearmSoon();
    });
    armed.on("error", (error) => {
      log.warn({ error, gitFolder }, "watching the repository failed; polling goes on");
      rearmSoon();
    });
    armed.on("ready", () => {
      options.onReady?.();
      if (hasFound(armed, gitFolder)) onFound();
      else rearmSoon();
    });
    return armed;
  }

  function rearmSoon(): void {
    if (stopped || isUrgent) return;
    isUrgent = true;
    cancelRearm();
    cancelRearm = timer.after(rearmMs, rearm);
  }

  function rearm(): void {
    isUrgent = false;
    cancelRearm = timer.after(renewMs, rearm);
    const old = watcher;
    // What happened while nobody watched is unknown.
    watcher = arm(enqueue);
    void old.close();
  }

  return async () => {
    stopped = true;
    cancelRearm();
    await watcher.close();
  };
}

/** HEAD, packed-refs and the branches; not the objects, not the locks that Git makes and removes. */
function isWatched(gitFolder: string, path: string): boolean {
  if (path.endsWith(".lock")) return false;
  const [first = "", second] = relative(gitFolder, path).split(sep);
  if (first === "" || first === "HEAD" || first === "packed-refs") return true;
  return first === "refs" && (second === undefined || second === "heads");
}

/** False when the folder was not there: then there is nothing that could tell of its return. */
function hasFound(watcher: FSWatcher, gitFolder: string): boolean {
  const watched = watcher.getWatched();
  const inside = watched[gitFolder] ?? [];
  return inside.length > 0 || (watched[join(gitFolder, "refs")] ?? []).includes("heads");
}
