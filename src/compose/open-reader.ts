import { hasCode } from "../shared/errors.ts";
import type { GitReader } from "../git/git.ts";
import { IsomorphicGitReader } from "../git/drivers/isomorphic/reader.ts";
import { NativeGitReader, type NativeGitReaderOptions } from "../git/drivers/native/reader.ts";

/** A reader of a local repository: the git program where there is one, else the slower way in-process. */
export async function openGitReader(options: NativeGitReaderOptions): Promise<GitReader> {
  try {
    return await NativeGitReader.open(options);
  } catch (error) {
    if (!hasCode(error, "GIT_PROGRAM_MISSING")) throw error;
    return IsomorphicGitReader.open({ directory: options.directory });
  }
}
