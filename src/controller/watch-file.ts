import { basename, dirname, resolve } from "node:path";

import { watch } from "chokidar";

/** Tells that something may have happened to a file; ends when called. A hint, and no more. */
export type WatchFile = (path: string, onHint: () => void) => () => Promise<void>;

/** Watches the folder: an editor puts another file in the place of the one that it changes. */
export const watchFile: WatchFile = (path, onHint) => {
  const folder = dirname(resolve(path));
  const name = basename(path);
  const watcher = watch(folder, {
    depth: 0,
    ignored: (candidate) => candidate !== folder && basename(candidate) !== name,
    ignoreInitial: true,
    ignorePermissionErrors: true,
  });
  watcher.on("all", () => onHint());
  // Looking from time to time goes on without it.
  watcher.on("error", () => undefined);
  return async () => watcher.close();
};
