import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import type { GitHubDouble } from "../support/github/github.ts";
import { people, type Files, type PersonName } from "./registry.ts";

const execute = promisify(execFile);

/** Where commits are made before somebody pushes them. */
export interface WorkTree {
  readonly folder: string;
  git(...words: readonly string[]): Promise<string>;
  gitAs(who: PersonName, ...words: readonly string[]): Promise<string>;
  write(files: Files): Promise<void>;
}

export async function openWorkTree(folder: string, github: GitHubDouble): Promise<WorkTree> {
  await mkdir(folder, { recursive: true });
  const gitAs: WorkTree["gitAs"] = async (who, ...words) => {
    const { name, email } = people[who];
    const date = `${Math.floor(github.clock.now().getTime() / 1000)} +0000`;
    const env = {
      ...process.env,
      GIT_TERMINAL_PROMPT: "0",
      GIT_EDITOR: "true",
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
      GIT_COMMITTER_DATE: date,
    };
    // Asynchronous: the server answers in this process.
    return (await execute("git", words, { cwd: folder, env })).stdout.trim();
  };
  const git: WorkTree["git"] = (...words) => gitAs("dee", ...words);
  await git("init", "--quiet", "--template=", "--initial-branch=main");
  const write: WorkTree["write"] = async (files) => {
    for (const [path, text] of Object.entries(files)) {
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true });
      if (text === undefined) await rm(target);
      else await writeFile(target, text);
    }
  };
  return { folder, git, gitAs, write };
}
