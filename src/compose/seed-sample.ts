import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { openLocalRepository } from "../git/drivers/locate-repository.ts";
import type { SeedSample } from "../usecases/app-options.ts";

const execute = promisify(execFile);
const sample = fileURLToPath(new URL("../../sample-registry", import.meta.url));
type Environment = Readonly<Record<string, string | undefined>>;

const identity = {
  GIT_AUTHOR_NAME: "Contoso",
  GIT_AUTHOR_EMAIL: "ml@contoso.example",
  GIT_COMMITTER_NAME: "Contoso",
  GIT_COMMITTER_EMAIL: "ml@contoso.example",
};

/** Makes the bare repository that `npm start` serves: made beside its place and moved there whole. */
export async function seedSample(target: string, environment: Environment): ReturnType<SeedSample> {
  if ((await openLocalRepository(target)) !== undefined)
    return { repository: target, created: false };
  await mkdir(dirname(target), { recursive: true });
  const staging = await mkdtemp(join(dirname(target), ".seed-"));
  try {
    const repository = join(staging, "registry.git");
    await git(staging, environment, [
      "init",
      "--quiet",
      "--bare",
      "--initial-branch=main",
      repository,
    ]);
    const inside = ["--git-dir", repository, "--work-tree", sample];
    await git(sample, environment, [...inside, "add", "--all", "--force", "."]);
    await git(sample, environment, [
      ...inside,
      "commit",
      "--quiet",
      "--no-gpg-sign",
      "--message",
      "Start the registry",
    ]);
    await rm(target, { recursive: true, force: true });
    await rename(repository, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return { repository: target, created: true };
}

async function git(cwd: string, environment: Environment, args: readonly string[]): Promise<void> {
  const plain = ["-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false"];
  await execute("git", [...plain, ...args], { cwd, env: { ...environment, ...identity } });
}
