import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const sample = fileURLToPath(new URL("../../sample-registry", import.meta.url));
const execute = promisify(execFile);

/** The sample registry in a bare repository with a clone beside it, in a folder of its own. */
export interface RegistryFixture {
  readonly folder: string;
  /** The bare repository. */
  readonly remote: string;
  readonly clone: string;
  readonly stores: string;
  /** The flags that make a command work on this registry. */
  readonly flags: readonly string[];
  readonly git: (...args: readonly string[]) => Promise<string>;
  /** Writes files in the clone, commits and pushes them. */
  readonly change: (message: string, files: Readonly<Record<string, string>>) => Promise<void>;
  readonly read: (path: string) => Promise<string>;
  readonly remove: () => Promise<void>;
}

export async function createRegistryFixture(): Promise<RegistryFixture> {
  const folder = await mkdtemp(join(tmpdir(), "cairn-e2e-"));
  const remote = join(folder, "registry.git");
  const clone = join(folder, "clone");
  const stores = join(folder, "stores");
  await runGit(folder, "init", "--quiet", "--bare", "--initial-branch=main", remote);
  await runGit(folder, "clone", "--quiet", remote, clone);
  await cp(sample, clone, { recursive: true });
  const git = (...args: readonly string[]): Promise<string> => runGit(clone, ...args);
  await git("add", "--all");
  await git("commit", "--quiet", "-m", "Start the registry");
  await git("push", "--quiet", "origin", "HEAD:refs/heads/main");
  return {
    folder,
    remote,
    clone,
    stores,
    flags: ["--registry", remote, "--data", join(folder, "data"), "--stores", stores],
    git,
    read: (path) => readFile(join(clone, path), "utf8"),
    change: async (message, files) => {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(clone, path)), { recursive: true });
        await writeFile(join(clone, path), text);
      }
      await git("add", "--all");
      await git("commit", "--quiet", "-m", message);
      await git("push", "--quiet", "origin", "HEAD:refs/heads/main");
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** What the world looks like from outside, without times and ids: equal worlds compare equal. */
export interface WorldView {
  /** Subjects of the ledger, oldest first. */
  readonly events: readonly string[];
  /** Tag names with the commit each stands on. */
  readonly tags: readonly string[];
  /** Every file below the workspaces' stores, with its size; indexes by count of versions only. */
  readonly stores: readonly string[];
}

export async function viewWorld({
  remote,
  stores,
}: Pick<RegistryFixture, "remote" | "stores">): Promise<WorldView> {
  const events = await runGit(remote, "log", "--reverse", "--format=%s", "refs/heads/cairn-ledger");
  const tags = await runGit(
    remote,
    "for-each-ref",
    "--format=%(refname:short) %(*objectname)",
    "refs/tags",
  );
  return { events: lines(events), tags: lines(tags), stores: await viewStores(stores) };
}

async function viewStores(stores: string): Promise<readonly string[]> {
  const entries = await readdir(stores, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const views = files
    .map((file) => file.slice(stores.length + 1))
    .filter((path) => !isBookkeeping(path));
  return views.sort();
}

/** Index files are named by their content, which holds times; staging is nobody's business. */
function isBookkeeping(path: string): boolean {
  return /(?:^|\/)(?:indexes\/|\.cairn-|index\.json)/.test(path);
}

function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

export async function runGit(cwd: string, ...args: readonly string[]): Promise<string> {
  const identity = ["-c", "user.name=Ann", "-c", "user.email=ann@contoso.example"];
  const { stdout } = await execute("git", [...identity, ...args], {
    cwd,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}
