import {
  readCheckedOutBranch,
  readGitSettings,
  type GitSettings,
} from "../git/drivers/native/git-settings.ts";
import type { AppOptions } from "../usecases/app-options.ts";
import { accountUnknown } from "../usecases/promote/errors.ts";
import type { RegistrySession } from "../usecases/session.ts";

/** The person at the keyboard, as Git knows them in the folder where the command runs. */
export async function readPerson({ cwd, env }: AppOptions): Promise<GitSettings> {
  return readGitSettings(cwd, env);
}

/** What a session says of the person and of the clone that they work in. */
export function personOfSession(
  { env }: AppOptions,
  { name, email }: GitSettings,
  workTree: string | undefined,
): Pick<RegistrySession, "gitAccount" | "checkedOutBranch" | "workTree"> {
  return {
    workTree,
    gitAccount: async () => {
      if (email === undefined) throw accountUnknown();
      return name === undefined ? { email } : { name, email };
    },
    checkedOutBranch: async () =>
      workTree === undefined ? undefined : readCheckedOutBranch(workTree, env),
  };
}
