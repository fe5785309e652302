import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { systemTimer } from "../../../src/controller/timer.ts";
import { startWatch } from "../../../src/controller/triggers/watch.ts";
import { silentLog } from "../../../src/shared/log.ts";

const patience = { timeout: 20_000, interval: 20 };

function git(folder: string, ...words: readonly string[]): void {
  const person = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"];
  execFileSync("git", ["-C", folder, ...person, ...words], { stdio: "pipe" });
}

/** A bare repository with a commit, and a clone that can push to it. */
async function repositoryAndClone() {
  const folder = await mkdtemp(join(tmpdir(), "cairn-watch-"));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  const bare = join(folder, "registry.git");
  const clone = join(folder, "clone");
  git(folder, "init", "--quiet", "--bare", "--initial-branch=main", bare);
  git(folder, "clone", "--quiet", bare, clone);
  const push = (message: string): void => {
    git(clone, "commit", "--quiet", "--allow-empty", "-m", message);
    git(clone, "push", "--quiet", "origin", "HEAD:main");
  };
  push("Start");
  return { folder, bare, clone, push };
}

async function watched(gitFolder: string) {
  const enqueue = vi.fn<() => void>();
  const onReady = vi.fn<() => void>();
  const timer = {
    after: (delayMs: number, run: () => void) => systemTimer.after(delayMs / 50, run),
  };
  const stop = startWatch(enqueue, { gitFolder, timer, log: silentLog, onReady });
  onTestFinished(stop);
  await vi.waitFor(() => expect(onReady).toHaveBeenCalled(), patience);
  return { enqueue, stop };
}

it("sees pushes to a bare repository, loose and packed", async () => {
  const { bare, push } = await repositoryAndClone();
  const { enqueue } = await watched(bare);
  expect(enqueue).not.toHaveBeenCalled();

  push("Change");
  await vi.waitFor(() => expect(enqueue).toHaveBeenCalled(), patience);
  enqueue.mockClear();
  git(bare, "pack-refs", "--all");
  await vi.waitFor(() => expect(enqueue).toHaveBeenCalled(), patience);
});

it("sees commits in a work tree", async () => {
  const { clone } = await repositoryAndClone();
  const { enqueue } = await watched(join(clone, ".git"));

  git(clone, "commit", "--quiet", "--allow-empty", "-m", "Change");
  await vi.waitFor(() => expect(enqueue).toHaveBeenCalled(), patience);
});

it("goes on after the repository was deleted and made again", async () => {
  const { bare, push } = await repositoryAndClone();
  const { enqueue } = await watched(bare);
  const copy = `${bare}.copy`;
  await cp(bare, copy, { recursive: true });

  await rm(bare, { recursive: true });
  await vi.waitFor(() => expect(enqueue).toHaveBeenCalled(), patience);
  enqueue.mockClear();
  await rename(copy, bare);
  await vi.waitFor(() => expect(enqueue).toHaveBeenCalled(), patience);
  enqueue.mockClear();
  push("Change after it came back");
  await vi.waitFor(() => expect(enqueue).toHaveBeenCalled(), patience);
});

it("follows no symbolic link out of the repository", async () => {
  const { folder, bare } = await repositoryAndClone();
  const outside = join(folder, "outside");
  await mkdir(outside);
  await symlink(outside, join(bare, "refs", "heads", "link"));
  const { enqueue } = await watched(bare);

  await writeFile(join(outside, "file"), "x");
  git(bare, "symbolic-ref", "HEAD", "refs/heads/other");
  await vi.waitFor(() => expect(enqueue).toHaveBeenCalled(), patience);

  expect(enqueue).toHaveBeenCalledTimes(1);
});

it("is silent once it was stopped", async () => {
  const { bare, push } = await repositoryAndClone();
  const { enqueue, stop } = await watched(bare);
  await stop();

  push("Nobody looks");
  const { enqueue: other } = await watched(bare);
  push("The other one sees it");
  await vi.waitFor(() => expect(other).toHaveBeenCalled(), patience);
  expect(enqueue).not.toHaveBeenCalled();
});
