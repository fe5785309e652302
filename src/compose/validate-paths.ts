import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";

import type { Finding } from "../domain/finding.ts";
import { compareFindings } from "../domain/finding.ts";
import type { LedgerState } from "../domain/ledger/state.ts";
import { findLocalRepository, openLocalRepository } from "../git/drivers/locate-repository.ts";
import { openGitReader } from "./open-reader.ts";
import { isManifestKind, manifestKinds } from "../registry/read-manifest.ts";
import { yamlLimits } from "../registry/yaml/limits.ts";
import { CairnError } from "../shared/errors.ts";
import { CommitSourceTree } from "../source/drivers/commit.ts";
import { FolderSourceTree } from "../source/drivers/folder.ts";
import type { App, ValidateReport, ValidateRequest } from "../usecases/app.ts";
import type { AppOptions } from "../usecases/app-options.ts";
import type { LazySession } from "../usecases/lazy-session.ts";
import { observe } from "../usecases/reconcile/observe.ts";
import { validateManifest, validateTree } from "../usecases/validate.ts";
import type { RegistryTarget } from "./settings.ts";

export interface ValidatorContext {
  readonly options: AppOptions;
  readonly locate: () => Promise<RegistryTarget>;
  readonly lazy: LazySession;
}

/** `cairn validate`: folders, single manifests, or the registry itself at a commit. */
export function createValidator(context: ValidatorContext): App["validate"] {
  return async (request) => {
    const reports: ValidateReport[] = [];
    for (const path of request.paths) {
      reports.push(await validatePath(context, request, resolve(context.options.cwd, path)));
    }
    return request.paths.length === 0 ? validateRegistry(context, request) : merge(reports);
  };
}

/** The registry that was meant, as its work tree has it, or as a commit has it. */
async function validateRegistry(
  context: ValidatorContext,
  { revision }: ValidateRequest,
): Promise<ValidateReport> {
  const target = await context.locate();
  const state = await knownState(context.lazy);
  const folder = target.workTree ?? target.gitFolder;
  if (revision === undefined && target.workTree !== undefined) {
    return validateTree(new FolderSourceTree({ folder: target.workTree }), { state });
  }
  if (folder !== undefined) return validateCommit(context, folder, revision ?? "HEAD", state);
  const { mirror } = await context.lazy.get();
  const { head } = await mirror.fetch();
  const branch = mirror.branch.slice("refs/heads/".length);
  const isHead = revision === undefined || [mirror.branch, branch, "HEAD"].includes(revision);
  const commit = isHead ? head : await mirror.resolveCommit(revision);
  if (commit === undefined) throw revisionUnknown(revision ?? branch, target.url);
  return validateTree(new CommitSourceTree({ git: mirror, commit }), { state });
}

async function validatePath(
  context: ValidatorContext,
  request: ValidateRequest,
  path: string,
): Promise<ValidateReport> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw pathMissing(path);
  if (!found.isDirectory()) return validateFile(request, path);
  if (request.revision !== undefined)
    return validateCommit(context, path, request.revision, undefined);
  const local = await openLocalRepository(path);
  if (local !== undefined && local.workTree === undefined) {
    return validateCommit(context, path, "HEAD", undefined);
  }
  return validateTree(new FolderSourceTree({ folder: path }));
}

async function validateCommit(
  { options }: ValidatorContext,
  folder: string,
  revision: string,
  state: LedgerState | undefined,
): Promise<ValidateReport> {
  const git = await openGitReader({ directory: folder, environment: options.env });
  try {
    const commit = await git.resolveCommit(revision);
    if (commit === undefined) throw revisionUnknown(revision, folder);
    return await validateTree(new CommitSourceTree({ git, commit }), { state });
  } finally {
    await git.close();
  }
}

/**
 * A manifest with the files around it: from its own folder up to where its relative paths point,
 * and not out of the repository it lies in.
 */
async function validateFile({ kind }: ValidateRequest, path: string): Promise<ValidateReport> {
  if (kind !== undefined && !isManifestKind(kind)) throw kindUnknown(kind);
  const folder = await reachedFolder(path);
  const tree = new FolderSourceTree({ folder });
  const report = await validateManifest(tree, {
    path: relative(folder, path),
    ...(kind === undefined ? {} : { kind }),
  });
  const prefix = relative(folder, dirname(path));
  return {
    ...report,
    files: 1,
    findings: report.findings.map((finding) => shown(finding, prefix, path)),
  };
}

async function reachedFolder(path: string): Promise<string> {
  const { size } = await stat(path);
  // What is larger is a finding and nobody reads its paths.
  const text = size > 0 && size <= yamlLimits.sizeBytes ? await readFile(path, "latin1") : "";
  let steps = 0;
  for (const [up] of text.matchAll(/(?:\.\.[/\\])+/g)) steps = Math.max(steps, up.length / 3);
  const limit = (await findLocalRepository(dirname(path)))?.workTree;
  let folder = dirname(path);
  for (let step = 0; step < steps && folder !== limit && folder !== dirname(folder); step += 1) {
    folder = dirname(folder);
  }
  return folder;
}

/** Paths as the person wrote them: from the manifest's own folder. */
function shown(finding: Finding, prefix: string, manifest: string): Finding {
  const path = finding.path.startsWith(`${prefix}/`)
    ? finding.path.slice(prefix.length + 1)
    : finding.path;
  return { ...finding, path: path === basename(manifest) ? basename(manifest) : join(path) };
}

/** What the ledger says, if it can be asked: validation works without a network too. */
async function knownState(lazy: LazySession): Promise<LedgerState | undefined> {
  try {
    const { mirror, cache } = await lazy.get();
    return (await observe(mirror, cache)).state;
  } catch (error) {
    if (error instanceof CairnError && error.kind !== "internal") return undefined;
    throw error;
  }
}

function merge(reports: readonly ValidateReport[]): ValidateReport {
  return {
    findings: reports.flatMap(({ findings }) => findings).sort(compareFindings),
    assets: reports.reduce((total, { assets }) => total + assets, 0),
    files: reports.reduce((total, { files }) => total + files, 0),
  };
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

function kindUnknown(kind: string): CairnError {
  return new CairnError({
    code: "KIND_UNKNOWN",
    kind: "invalid",
    message: `"${kind}" is no kind of manifest.`,
    hint: `Write one of ${manifestKinds.join(", ")}.`,
  });
}
