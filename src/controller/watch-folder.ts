import { basename, join, relative, sep } from "node:path";

import { watch, type FSWatcher } from "chokidar";

/** Who is told of what happens in a folder. */
export interface FolderListener {
  /** Something may have changed. What it was is not said: events are lost and folded together. */
  readonly onHint: () => void;
  /** Not everything is watched: too many folders, or the system says no. */
  readonly onPartial: (reason: string) => void;
}

/** Watches one folder until it is ended. */
export type WatchFolder = (folder: string, listener: FolderListener) => () => Promise<void>;

/** A watch each: a system gives all programs of a user some hundred thousand, older ones 8192. */
const maxFolders = 50_000;
const unwatched = /^(?:\.git|node_modules|\.cairn|cairn-stores)$/;

/**
 * The watches are on folders alone, which hear of the files in them as well; a watch on each file
 * would only double their number.
 */
export const watchFolder: WatchFolder = (folder, { onHint, onPartial }) => {
  const folders = new Set<string>();
  const isUnwatched = (path: string): boolean =>
    relative(folder, path)
      .split(sep)
      .some((name) => unwatched.test(name));
  const watcher: FSWatcher = watch(folder, {
    ignored: (path, stats) => {
      if (isUnwatched(path)) return true;
      if (stats === undefined) return false;
      if (!stats.isDirectory()) return true;
      if (folders.size >= maxFolders && !folders.has(path)) {
        onPartial(`there are more than ${maxFolders} folders`);
        return true;
      }
      folders.add(path);
      return false;
    },
    ignoreInitial: true,
    followSymlinks: false,
    ignorePermissionErrors: true,
  });
  watcher.on("raw", (_event, name, details: unknown) => {
    if (!isUnwatched(join(watchedPath(details) ?? folder, basename(name ?? "")))) onHint();
  });
  watcher.on("all", () => onHint());
  watcher.on("error", (error) => {
    onPartial(error instanceof Error ? error.message : String(error));
  });
  // What happened before all watches were there is not known.
  watcher.on("ready", () => onHint());
  return async () => watcher.close();
};

function watchedPath(details: unknown): string | undefined {
  if (typeof details !== "object" || details === null || !("watchedPath" in details)) {
    return undefined;
  }
  return typeof details.watchedPath === "string" ? details.watchedPath : undefined;
}
