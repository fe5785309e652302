import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it, onTestFinished, vi } from "vitest";

import { watchFolder } from "../../src/controller/watch-folder.ts";

const patience = { timeout: 20_000, interval: 20 };

async function watched() {
  const root = await realpath(await mkdtemp(join(tmpdir(), "cairn-watch-")));
  onTestFinished(async () => rm(root, { recursive: true, force: true }));
  const folder = join(root, "ml");
  for (const path of ["models/taxi", "node_modules/x", ".git/refs", ".cairn"]) {
    await mkdir(join(folder, path), { recursive: true });
  }
  await writeFile(join(folder, "models/taxi/model.yaml"), "name: taxi\n");
  const outside = join(root, "outside");
  await mkdir(outside);
  await symlink(outside, join(folder, "link"));
  const onHint = vi.fn<() => void>();
  const end = watchFolder(folder, { onHint, onPartial: (reason) => expect.fail(reason) });
  onTestFinished(end);
  // It says so itself when all watches are there.
  await vi.waitFor(() => expect(onHint).toHaveBeenCalled(), patience);
  onHint.mockClear();
  const isHeard = async (change: () => Promise<unknown>): Promise<boolean> => {
    onHint.mockClear();
    await change();
    return vi.waitUntil(() => onHint.mock.calls.length > 0, patience);
  };
  return { folder, outside, onHint, end, isHeard };
}

it("hears of saves, also those that put another file in place, and of new folders", async () => {
  const { folder, isHeard } = await watched();
  const path = join(folder, "models/taxi/model.yaml");
  expect(await isHeard(() => writeFile(path, "name: cab\n"))).toBe(true);
  await writeFile(join(folder, "..", "new.yaml"), "name: bus\n");
  expect(await isHeard(() => rename(join(folder, "..", "new.yaml"), path))).toBe(true);
  expect(await isHeard(() => rm(path))).toBe(true);
  expect(await isHeard(() => mkdir(join(folder, "models/bus")))).toBe(true);
  expect(await isHeard(() => writeFile(join(folder, "models/bus/model.yaml"), "name: bus\n"))).toBe(
    true,
  );
  expect(await isHeard(() => rm(join(folder, "models"), { recursive: true }))).toBe(true);
});

it("hears nothing of Git's files, of packages, and of what links lead to", async () => {
  const { folder, outside, onHint, isHeard } = await watched();
  for (const path of ["node_modules/x/a.js", ".git/index", ".git/refs/main", ".cairn/cache"]) {
    await writeFile(join(folder, path), "x");
  }
  await writeFile(join(outside, "model.yaml"), "x");
  expect(onHint).not.toHaveBeenCalled();
  // Events come in order: had there been one before, it would have been heard by now.
  expect(await isHeard(() => writeFile(join(folder, "README.md"), "x"))).toBe(true);
  expect(onHint.mock.calls.length).toBeLessThan(5);
});

it("is silent once it was ended", async () => {
  const { folder, onHint, end } = await watched();
  await end();
  await writeFile(join(folder, "README.md"), "x");
  const other = vi.fn<() => void>();
  const endOther = watchFolder(folder, { onHint: other, onPartial: () => undefined });
  onTestFinished(endOther);
  await vi.waitFor(() => expect(other).toHaveBeenCalled(), patience);
  expect(onHint).not.toHaveBeenCalled();
});
