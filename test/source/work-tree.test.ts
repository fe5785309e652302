import { mkdir, mkdtemp, realpath, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it, onTestFinished } from "vitest";

import { FolderSourceTree } from "../../src/source/drivers/folder.ts";
import { listFolder } from "../../src/source/drivers/folder/entries.ts";
import type { SourceTree } from "../../src/source/source-tree.ts";
import { WorkTreeSourceTree } from "../../src/source/work-tree.ts";
import { MemorySourceTree } from "../support/memory-source-tree.ts";

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "cairn-work-tree-")));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

async function contentOf(tree: SourceTree): Promise<Record<string, string>> {
  const paths = (await tree.list()).filter(({ type }) => type === "file").map(({ path }) => path);
  const read: Record<string, string> = {};
  for await (const { path, bytes } of tree.readMany(paths, { maxBytes: 100 })) {
    read[path] = Buffer.from(bytes).toString();
  }
  return read;
}

describe("a work tree", () => {
  it("is its commit where nothing changed, and the folder elsewhere", async () => {
    const folder = await folderWith({ kept: "smudged", "a/changed": "new", added: "new", x: "x" });
    const tree = new WorkTreeSourceTree({
      committed: new MemorySourceTree({ kept: "old", "a/changed": "old", deleted: "old" }),
      folder: new FolderSourceTree({ folder }),
      changed: new Set(["a/changed", "added", "deleted"]),
    });
    expect((await tree.list()).map(({ path }) => path)).toEqual(["a/changed", "added", "kept"]);
    expect(await contentOf(tree)).toEqual({ kept: "old", "a/changed": "new", added: "new" });
    const limits = { maxBytes: 100 };
    expect(Buffer.from(await tree.read("kept", limits)).toString()).toBe("old");
    expect(Buffer.from(await tree.read("added", limits)).toString()).toBe("new");
    const parts: string[] = [];
    for await (const bytes of tree.open("a/changed")) parts.push(Buffer.from(bytes).toString());
    expect(parts).toEqual(["new"]);
    await expect(tree.read("deleted", limits)).rejects.toMatchObject({
      code: "SOURCE_FILE_MISSING",
    });
  });

  it("is all of the folder before the first commit", async () => {
    const folder = await folderWith({ a: "1", b: "2" });
    const tree = new WorkTreeSourceTree({
      committed: undefined,
      folder: new FolderSourceTree({ folder }),
      changed: new Set(["a", "b"]),
    });
    expect(await contentOf(tree)).toEqual({ a: "1", b: "2" });
  });
});

describe("a folder", () => {
  it("is asked for single paths, and no link leads out of it", async () => {
    const folder = await folderWith({ "a/file": "1", "nested/.git/HEAD": "ref", "nested/x": "1" });
    await symlink("a", join(folder, "link"));
    const tree = new FolderSourceTree({ folder });
    const wanted = ["a", "a/file", "link", "link/file", "nested", "gone", ".git/config", ".."];
    const entries = await tree.entriesAt(wanted);
    expect(entries.map(({ path, type }) => `${type} ${path}`)).toEqual([
      "file a/file",
      "symlink link",
      "submodule nested",
    ]);
    const listed = await tree.list();
    expect(listed.filter(({ path }) => path !== "link")).toEqual(
      entries.filter(({ path }) => path !== "link"),
    );
  });

  it("lists the same from a disk that is far away", async () => {
    const folder = await folderWith({ a: "1", "b/c": "2", "con.txt": "3", "nested/.git": "x" });
    await symlink("a", join(folder, "link"));
    const listed = async (isFast: boolean) => {
      const pace = { isFast: () => isFast, measure: <Value>(_: number, run: () => Value) => run() };
      const found = [await listFolder(folder, "", pace), await listFolder(folder, "nested", pace)];
      const gone = await listFolder(folder, "gone", pace);
      await expect(listFolder(folder, "a", pace)).rejects.toMatchObject({
        code: "SOURCE_FOLDER_MISSING",
      });
      return [...found, gone];
    };
    const slow = await listed(false);
    expect(slow.flatMap(({ entries }) => entries.map(({ path }) => path)).sort()).toEqual(
      ["a", "con.txt", "link", "nested"].sort(),
    );
    expect(slow).toEqual(await listed(true));
  });

  it("shows from outside that a file was written, whatever its times are set to", async () => {
    const folder = await folderWith({ a: "1" });
    const look = async () => {
      const [entry] = await new FolderSourceTree({ folder }).list();
      return entry?.fingerprint;
    };
    const first = await look();
    // It could be written again in this very moment.
    expect(first?.isSettled).toBe(false);
    expect(await look()).toEqual(first);
    await writeFile(join(folder, "a"), "22");
    await utimes(join(folder, "a"), 1, 1);
    const second = await look();
    expect(second?.isSettled).toBe(false);
    expect(second?.text).not.toBe(first?.text);
  });
});
