import { resolve } from "node:path";
import { sourceUnusable } from "../../errors.ts";
import { GitProgram, type Environment } from "./program.ts";
import { NativeGitReader } from "./reader.ts";
import { fetchCommand } from "./remote-commands.ts";

export interface BringOptions {
  readonly git: GitProgram;
  readonly environment: Environment;
  readonly folder: string;
  readonly revision: string;
  readonly signal: AbortSignal;
}

const root = "refs/cairn/brought/";
/** Whoever brings a commit uses it soon; without an end each copy would name more and more. */
const maxKept = 200;

/**
 * Copies a commit with its history from another repository on this machine. It stays named below
 * `refs/cairn/brought/`, so that it is not taken for garbage before something else refers to it;
 * only the newest are.
 */
export async function bringCommit(options: BringOptions): Promise<string | undefined> {
  const { git, environment, revision, signal } = options;
  const folder = resolve(options.folder);
  const id = await resolveThere(folder, revision, environment);
  if (id === undefined) return undefined;
  const source = await findSharedFolder(folder, environment, signal);
  const local = nextName(await listBrought(git, signal), id);
  const { exitCode, stderr } = await git.run(
    [...fetchCommand, "--", source, `+${id}:${local}`],
    // Only this version of the protocol lets anybody ask for a commit that no ref points at.
    { signal, configuration: { "protocol.version": "2" } },
  );
  if (exitCode !== 0) throw sourceUnusable(folder, lastWords(stderr));
  // A history that ends where a shallow clone was cut is not taken over, and that is no failure.
  const names = await listBrought(git, signal);
  if (!names.includes(local)) throw sourceUnusable(folder, "its history is not complete.");
  await forgetOld(git, names, signal);
  return id;
}

/** Oldest first. */
async function listBrought(git: GitProgram, signal: AbortSignal): Promise<readonly string[]> {
  const args = ["for-each-ref", "--format=%(refname)", "--", root];
  const printed = (await git.runOrFail(args, { signal })).toString("utf8");
  const names = printed.split("\n").filter(Boolean);
  return names.sort((left, right) => numberOf(left) - numberOf(right));
}

/** Names count up: Git does not say which ref is newer. */
function nextName(names: readonly string[], id: string): string {
  const newest = names.at(-1);
  return `${root}${newest === undefined ? 1 : numberOf(newest) + 1}-${id}`;
}

function numberOf(name: string): number {
  return Number(/^([1-9]\d{0,14})-/.exec(name.slice(root.length))?.[1] ?? 0);
}

/** Forgets all but the newest commits, and all but the newest name of each. */
async function forgetOld(
  git: GitProgram,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const kept = new Set<string>();
  const old: string[] = [];
  for (const name of names.toReversed()) {
    const id = name.slice(-40);
    if (kept.has(id) || kept.size === maxKept) old.push(name);
    else kept.add(id);
  }
  if (old.length === 0) return;
  const input = old.map((name) => `delete ${name}\n`).join("");
  await git.runOrFail(["update-ref", "--stdin"], { signal, input });
}

async function resolveThere(
  folder: string,
  revision: string,
  environment: Environment,
): Promise<string | undefined> {
  const reader = await NativeGitReader.open({ directory: folder, environment });
  try {
    return await reader.resolveCommit(revision);
  } finally {
    await reader.close();
  }
}

/** Linked work trees share the objects of the repository they belong to. */
async function findSharedFolder(
  folder: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<string> {
  const args = ["-C", folder, "rev-parse", "--path-format=absolute", "--git-common-dir"];
  const { exitCode, stdout, stderr } = await new GitProgram({ environment }).run(args, { signal });
  if (exitCode !== 0) throw sourceUnusable(folder, lastWords(stderr));
  return stdout.toString("utf8").replace(/\n$/, "");
}

function lastWords(text: string): string {
  return text.trim().split("\n").slice(0, 5).join("; ").slice(0, 1000);
}
