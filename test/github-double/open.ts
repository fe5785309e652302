import { execFile } from "node:child_process";
import type { GitHubDouble, GitHubOptions } from "../support/github/github.ts";
import { openGitHub } from "../support/github/open.ts";
import { GitRepository } from "../support/git-repository.ts";

export { openGitHub };

export const octoReg = { owner: "octo", repo: "reg" };
const fullName = "octo/reg";

export interface Scene {
  readonly github: GitHubDouble;
  /** A clone with `main` pushed. */
  readonly work: GitRepository;
  /** Pushes from the clone as this person; returns what git said, also when it was refused. */
  readonly push: (login: string, ...args: readonly string[]) => Promise<string>;
  /** Commits to a new branch, pushes it as ann and opens a pull request; returns its number. */
  readonly propose: (branch: string, files: Readonly<Record<string, string>>) => Promise<number>;
}

/** octo/reg with ann and bob who may write, and eve who may only read. */
export async function openScene(options?: GitHubOptions): Promise<Scene> {
  const github = await openGitHub(options);
  for (const login of ["ann", "bob", "eve"]) github.addUser({ login });
  const permissions = { ann: "write", bob: "write" } as const;
  await github.addRepository({ owner: "octo", name: "reg", permissions });
  const work = await GitRepository.create();
  await work.commit("first", { "README.md": "hello\n" });
  const push = async (login: string, ...args: readonly string[]) =>
    runGit(work, "push", github.gitUrl(login, fullName), ...args);
  await push("ann", "main");
  return {
    github,
    work,
    push,
    propose: async (branch, files) => {
      work.checkout(branch, "main");
      await work.commit(`change ${branch}`, files);
      await push("ann", branch);
      const draft = { ...octoReg, head: branch, base: "main", title: `Change ${branch}` };
      return (await github.client("ann").rest.pulls.create(draft)).data.number;
    },
  };
}

/** What git says on either stream, also when it is refused; the double answers it meanwhile. */
export async function runGit(work: GitRepository, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile("git", args, { cwd: work.path }, (_error, output, said) => resolve(output + said));
  });
}

/** The status and message of a request that GitHub refuses. */
export async function refusalOf(asking: Promise<unknown>): Promise<string> {
  try {
    await asking;
    return "not refused";
  } catch (error) {
    const { status, response } = error as {
      readonly status?: number;
      readonly response?: { readonly data?: Readonly<Record<string, unknown>> };
    };
    const { message, errors } = response?.data ?? {};
    const detail = errors === undefined ? "" : ` ${JSON.stringify(errors)}`;
    return `${status ?? "no status"} ${String(message)}${detail}`;
  }
}
