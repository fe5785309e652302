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

/**
 * Copies a commit with its history from another repository on this machine. It stays named below
 * `refs/cairn/brought/`, so that it is not taken for garbage before something else refers to it.
 */
export async function bringCommit(options: BringOptions): Promise<string | undefined> {
  const { git, environment, revision, signal } = options;
  const folder = resolve(options.folder);
  const id = await resolveThere(folder, revision, environment);
  if (id === undefined) return undefined;
  const source = await findSharedFolder(folder, environment, signal);
  const local = `refs/cairn/brought/${id}`;
  const { exitCode, stderr } = await git.run(
    [...fetchCommand, "--", source, `+${id}:${local}`],
    // Only this version of the protocol lets anybody ask for a commit that no ref points at.
    { signal, configuration: { "protocol.version": "2" } },
  );
  if (exitCode !== 0) throw sourceUnusable(folder, lastWords(stderr));
  // A history that ends where a shallow clone was cut is not taken over, and that is no failure.
  const { exitCode: isAbsent } = await git.run(["show-ref", "--verify", "--quiet", local]);
  if (isAbsent !== 0) throw sourceUnusable(folder, "its history is not complete.");
  return id;
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
