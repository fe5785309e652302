import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";

import { expect, it, onTestFinished } from "vitest";

import { NativeGitReader } from "../../../src/git/drivers/native/reader.ts";
import { CommitSourceTree } from "../../../src/source/drivers/commit.ts";
import { FolderSourceTree } from "../../../src/source/drivers/folder.ts";
import { GitRepository, makeTemporaryFolder } from "../../support/git-repository.ts";
import { describeSourceTree, type TreeDraft } from "../source-tree.contract.ts";

describeSourceTree("folder", async (draft) => {
  const folder = await makeTemporaryFolder();
  await write(folder, draft);
  return new FolderSourceTree({ folder });
});

describeSourceTree("commit", async (draft) => {
  const repository = await GitRepository.create();
  await write(repository.path, draft);
  repository.git("config", "core.protectNTFS", "false");
  repository.git("config", "core.protectHFS", "false");
  const commit = await repository.commit("files", {});
  return openCommit(repository, commit);
});

it("names a FIFO and does not wait for it", async () => {
  const folder = await makeTemporaryFolder();
  execFileSync("mkfifo", [join(folder, "pipe")]);
  const tree = new FolderSourceTree({ folder });

  expect(await tree.list()).toMatchObject([{ path: "pipe", type: "unreadable" }]);
  await expect(tree.read("pipe", { maxBytes: 10 })).rejects.toMatchObject({
    code: "SOURCE_FILE_MISSING",
  });
});

it("names a path that is not UTF-8 in a commit", async () => {
  const repository = await GitRepository.create();
  const id = repository.blob("x");
  const tree = repository.tree([
    { mode: "100644", name: "a.txt", id },
    { mode: "100644", name: Buffer.from([0x62, 0xff]), id },
  ]);
  const source = await openCommit(repository, repository.commitTree(tree));

  expect(await source.list()).toMatchObject([
    { path: "a.txt", type: "file" },
    { type: "unreadable", problem: "is not valid UTF-8" },
  ]);
});

it("takes the modes of old tools for plain files", async () => {
  const repository = await GitRepository.create();
  const id = repository.blob("x");
  const tree = repository.tree([{ mode: "100664", name: "a.txt", id }]);
  const source = await openCommit(repository, repository.commitTree(tree));

  expect(await source.list()).toMatchObject([{ path: "a.txt", type: "file", objectId: id }]);
});

it("rejects a folder that is not there", async () => {
  const tree = new FolderSourceTree({ folder: join(await makeTemporaryFolder(), "none") });

  await expect(tree.list()).rejects.toMatchObject({ code: "SOURCE_FOLDER_MISSING" });
});

async function openCommit(repository: GitRepository, commit: string): Promise<CommitSourceTree> {
  const git = await NativeGitReader.open({
    directory: join(repository.path, ".git"),
    environment: process.env,
  });
  onTestFinished(() => git.close());
  return new CommitSourceTree({ git, commit });
}

async function write(folder: string, draft: TreeDraft): Promise<void> {
  for (const [path, content] of Object.entries(draft.files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  for (const path of draft.executables ?? []) await chmod(join(folder, path), 0o755);
  for (const [path, target] of Object.entries(draft.links ?? {})) {
    await symlink(target, join(folder, path));
  }
  if (draft.nestedRepository !== undefined) {
    const nested = await GitRepository.create({ path: join(folder, draft.nestedRepository) });
    await nested.commit("inner", { "inner.txt": "inner" });
  }
}
