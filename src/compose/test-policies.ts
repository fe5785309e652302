import { resolve } from "node:path";

import { CommitSourceTree } from "../source/drivers/commit.ts";
import { FolderSourceTree } from "../source/drivers/folder.ts";
import type { SourceTree } from "../source/source-tree.ts";
import type { App, PolicyTestReport } from "../usecases/app.ts";
import { observe } from "../usecases/reconcile/observe.ts";
import { runPolicyTestsOfTree } from "../usecases/promote/policy-tests.ts";
import { requireBranch } from "../usecases/require-state.ts";
import type { ValidatorContext } from "./validate-paths.ts";

/** `cairn policy test`: of a folder, of the clone around, or of the registry's branch. */
export function createPolicyTester(context: ValidatorContext): App["policyTest"] {
  return async ({ folder }): Promise<PolicyTestReport> => {
    const results = await runPolicyTestsOfTree(await treeOf(context, folder));
    return {
      tests: results.map(({ name, outcome, message, place: { path, line } }) => ({
        path,
        ...(line === undefined ? {} : { line }),
        name,
        outcome,
        message,
      })),
    };
  };
}

async function treeOf(
  { options, locate, lazy }: ValidatorContext,
  folder: string | undefined,
): Promise<SourceTree> {
  if (folder !== undefined) {
    return new FolderSourceTree({ folder: resolve(options.cwd, folder) });
  }
  const { workTree } = await locate();
  if (workTree !== undefined) return new FolderSourceTree({ folder: workTree });
  const session = await lazy.get();
  const { head } = requireBranch(session, await observe(session.mirror, session.cache));
  return new CommitSourceTree({ git: session.mirror, commit: head });
}
