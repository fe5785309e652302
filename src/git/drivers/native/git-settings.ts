import { GitProgram, type Environment } from "./program.ts";

/** What a person's own Git configuration says about them. */
export interface GitSettings {
  readonly name: string | undefined;
  readonly email: string | undefined;
  /** Path of the SSH key that signs this person's commits, if they sign them all. */
  readonly signingKey: string | undefined;
}

/** As git itself would read it in this folder: environment, repository, user. */
export async function readGitSettings(
  folder: string,
  environment: Environment,
): Promise<GitSettings> {
  const git = new GitProgram({ environment });
  const get = async (key: string, ...type: readonly string[]): Promise<string | undefined> => {
    const { exitCode, stdout } = await git.run(["-C", folder, "config", ...type, "--get", key]);
    const value = stdout.toString("utf8").replace(/\n$/, "");
    return exitCode === 0 && value !== "" ? value : undefined;
  };
  const isSigning =
    (await get("gpg.format")) === "ssh" && (await get("commit.gpgsign", "--bool")) === "true";
  return {
    name: environment["GIT_AUTHOR_NAME"] ?? (await get("user.name")),
    email: environment["GIT_AUTHOR_EMAIL"] ?? (await get("user.email")),
    signingKey: isSigning ? await get("user.signingkey", "--path") : undefined,
  };
}

/** The branch that is checked out in a clone, without `refs/heads/`; `undefined` when detached. */
export async function readCheckedOutBranch(
  folder: string,
  environment: Environment,
): Promise<string | undefined> {
  const args = ["-C", folder, "symbolic-ref", "--quiet", "HEAD"];
  const { exitCode, stdout } = await new GitProgram({ environment }).run(args);
  const ref = stdout.toString("utf8").trim();
  return exitCode === 0 && ref.startsWith("refs/heads/")
    ? ref.slice("refs/heads/".length)
    : undefined;
}
