import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { describe, expect, it, onTestFinished } from "vitest";

import { WorkTreeFiles } from "../../src/compose/work-tree-files.ts";

async function folderWith(contents: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-files-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(contents)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

const read = (folder: string, path: string): Promise<string> =>
  readFile(join(folder, path), "utf8");

describe("files are replaced", () => {
  const change = { before: Buffer.from("old"), after: Buffer.from("new") };

  it("as a whole, with the mode they have, and nothing is left beside them", async () => {
    const folder = await folderWith({ "a/b.yaml": "old" });
    await chmod(join(folder, "a/b.yaml"), 0o664);
    const inode = (await stat(join(folder, "a/b.yaml"))).ino;

    expect(await new WorkTreeFiles(folder).replace("a/b.yaml", change)).toBe("written");
    expect(await read(folder, "a/b.yaml")).toBe("new");
    const after = await stat(join(folder, "a/b.yaml"));
    expect(after.mode & 0o7777).toBe(0o664);
    expect(after.ino).not.toBe(inode);
    expect(await readdir(join(folder, "a"))).toEqual(["b.yaml"]);
  });

  it.each([
    { name: "changed", make: (at: string) => writeFile(at, "oLd") },
    { name: "grown", make: (at: string) => writeFile(at, "older") },
    { name: "gone", make: () => Promise.resolve() },
    { name: "a folder", make: (at: string) => mkdir(at) },
    { name: "a link", make: (at: string) => symlink("target", at) },
    { name: "a dangling link", make: (at: string) => symlink("nowhere", at) },
  ])("but not one that is $name", async ({ make }) => {
    const folder = await folderWith({ target: "old" });
    await make(join(folder, "a.yaml"));

    expect(await new WorkTreeFiles(folder).replace("a.yaml", change)).toBe("changed");
    expect(await read(folder, "target")).toBe("old");
  });

  it.each(["linked/b.yaml", "../outside", "/etc/hosts", "a\0b", ".git/config"])(
    "but never at %j",
    async (path) => {
      const folder = await folderWith({ "real/b.yaml": "old" });
      await symlink("real", join(folder, "linked"));

      expect(await new WorkTreeFiles(folder).replace(path, change)).toBe("changed");
      expect(await read(folder, "real/b.yaml")).toBe("old");
    },
  );

  it("but not through another name of theirs", async () => {
    const folder = await folderWith({ "a.yaml": "old" });
    await link(join(folder, "a.yaml"), join(folder, "other"));

    expect(await new WorkTreeFiles(folder).replace("a.yaml", change)).toBe("written");
    expect(await read(folder, "other")).toBe("old");
  });
});
