import type { Rule } from "./rule.ts";

export const fileTooLarge: Rule = {
  id: "file-too-large",
  severity: "error",
  states: "The files of one version are together no larger than size_limit in registry.yaml.",

  *check({ registry }) {
    const limit = registry.settings?.sizeLimitBytes;
    if (limit === undefined) return;
    for (const { key, localPaths, document } of registry.assets) {
      const files = new Map(
        localPaths.flatMap((path) => path.files.map((file) => [file.path, file])),
      );
      let total = 0;
      for (const { sizeBytes } of files.values()) total += sizeBytes;
      if (total <= limit) continue;
      const largest = localPaths.find((path) => path.files.length > 0);
      yield {
        message: `The files of ${key} have ${total} bytes together, more than the ${limit} that this registry allows.`,
        at: largest?.place ?? document.placeOf([]),
      };
    }
  },
};
