import type { LocalPath, RegistryFile } from "../registry.ts";
import type { Rule } from "./rule.ts";

/** Where GitHub starts to warn; it refuses twice as much. */
const defaultLimitBytes = 50 * 1024 * 1024;

export const fileTooLargeForGit: Rule = {
  id: "file-too-large-for-git",
  severity: "error",
  states: "A large file lies in Git LFS or in a lock file, not in Git itself.",

  *check({ registry }) {
    const { settings, assets, deployments, jobs } = registry;
    const own = settings?.gitFileLimitBytes;
    const limit = own ?? defaultLimitBytes;
    const reported = new Set<string>();
    for (const owners of [assets, deployments, jobs]) {
      for (const { files, place } of owners.flatMap(
        ({ localPaths }): readonly LocalPath[] => localPaths,
      )) {
        const large = files.filter((file) => isLarge(file, limit) && !reported.has(file.path));
        const [first] = large;
        if (first === undefined) continue;
        for (const { path } of large) reported.add(path);
        const others = large.length > 1 ? ` (and ${large.length - 1} more)` : "";
        const { path, sizeBytes } = first;
        const message = `${path}${others} has ${sizeBytes} bytes and lies in Git itself, where ${limit} are the limit: put it in Git LFS, or register it with a lock file.`;
        // Only a limit that the registry set itself is a promise.
        yield own === undefined
          ? { message, at: place, severity: "warning" }
          : { message, at: place };
      }
    }
  },
};

function isLarge({ sizeBytes, content, isOutsideGit }: RegistryFile, limit: number): boolean {
  return sizeBytes > limit && content.type === "tree" && isOutsideGit !== true;
}
