import type { PullRequest } from "../../domain/pull-request.ts";
import type { Registry } from "../../domain/registry.ts";
import type { Change } from "./change.ts";

/** What a change brings that nobody but a person can judge. */
export function warningsOf(
  { registryBefore }: Pick<Change, "registryBefore">,
  { fork }: Pick<PullRequest, "fork">,
  after: Pick<Registry, "files">,
): readonly string[] {
  const paths = changedHostPaths(registryBefore, after);
  const [first] = paths;
  const more = paths.length > 1 ? ` and ${paths.length - 1} more` : "";
  return [
    ...(first === undefined
      ? []
      : [`Changes how pull requests are checked: look at it yourself (${first}${more}).`]),
    ...(fork === undefined
      ? []
      : [
          `Comes from another repository (${fork}): what it brings is read, and never run or believed.`,
        ]),
  ];
}

/** What the host itself acts by: workflows, owners of code, settings of bots. */
export function isHostPath(path: string): boolean {
  return /^\.github\/|^(?:docs\/)?CODEOWNERS$/i.test(path);
}

function changedHostPaths(
  before: Pick<Registry, "files">,
  after: Pick<Registry, "files">,
): readonly string[] {
  const paths = new Set<string>();
  for (const { files } of [before, after]) {
    for (const path of files.paths()) if (isHostPath(path)) paths.add(path);
  }
  return [...paths]
    .filter((path) => before.files.objectIdOf(path) !== after.files.objectIdOf(path))
    .sort();
}
