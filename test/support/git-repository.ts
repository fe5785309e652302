import { spawnSync } from "node:child_process";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

const identity = {
  GIT_AUTHOR_NAME: "Ann Author",
  GIT_AUTHOR_EMAIL: "ann@contoso.example",
  GIT_COMMITTER_NAME: "Carl Committer",
  GIT_COMMITTER_EMAIL: "carl@contoso.example",
};

/** One entry of a tree that no sane Git would make. */
export interface RawEntry {
  readonly mode: string;
  readonly name: string | Buffer;
  readonly id: string;
}

/** A folder that is removed when the test ends. */
export async function makeTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-git-"));
  onTestFinished(async () => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** A real repository, driven by the git program. */
export class GitRepository {
  readonly path: string;
  #seconds = 1_700_000_000;

  private constructor(path: string) {
    this.path = path;
  }

  /** Without a path: in a folder of its own that is removed when the test ends. */
  static async create(
    options: { readonly path?: string; readonly bare?: boolean; readonly branch?: string } = {},
  ): Promise<GitRepository> {
    const path = options.path ?? join(await makeTemporaryFolder(), "registry.git");
    await mkdir(path, { recursive: true });
    const repository = new GitRepository(path);
    const bare = options.bare === true ? ["--bare"] : [];
    repository.git("init", "--quiet", ...bare, `--initial-branch=${options.branch ?? "main"}`, ".");
    repository.git("config", "http.receivepack", "true");
    repository.git("config", "receive.denyCurrentBranch", "ignore");
    return repository;
  }

  /** What git prints, without the last line feed. Throws when it fails. */
  git(...args: readonly string[]): string {
    return this.gitWith("", ...args);
  }

  gitWith(input: string | Buffer, ...args: readonly string[]): string {
    const date = `${this.#seconds} +0000`;
    const env = { ...process.env, ...identity, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    const { status, stdout, stderr } = spawnSync("git", args, { cwd: this.path, env, input });
    if (status !== 0) throw new Error(`git ${args.join(" ")}: ${stderr.toString("utf8")}`);
    return stdout.toString("utf8").replace(/\n$/, "");
  }

  /** Commits files to the work tree's branch; `undefined` removes one. One second passes. */
  async commit(
    message: string,
    files: Readonly<Record<string, string | undefined>>,
  ): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      const file = join(this.path, path);
      await mkdir(dirname(file), { recursive: true });
      if (content === undefined) await rm(file);
      else await writeFile(file, content);
    }
    this.git("add", "--all");
    return this.#commit("commit", "--quiet", "--allow-empty", "-m", message);
  }

  checkout(branch: string, from?: string): void {
    if (from === undefined) this.git("checkout", "--quiet", branch);
    else this.git("checkout", "--quiet", "-B", branch, from);
  }

  merge(branch: string): string {
    return this.#commit("merge", "--quiet", "--no-ff", "-m", `Merge ${branch}`, branch);
  }

  squash(branch: string): string {
    this.git("merge", "--quiet", "--squash", branch);
    return this.#commit("commit", "--quiet", "-m", `Squash ${branch}`);
  }

  /** Puts the commits of a branch on top of the current one. */
  rebase(branch: string): string {
    const current = this.git("symbolic-ref", "--short", "HEAD");
    this.git("rebase", "--quiet", current, branch);
    this.git("checkout", "--quiet", current);
    return this.#commit("merge", "--quiet", "--ff-only", branch);
  }

  tag(name: string, target = "HEAD"): string {
    this.git("tag", "--force", "-a", "-m", name, name, target);
    return this.id(`refs/tags/${name}`);
  }

  id(revision: string): string {
    return this.git("rev-parse", "--verify", revision);
  }

  /** Every ref with its id: for asking whether anything moved. */
  refs(): string {
    return this.git("for-each-ref", "--format=%(objectname) %(refname)");
  }

  blob(content: string): string {
    return this.gitWith(content, "hash-object", "-w", "--stdin");
  }

  /** A tree with whatever names and modes, in the order given. */
  tree(entries: readonly RawEntry[]): string {
    const bytes = entries.flatMap(({ mode, name, id }) => [
      Buffer.from(`${mode} `),
      Buffer.from(name),
      Buffer.from([0]),
      Buffer.from(id, "hex"),
    ]);
    return this.gitWith(
      Buffer.concat(bytes),
      "hash-object",
      "-t",
      "tree",
      "--literally",
      "--stdin",
      "-w",
    );
  }

  /** A commit with exactly these files and parents, which no branch points at. */
  commitFiles(files: Readonly<Record<string, string>>, ...parents: readonly string[]): string {
    this.git("read-tree", "--empty");
    for (const [path, content] of Object.entries(files)) {
      this.git("update-index", "--add", "--cacheinfo", `100644,${this.blob(content)},${path}`);
    }
    this.#seconds += 1;
    return this.commitTree(this.git("write-tree"), ...parents);
  }

  commitTree(tree: string, ...parents: readonly string[]): string {
    return this.git("commit-tree", tree, "-m", "tree", ...parents.flatMap((id) => ["-p", id]));
  }

  #commit(...args: readonly string[]): string {
    this.#seconds += 1;
    this.git(...args);
    return this.id("HEAD");
  }
}
