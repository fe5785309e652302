import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface BareOptions {
  /** Of `HEAD`; default: `main`. */
  readonly branch?: string;
  /** What else its configuration says, as lines of the file. */
  readonly config?: readonly string[];
}

/** What `git init --bare` makes, without starting git: tests make many. */
export async function makeBareRepository(
  folder: string,
  { branch = "main", config = [] }: BareOptions = {},
): Promise<void> {
  const core = ["[core]", "\trepositoryformatversion = 0", "\tfilemode = true", "\tbare = true"];
  for (const name of ["objects/info", "objects/pack", "refs/heads", "refs/tags"]) {
    await mkdir(join(folder, name), { recursive: true });
  }
  await writeFile(join(folder, "config"), [...core, ...config, ""].join("\n"));
  await writeFile(join(folder, "HEAD"), `ref: refs/heads/${branch}\n`);
}
