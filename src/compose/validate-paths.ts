import { stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";

import { branchOfRef } from "../domain/branch-of-ref.ts";
import { openLocalRepository } from "../git/drivers/locate-repository.ts";
import { systemClock, type Clock } from "../shared/clock.ts";
import { CairnError } from "../shared/errors.ts";
import { CommitSourceTree } from "../source/drivers/commit.ts";
import { FolderSourceTree } from "../source/drivers/folder.ts";
import type { App, ValidateReport, ValidateRequest } from "../usecases/app.ts";
import type { AppOptions } from "../usecases/app-options.ts";
import { checkAcceptance } from "../usecases/author/accept-findings.ts";
import { checkTarget, mergeReports, renameReport } from "../usecases/author/check-target.ts";
import type { LazySession } from "../usecases/lazy-session.ts";
import { validateTree, type ValidateTreeOptions } from "../usecases/validate.ts";
import { knownState } from "./known-state.ts";
import { openGitReader } from "./open-reader.ts";
import type { RegistryTarget } from "./settings.ts";
import type { LazyTextCache } from "./text-cache.ts";
import { openManifest } from "./validate-manifest.ts";
import { WorkTreeFiles } from "./work-tree-files.ts";

export interface ValidatorContext {
  readonly options: AppOptions;
  readonly locate: () => Promise<RegistryTarget>;
  readonly lazy: LazySession;
  readonly texts: LazyTextCache;
  /** Says which acceptances of findings have expired; the system's unless given. */
  readonly clock?: Clock;
}

/** `cairn validate`: folders, single manifests, or the registry itself at a commit. */
export function createValidator(context: ValidatorContext): App["validate"] {
  return async (request) => {
    const { paths, accept } = request;
    if (accept !== undefined) checkAcceptance(accept, nowOf(context));
    if (paths.length === 0) return validateRegistry(context, request);
    const reports: ValidateReport[] = [];
    for (const path of paths) {
      const report = await validatePath(context, request, resolve(context.options.cwd, path));
      // With one path it is clear which file is meant; with several it must be said.
      const isClear = paths.length === 1 && request.isNamedFromHere !== true;
      reports.push(isClear ? report : renameReport(report, await namesBelow(context, path)));
    }
    return mergeReports(reports);
  };
}

function nowOf({ clock = systemClock }: ValidatorContext): Date {
  return clock.now();
}

/** The names of the files of a path from the working folder; where it lies outside, as it was given. */
async function namesBelow(
  { options: { cwd } }: ValidatorContext,
  path: string,
): Promise<(name: string) => string> {
  const target = resolve(cwd, path);
  const folder = (await stat(target)).isDirectory() ? target : dirname(target);
  const here = relative(cwd, folder);
  const isOutside = here.startsWith("..") || isAbsolute(here);
  return (name) => join(isOutside ? folder : here, name);
}

/** The registry that was meant, as its work tree has it, or as a commit has it. */
async function validateRegistry(
  context: ValidatorContext,
  request: ValidateRequest,
): Promise<ValidateReport> {
  const { revision } = request;
  const target = await context.locate();
  const state = await knownState(context.lazy);
  const options = { state, now: nowOf(context), cache: await context.texts.documents() };
  const folder = target.workTree ?? target.gitFolder;
  if (revision === undefined && target.workTree !== undefined) {
    return validateFolder(target.workTree, request, options);
  }
  if (folder !== undefined) return validateCommit(context, folder, request, options);
  const { mirror } = await context.lazy.get();
  const { head } = await mirror.fetch();
  const branch = branchOfRef(mirror.branch);
  const isHead = revision === undefined || [mirror.branch, branch, "HEAD"].includes(revision);
  const commit = isHead ? head : await mirror.resolveCommit(revision);
  if (commit === undefined) throw revisionUnknown(revision ?? branch, target.url);
  return checkCommit(new CommitSourceTree({ git: mirror, commit }), request, options);
}

async function validatePath(
  context: ValidatorContext,
  request: ValidateRequest,
  path: string,
): Promise<ValidateReport> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw pathMissing(path);
  if (!found.isDirectory()) return checkTarget(await openManifest(request, path), request);
  const options = { now: nowOf(context), cache: await context.texts.documents() };
  if (request.revision !== undefined) return validateCommit(context, path, request, options);
  const local = await openLocalRepository(path);
  const isBare = local !== undefined && local.workTree === undefined;
  return isBare
    ? validateCommit(context, path, request, options)
    : validateFolder(path, request, options);
}

function validateFolder(
  folder: string,
  request: ValidateRequest,
  options: ValidateTreeOptions,
): Promise<ValidateReport> {
  return checkTarget(
    {
      tree: new FolderSourceTree({ folder }),
      isRegistry: true,
      files: new WorkTreeFiles(folder),
      check: () => validateTree(new FolderSourceTree({ folder }), options),
      nameOf: (name) => name,
    },
    request,
  );
}

async function validateCommit(
  { options: { env } }: ValidatorContext,
  folder: string,
  request: ValidateRequest,
  options: ValidateTreeOptions,
): Promise<ValidateReport> {
  const { revision = "HEAD" } = request;
  const git = await openGitReader({ directory: folder, environment: env });
  try {
    const commit = await git.resolveCommit(revision);
    if (commit === undefined) throw revisionUnknown(revision, folder);
    return await checkCommit(new CommitSourceTree({ git, commit }), request, options);
  } finally {
    await git.close();
  }
}

function checkCommit(
  tree: CommitSourceTree,
  request: ValidateRequest,
  options: ValidateTreeOptions,
): Promise<ValidateReport> {
  return checkTarget(
    {
      tree,
      isRegistry: true,
      files: undefined,
      check: () => validateTree(tree, options),
      nameOf: (name) => name,
    },
    request,
  );
}

function pathMissing(path: string): CairnError {
  return new CairnError({
    code: "PATH_MISSING",
    kind: "invalid",
    message: `There is no ${path}.`,
    hint: "Give a registry's folder or a manifest.",
  });
}

function revisionUnknown(revision: string, repository: string): CairnError {
  return new CairnError({
    code: "REVISION_UNKNOWN",
    kind: "missing",
    message: `${repository} has no commit "${revision}".`,
    hint: "Give a commit id, or a branch or tag that exists; a new repository needs a first commit.",
  });
}
