import { describe, expect, it } from "vitest";

import type { SourceEntry, SourceTree } from "../../src/source/source-tree.ts";

/** What a tree is made of: files by name, and links by name and target. */
export interface TreeDraft {
  readonly files: Readonly<Record<string, string>>;
  readonly executables?: readonly string[];
  readonly links?: Readonly<Record<string, string>>;
  /** A folder that is a repository of its own. */
  readonly nestedRepository?: string;
}

const limits = { maxBytes: 1000 };

/** The promises every source of a registry's files keeps. */
export function describeSourceTree(
  driver: string,
  open: (draft: TreeDraft) => Promise<SourceTree>,
): void {
  describe(`the ${driver} driver`, () => {
    it("lists files by code units, whatever they are called", async () => {
      const files = {
        "b.txt": "1",
        "a/z": "2",
        "a.txt": "3",
        "a/B": "4",
        é: "5",
        ".hidden/x": "6",
      };
      const tree = await open({ files });

      const entries = await tree.list();

      expect(paths(entries)).toEqual([".hidden/x", "a.txt", "a/B", "a/z", "b.txt", "é"]);
      expect(entries.every(({ type, sizeBytes }) => type === "file" && sizeBytes === 1)).toBe(true);
    });

    it("takes an executable for a plain file", async () => {
      const tree = await open({ files: { "run.sh": "echo" }, executables: ["run.sh"] });

      expect(await kinds(tree)).toEqual({ "run.sh": "file" });
    });

    it("names links and nested repositories, and does not follow them", async () => {
      const tree = await open({
        files: { "a.txt": "1", "folder/b.txt": "2" },
        links: { link: "a.txt", "into-folder": "folder", out: "/etc/passwd", up: "../.." },
        nestedRepository: "nested",
      });

      expect(await kinds(tree)).toEqual({
        "a.txt": "file",
        "folder/b.txt": "file",
        "into-folder": "symlink",
        link: "symlink",
        nested: "submodule",
        out: "symlink",
        up: "symlink",
      });
      for (const path of [
        "link",
        "out",
        "into-folder/b.txt",
        "up/etc/passwd",
        "nested/inner.txt",
      ]) {
        await expect(tree.read(path, limits)).rejects.toMatchObject({
          code: "SOURCE_FILE_MISSING",
        });
      }
    });

    it.each([
      ["a\\b", "backslash"],
      ["a\u0001b", "control"],
      ["a\u202eb", "text-direction"],
      ["e\u0301", "NFC"],
      ["con", "device"],
      ["LPT1.txt", "device"],
      ["trailing.", "dot or a space"],
      ["trailing ", "dot or a space"],
      ["git~1", "Git keeps"],
    ])("names %j as unreadable and reads the rest", async (path, problem) => {
      const tree = await open({ files: { [path]: "bad", "good.txt": "good" } });

      const entries = await tree.list();
      const bad = entries.find((entry) => entry.path !== "good.txt");

      expect(bad).toMatchObject({ type: "unreadable", problem: expect.stringContaining(problem) });
      expect(await text(tree, "good.txt")).toBe("good");
      await expect(tree.read(path, limits)).rejects.toMatchObject({ code: "SOURCE_FILE_MISSING" });
    });

    it("reads, and refuses what is too large", async () => {
      const tree = await open({ files: { "small.txt": "small", "large.txt": "x".repeat(1001) } });

      expect(await text(tree, "small.txt")).toBe("small");
      await expect(tree.read("large.txt", limits)).rejects.toMatchObject({
        code: "SOURCE_FILE_TOO_LARGE",
      });
    });

    it.each(["missing", "folder", "../outside", "/etc/passwd", "folder/../folder/a", ""])(
      "has no file %j",
      async (path) => {
        const tree = await open({ files: { "folder/a": "1" } });

        await expect(tree.read(path, limits)).rejects.toMatchObject({
          code: "SOURCE_FILE_MISSING",
        });
        await expect(collect(tree.open(path))).rejects.toMatchObject({
          code: "SOURCE_FILE_MISSING",
        });
      },
    );

    it("reads many, also files that are alike, and leaves the others out", async () => {
      const tree = await open({
        files: { a: "same", b: "same", c: "other", big: "x".repeat(2000) },
      });

      const read: Record<string, string> = {};
      for await (const { path, bytes } of tree.readMany(["b", "a", "c", "big", "none"], limits)) {
        read[path] = Buffer.from(bytes).toString();
      }

      expect(read).toEqual({ a: "same", b: "same", c: "other" });
    });

    it("streams a file of any size", async () => {
      const content = "0123456789".repeat(100_000);
      const tree = await open({ files: { large: content } });

      expect((await collect(tree.open("large"))).toString()).toBe(content);
    });

    it("has an empty file", async () => {
      const tree = await open({ files: { empty: "" } });

      expect(await text(tree, "empty")).toBe("");
      expect(await collect(tree.open("empty"))).toHaveLength(0);
    });
  });
}

function paths(entries: readonly SourceEntry[]): readonly string[] {
  return entries.map(({ path }) => path);
}

async function kinds(tree: SourceTree): Promise<Record<string, string>> {
  return Object.fromEntries((await tree.list()).map(({ path, type }) => [path, type]));
}

async function text(tree: SourceTree, path: string): Promise<string> {
  return Buffer.from(await tree.read(path, limits)).toString();
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
