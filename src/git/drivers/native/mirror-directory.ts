import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { syncDirectory } from "../../../disk/atomic-write.ts";
import { hasCode } from "../../../shared/errors.ts";
import { GitProgram, type Environment } from "./program.ts";

const repositoryName = "repository.git";

/** The folder of one mirror: its repository, and what crashes may have left beside it. */
export class MirrorDirectory {
  readonly path: string;
  readonly repository: string;
  readonly #environment: Environment;

  constructor(path: string, environment: Environment) {
    this.path = path;
    this.repository = join(path, repositoryName);
    this.#environment = environment;
  }

  /** Makes the repository if it is not there or damaged. With `graceMs` after a crash. */
  async prepare(address: string, graceMs: number | undefined): Promise<void> {
    if (graceMs !== undefined && (await exists(this.repository))) {
      await this.#removeStaleLocks(graceMs);
    }
    await this.removeUnfinished();
    if (!(await this.#isMirrorOf(address))) return this.remake(address);
    const isSound = await (graceMs === undefined ? this.#hasTips() : this.isSound());
    if (!isSound) await this.remake(address);
  }

  /** Throws away the repository and unfinished ones, and starts with an empty one. */
  async remake(address: string): Promise<void> {
    await this.#discard();
    await this.#create(address);
  }

  /** What Git leaves of a pack that was refused or broke off: else each one would stay for ever. */
  async removeUnfinished(): Promise<void> {
    const folder = join(this.repository, "objects", "pack");
    if (!(await exists(folder))) return;
    for (const name of await readdir(folder)) {
      if (name.startsWith("tmp_")) await rm(join(folder, name), { force: true });
    }
  }

  async #discard(): Promise<void> {
    if (await exists(this.repository)) {
      await rename(this.repository, join(this.path, `discarded-${randomUUID()}`));
    }
    for (const name of await readdir(this.path)) {
      if (/^(?:discarded|new)-/.test(name)) {
        await rm(join(this.path, name), { recursive: true, force: true, maxRetries: 3 });
      }
    }
  }

  /** After a crash: Git's lock files. A child of the dead process may still hold them for a moment. */
  async #removeStaleLocks(graceMs: number): Promise<void> {
    const found = await listLocks(this.repository);
    if (found.length === 0) return;
    await wait(graceMs);
    const before = new Map(found);
    for (const [path, changedMs] of await listLocks(this.repository)) {
      if (before.get(path) === changedMs) await rm(path, { force: true });
    }
  }

  /** True when every object that the refs need is there and every object can be read. */
  async isSound(): Promise<boolean> {
    const git = new GitProgram({ environment: this.#environment, gitDirectory: this.repository });
    const { exitCode } = await git.run(["fsck", "--full", "--no-dangling", "--no-progress"]);
    return exitCode === 0;
  }

  /** A quick look: the repository can be read and what its refs name is there. */
  async #hasTips(): Promise<boolean> {
    const git = new GitProgram({ environment: this.#environment, gitDirectory: this.repository });
    const { exitCode, stderr } = await git.run(["for-each-ref", "--format=%(objecttype)"]);
    return exitCode === 0 && stderr.trim() === "";
  }

  async #isMirrorOf(address: string): Promise<boolean> {
    if (!(await exists(join(this.repository, "HEAD")))) return false;
    const git = new GitProgram({ environment: this.#environment, gitDirectory: this.repository });
    const { stdout, exitCode } = await git.run(["config", "--get", "remote.origin.url"]);
    return exitCode === 0 && stdout.toString("utf8").trimEnd() === address;
  }

  async #create(address: string): Promise<void> {
    const temporary = join(this.path, `new-${randomUUID()}`);
    const git = new GitProgram({ environment: this.#environment, gitDirectory: temporary });
    await mkdir(temporary);
    await git.runOrFail(["init", "--quiet", "--bare", "--template=", "--object-format=sha1"]);
    await git.runOrFail(["config", "remote.origin.url", address]);
    await rename(temporary, this.repository);
    await syncDirectory(this.path);
  }
}

/** Lock files and when each was last changed. Git makes them beside refs, configuration and packs. */
async function listLocks(folder: string): Promise<readonly (readonly [string, number])[]> {
  const locks: (readonly [string, number])[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const isObjectFolder = /^[0-9a-f]{2}$/.test(entry.name);
    if (entry.isDirectory() && !isObjectFolder) locks.push(...(await listLocks(path)));
    if (entry.isFile() && entry.name.endsWith(".lock")) {
      locks.push([path, (await stat(path)).mtimeMs]);
    }
  }
  return locks;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return false;
    throw error;
  }
}
