import { expect } from "vitest";

import type { NewFiles } from "../../../src/usecases/author/new-files.ts";

/** A folder to write into; making what is there, and replacing what is not, fails the test. */
export function folderOf(files: Record<string, string>): NewFiles {
  return {
    read: async (path) => files[path],
    create: async (path, text) => {
      expect(files).not.toHaveProperty([path]);
      files[path] = text;
    },
    replace: async (path, text) => {
      expect(files).toHaveProperty([path]);
      files[path] = text;
    },
  };
}
