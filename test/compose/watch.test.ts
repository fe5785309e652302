import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, it, onTestFinished } from "vitest";

import { openLook } from "../../src/compose/watch.ts";
import { silentLog } from "../../src/shared/log.ts";
import type { LookAtFolder } from "../../src/usecases/watch.ts";
import { GitRepository, makeTemporaryFolder } from "../support/git-repository.ts";
import { emptyRegistryFiles } from "../support/registry-files.ts";

const broken = "name: taxi\nversion: 1\npath: ./gone.bin\n";

async function registryIn(folder: string, model = broken): Promise<void> {
  await mkdir(join(folder, "models/taxi"), { recursive: true });
  await writeFile(join(folder, "registry.yaml"), emptyRegistryFiles["registry.yaml"]);
  await writeFile(join(folder, "models/taxi/model.yaml"), model);
}

async function looker(cwd: string, path?: string): Promise<LookAtFolder> {
  const { signal } = new AbortController();
  const options = { cwd, env: process.env, log: silentLog };
  const { look, close } = await openLook({
    options,
    signal,
    ...(path === undefined ? {} : { path }),
  });
  onTestFinished(close);
  return look;
}

const { signal } = new AbortController();

describe("a look at a folder", () => {
  it("sees what is there now, and whether that is what was there", async () => {
    const folder = join(await makeTemporaryFolder(), "ml");
    await registryIn(folder);
    const look = await looker(folder, ".");
    const first = await look(signal);
    expect(first.findings).toMatchObject([{ rule: "path-missing", line: 3 }]);
    expect(await look(signal)).toEqual(first);

    await writeFile(join(folder, "models/taxi/gone.bin"), "weights");
    const second = await look(signal);
    expect(second).toMatchObject({ findings: [], assets: 1, identity: first.identity });
    expect(second.signature).not.toBe(first.signature);

    await writeFile(join(folder, "models/taxi/model.yaml"), broken.replace("gone", "none"));
    expect((await look(signal)).findings).toHaveLength(1);
  });

  it("knows a folder that took the place of another, also behind a link", async () => {
    const root = await makeTemporaryFolder();
    const [one, two, link] = ["one", "two", "link"].map((name) => join(root, name));
    if (one === undefined || two === undefined || link === undefined) throw new Error("no names");
    await registryIn(one);
    await registryIn(two);
    await symlink(one, link);
    const look = await looker(root, "link");
    const first = await look(signal);

    await rm(link);
    await expect(look(signal)).rejects.toMatchObject({ code: "WATCH_FOLDER_GONE" });
    await symlink(two, link);
    const second = await look(signal);
    expect(second.identity).not.toBe(first.identity);
    expect(second.findings).toEqual(first.findings);

    await rename(two, `${two}-old`);
    await expect(look(signal)).rejects.toMatchObject({ code: "WATCH_FOLDER_GONE" });
    await registryIn(two);
    expect((await look(signal)).identity).not.toBe(second.identity);
  });

  it("is one at the work tree around, and what the ledger says comes with it", async () => {
    const path = join(await makeTemporaryFolder(), "ml");
    const repository = await GitRepository.create({ path });
    await registryIn(path);
    await repository.commit("Start", {});
    const look = await looker(join(path, "models"));
    expect(await look(signal)).toMatchObject({ folder: path, assets: 1 });
  });

  it("needs a folder", async () => {
    const root = await makeTemporaryFolder();
    await GitRepository.create({ path: join(root, "bare.git"), bare: true });
    await writeFile(join(root, "file"), "x");
    for (const path of ["gone", "file"]) {
      await expect(looker(root, path)).rejects.toMatchObject({ code: "WATCH_FOLDER_MISSING" });
    }
    await expect(looker(join(root, "bare.git"))).rejects.toMatchObject({
      code: "WATCH_FOLDER_MISSING",
    });
  });
});
